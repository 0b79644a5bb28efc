/** The thread that writes a datadir (written-behind.ts). */
import { parentPort, workerData } from 'node:worker_threads';
import { DatadirError, KEY_LENGTH, openDatadir } from '@obelisc/preimage';
import { layOutBlob } from './blob-preimages.js';
import type { WriterAnswer, WriterArgument, WriterTask } from './written-behind.js';

if (parentPort === null) throw new Error('datadir-writer.js runs as a worker thread only');
const port = parentPort;
const { path } = workerData as WriterArgument;
const store = openDatadir({ path, opened: true });

port.on('message', ({ keys, lengths, values, blob }: WriterTask) => {
  const answer = (told: WriterAnswer) => port.postMessage(told);
  try {
    store.together(() => {
      let at = 0;
      for (const [i, length] of lengths.entries()) {
        store.put(keys.slice(KEY_LENGTH * i, KEY_LENGTH * (i + 1)), values.subarray(at, at + length));
        at += length;
      }
    });
    if (blob !== undefined) layOutBlob(store, blob.commitment, blob.form, blob.anew);
    answer({});
  } catch (error) {
    if (!(error instanceof DatadirError)) throw error;
    answer({ failure: { message: error.message, code: codeOf(error.cause) } });
  }
});

function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
}
