// A claim judged natively and in the machine: what came of each, to be compared.
import { loadElf, runGuided } from '@obelisc/fpvm';
import { releasedElf } from '@obelisc/guest';
import type { Oracle } from '@obelisc/preimage';
import { runProgram } from '@obelisc/program';

/** An exit code and all that was written. */
export interface Ending {
  readonly code: number;
  readonly log: string;
}

/** Runs the client natively. */
export const natively = (oracle: Oracle): Promise<Ending> =>
  ending((output) => runProgram({ oracle, stdout: output, stderr: output }));

/** Runs the released client in the machine: how it ends, its steps, and the bytes of the pages that it wrote for the first time. */
export async function inMachine(oracle: Oracle): Promise<{ ending: Ending; steps: bigint; memory: number }> {
  let [steps, memory] = [0n, 0];
  const outcome = await ending(async (output) => {
    const { machine } = loadElf(releasedElf(), { oracle, output: (_, bytes) => output(bytes) });
    const before = machine.memory.pageCount();
    await runGuided(machine, {});
    steps = machine.step;
    memory = (machine.memory.pageCount() - before) * 4096;
    return machine.exitCode;
  });
  return { ending: outcome, steps, memory };
}

async function ending(program: (output: (bytes: Uint8Array) => void) => Promise<number>): Promise<Ending> {
  const parts: Buffer[] = [];
  const code = await program((bytes) => void parts.push(Buffer.from(bytes)));
  return { code, log: Buffer.concat(parts).toString('utf8') };
}
