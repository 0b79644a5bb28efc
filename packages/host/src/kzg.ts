/** KZG of EIP-4844: commitments and proofs of blobs, on a thread beside the one that waits for the network. */
import { Worker } from 'node:worker_threads';
import type { KzgAnswer, KzgQuestion } from './kzg-worker.js';
import type { Log } from './log.js';

/**
 * The 48-byte commitment to a blob of 131,072 bytes; undefined where one of its elements is no field element. `log` is told once that
 * a commitment takes seconds, where it does.
 */
export async function blobCommitment(blob: Uint8Array, log?: Log): Promise<Uint8Array | undefined> {
  const said = await ask({ kind: 'commitment', blob });
  if (said.kind !== 'commitment') throw new TypeError(`a commitment was asked for, not ${said.kind}`);
  if (said.slow !== undefined && !warned && log !== undefined) {
    warned = true;
    log('warn', 'Commitments of blobs are computed in JavaScript, which takes seconds each', {
      because: `@crate-crypto/node-eth-kzg cannot be loaded: ${said.slow}`,
    });
  }
  return said.commitment;
}

let warned = false;

/** Whether `proof` (48 bytes) shows that `commitment` (48 bytes) is the one of `blob`; false also where one of them is malformed. */
export async function blobProofIsValid(blob: Uint8Array, commitment: Uint8Array, proof: Uint8Array): Promise<boolean> {
  const said = await ask({ kind: 'blob proof', blob, commitment, proof });
  if (said.kind !== 'blob proof') throw new TypeError(`a proof was asked about, not ${said.kind}`);
  return said.valid;
}

/** The blob's KZG proof (48 bytes) for its commitment. */
export async function blobProof(blob: Uint8Array, commitment: Uint8Array): Promise<Uint8Array> {
  const said = await ask({ kind: 'new proof', blob, commitment });
  if (said.kind !== 'new proof') throw new TypeError(`a proof was asked for, not ${said.kind}`);
  return said.proof;
}

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;
type Waiting = { resolve: (said: KzgAnswer) => void; reject: (error: Error) => void };

let thread: { worker: Worker; waiting: Map<number, Waiting> } | undefined;
let asked = 0;

/** The thread's answer. It holds the process while somebody waits for it, and no longer. */
function ask(question: WithoutId<KzgQuestion>): Promise<KzgAnswer> {
  const { worker, waiting } = (thread ??= start());
  const id = asked++;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    worker.ref();
    worker.postMessage({ ...question, id });
  });
}

function start(): { worker: Worker; waiting: Map<number, Waiting> } {
  const waiting = new Map<number, Waiting>();
  const worker = new Worker(new URL('./kzg-worker.js', import.meta.url));
  const settle = (said: KzgAnswer) => {
    const who = waiting.get(said.id);
    waiting.delete(said.id);
    if (waiting.size === 0) worker.unref();
    if (said.kind === 'failure') who?.reject(new Error(said.message));
    else who?.resolve(said);
  };
  const failed = (error: Error) => {
    thread = undefined;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on('message', settle).on('error', failed);
  worker.on('exit', (code) => failed(new Error(`the thread for KZG ended with code ${code}`)));
  return { worker, waiting };
}
