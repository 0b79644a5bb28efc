// Runs a module natively and its ELF in the machine, and says what could be seen of each run from outside.
import { loadElf } from '@obelisc/fpvm';
import { runProgram } from '@obelisc/program';

/** All that a run shows. */
export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Hints and keys in the order they were sent; a key asked for twice running counts once. */
  readonly questions: readonly string[];
}

/** What a program is given: the value of every pre-image by its key in hex. */
export type Preimages = Readonly<Record<string, Uint8Array>>;

/** Steps after which a run counts as endless. */
const LIMIT = 2_000_000_000n;

export async function runNatively(module: Uint8Array, preimages: Preimages = {}): Promise<Outcome> {
  const { questions, oracle } = record(preimages);
  const stdout: Uint8Array[] = [];
  const stderr: Uint8Array[] = [];
  const exitCode = await runProgram({
    module,
    oracle,
    stdout: (bytes) => stdout.push(bytes),
    stderr: (bytes) => stderr.push(bytes),
  });
  return { exitCode, stdout: hex(stdout), stderr: Buffer.concat(stderr).toString(), questions };
}

export async function runInMachine(
  elf: Uint8Array,
  preimages: Preimages = {},
): Promise<Outcome & { readonly steps: bigint }> {
  const { questions, oracle } = record(preimages);
  const written = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  const { machine } = loadElf(elf, { oracle, output: (stream, bytes) => written[stream].push(bytes.slice()) });
  const stop = await machine.run(LIMIT);
  if (stop !== 'exited') throw new Error(`the guest did not end within ${LIMIT} steps`);
  return {
    exitCode: machine.exitCode,
    stdout: hex(written.stdout),
    stderr: Buffer.concat(written.stderr).toString(),
    questions,
    steps: machine.step,
  };
}

function record(preimages: Preimages): {
  questions: string[];
  oracle: { hint(text: string): Promise<void>; get(key: Uint8Array): Promise<Uint8Array> };
} {
  const questions: string[] = [];
  return {
    questions,
    oracle: {
      async hint(text: string): Promise<void> {
        questions.push(`hint ${text}`);
      },
      async get(key: Uint8Array): Promise<Uint8Array> {
        const name = Buffer.from(key).toString('hex');
        // The machine keeps the last pre-image and does not ask for it again.
        if (questions.at(-1) !== `get ${name}`) questions.push(`get ${name}`);
        const value = preimages[name];
        if (value === undefined) throw new Error(`no pre-image ${name}`);
        return value;
      },
    },
  };
}

function hex(pieces: readonly Uint8Array[]): string {
  return Buffer.concat(pieces).toString('hex');
}
