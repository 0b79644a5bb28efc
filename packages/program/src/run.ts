// The client run natively: its module in a worker, its questions answered by an oracle in this thread.
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Oracle } from '@obelisc/preimage';
import { requestFlag, type FromWorker, type WorkerData } from './messages.js';

export interface ProgramOptions {
  /** Answers the client's hints and pre-image requests. What it throws ends the run and is thrown to the caller. */
  readonly oracle: Oracle;
  /** Takes the client's log. */
  readonly stdout: (bytes: Uint8Array) => void;
  readonly stderr: (bytes: Uint8Array) => void;
  /** The module to run instead of the built client: any that keeps to ABI.md. */
  readonly module?: Uint8Array;
}

/** The client's WebAssembly module as built by `npm run build`. */
export function clientModule(): Uint8Array {
  return readFileSync(new URL('../client.wasm', import.meta.url));
}

/**
 * Runs the client to its end and returns its exit code: 0 the claim is valid, 1 it is not, 2 anything else. The caller's
 * event loop stays free: the client waits for the oracle's answers in a thread of its own.
 */
export async function runProgram(options: ProgramOptions): Promise<number> {
  const answered = new SharedArrayBuffer(4);
  const flag = new Int32Array(answered);
  const workerData: WorkerData = { module: options.module ?? clientModule(), mulHigh: mulHighModule(), answered };
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData });
  try {
    return await new Promise<number>((resolve, reject) => {
      const answer = (value: Uint8Array | null): void => {
        // The value is posted before the flag is raised, so the worker finds it when it wakes.
        worker.postMessage(value);
        Atomics.store(flag, 0, requestFlag.answered);
        Atomics.notify(flag, 0);
      };
      worker.on('message', (message: FromWorker) => {
        switch (message.kind) {
          case 'get':
            options.oracle.get(message.key).then(answer).catch(reject);
            break;
          case 'hint':
            options.oracle
              .hint(message.text)
              .then(() => answer(null))
              .catch(reject);
            break;
          case 'write':
            (message.fd === 2 ? options.stderr : options.stdout)(message.bytes);
            break;
          case 'exit':
            resolve(message.code);
            break;
        }
      });
      worker.on('error', reject);
      worker.on('exit', (code) =>
        reject(new Error(`the client's thread ended with code ${code} before the client did`)),
      );
    });
  } finally {
    await worker.terminate();
  }
}

function mulHighModule(): Uint8Array {
  return readFileSync(new URL('../mul-high.wasm', import.meta.url));
}
