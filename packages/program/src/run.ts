// The client run natively: its module in a worker, its questions answered by an oracle in this thread.
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Computed, NearbySource, Oracle } from '@obelisc/preimage';
import { type Answer, Channel, REQUEST, type FromWorker, type WorkerData } from './messages.js';

export interface ProgramOptions {
  /** Answers the client's hints and pre-image requests. What it throws ends the run and is thrown to the caller. */
  readonly oracle: Oracle;
  /** Where keccak256 pre-images are looked for before the oracle is asked; hints for what is found there stay unsaid. */
  readonly nearby?: NearbySource | undefined;
  /** Takes the client's log. */
  readonly stdout: (bytes: Uint8Array) => void;
  readonly stderr: (bytes: Uint8Array) => void;
  /** Takes each record that the inspecting build writes. */
  readonly records?: (bytes: Uint8Array) => void;
  /** The module to run instead of the client's native build: any that keeps to ABI.md. */
  readonly module?: Uint8Array;
}

/** The client's WebAssembly module as built by `npm run build`, for the machine. */
export function clientModule(): Uint8Array {
  return built('client');
}

/** The build that shows a block (ABI.md). */
export function inspectModule(): Uint8Array {
  return built('client-inspect');
}

/**
 * Runs the client to its end and returns its exit code: 0 the claim is valid, 1 it is not, 2 anything else. The caller's
 * event loop stays free: the client waits for the oracle's answers in a thread of its own.
 */
export async function runProgram(options: ProgramOptions): Promise<number> {
  const memory = Channel.memory();
  const channel = new Channel(memory);
  const workerData: WorkerData = {
    module: await (options.module === undefined ? compiled('client-native') : WebAssembly.compile(options.module)),
    imports: await compiled('native-imports'),
    nearby: options.nearby,
    computer: options.oracle.computing?.module,
    channel: memory,
  };
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData });
  try {
    return await new Promise<number>((resolve, reject) => {
      const { oracle, stdout, stderr, records = stdout } = options;
      const sinkOf = (fd: number): ((bytes: Uint8Array) => void) =>
        fd === RECORDS ? records : fd === 2 ? stderr : stdout;
      const take = async (hints: readonly string[]): Promise<void> => {
        for (const hint of hints) await oracle.hint(hint);
      };
      const answer = async (key: Uint8Array, hints: readonly string[]): Promise<void> => {
        await take(hints);
        const value = await oracle.get(key);
        const ahead = oracle.ahead?.();
        // The answer is there before the flag is raised, so the worker finds it when it wakes.
        if (ahead !== undefined || !channel.writeAnswer(value)) {
          Atomics.store(channel.state, 1, -1);
          const message: Answer = { value, ahead };
          worker.postMessage(message);
        }
        channel.answered();
      };
      const keep = async (computed: Computed): Promise<void> => {
        await oracle.computing?.take(computed);
        channel.taken();
      };
      // Hints that come alone, and what was computed, are taken before the request that comes after them.
      let before: Promise<void> = Promise.resolve();
      worker.on('message', (message: FromWorker) => {
        if (message === REQUEST) {
          const { key, hints } = channel.readRequest();
          before.then(() => answer(key, hints)).catch(reject);
          return;
        }
        switch (message.kind) {
          case 'hints':
            before = before.then(() => take(message.hints));
            before.catch(reject);
            break;
          case 'computed':
            before = before.then(() => keep(message.computed));
            before.catch(reject);
            break;
          case 'write':
            sinkOf(message.fd)(message.bytes);
            break;
          case 'exit':
            before.then(() => resolve(message.code)).catch(reject);
            break;
        }
      });
      worker.on('error', reject);
      // What its last message set going comes first.
      worker.on('exit', (code) => {
        before
          .finally(() => reject(new Error(`the client's thread ended with code ${code} before the client did`)))
          .catch(reject);
      });
    });
  } finally {
    await worker.terminate();
  }
}

/** Where the inspecting build writes its records. */
const RECORDS = 3;

const modules = new Map<string, Promise<WebAssembly.Module>>();

/**
 * A module compiled once a process, and shared by its threads: so the code that V8 has optimised in one run serves the next, which
 * would otherwise spend a second of CPU time on that again (segments of a range are such runs).
 */
function compiled(name: string): Promise<WebAssembly.Module> {
  const known = modules.get(name) ?? WebAssembly.compile(built(name));
  modules.set(name, known);
  return known;
}

function built(name: string): Uint8Array {
  return readFileSync(new URL(`../${name}.wasm`, import.meta.url));
}
