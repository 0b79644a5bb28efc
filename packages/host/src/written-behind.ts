/**
 * A datadir whose values are written by a thread of its own while the run goes on: a file takes 65 µs and more, a write to a database
 * waits for the disk. Until it is written a value is answered from memory; of a run that is killed the last milliseconds are lost.
 */
import type { Worker } from 'node:worker_threads';
import { DatadirError, keyName, KEY_LENGTH, type PreimageKey, type PreimageStore, storeFrom } from '@obelisc/preimage';
import { type ElementForm, isLaidOut } from './blob-preimages.js';
import type { Log } from './log.js';

/** What the thread is given: the folder, then batches of values and blobs to be laid out, one message at a time. */
export type WriterArgument = { readonly path: string };
export type WriterTask = {
  readonly keys: Uint8Array<ArrayBuffer>;
  readonly lengths: Uint32Array;
  readonly values: Uint8Array<ArrayBuffer>;
  readonly blob: BlobLayout | undefined;
};
export type BlobLayout = { readonly commitment: Uint8Array; readonly form: ElementForm; readonly anew: boolean };
/** Its answer to each: nothing, or what came in the way, with the system's code. */
export type WriterAnswer = { readonly failure?: { readonly message: string; readonly code: string | undefined } };

/** Values are collected for so long before they are written, in milliseconds. */
const COLLECTED_FOR = 5;
/** So few values, after that time, are written by this thread: one that is started for them takes longer. */
const FEW = 32;

/** What a host keeps its pre-images in. */
export type HostStore = PreimageStore & {
  /**
   * Elements of a blob that the store has whole are to be found by who reads the datadir without this host, which other hosts can where
   * this is defined.
   */
  layOut?(layout: BlobLayout): void;
};

export type WrittenBehindOptions = {
  /** The folder that the store is the datadir of. */
  path: string;
  /** It is in a format that other hosts read. */
  isForOthers: boolean;
  /** Told what is still to be done when the run is over, where that takes seconds. */
  log: Log;
};

/** `store`, which is a datadir. A failure to write is told by the next `put`, and by `settle`. */
export function writtenBehind(store: PreimageStore, { path, isForOthers, log }: WrittenBehindOptions): HostStore {
  /** Not given to the thread yet, and given but not written; by `keyName`. */
  let waiting = new Map<string, Uint8Array>();
  const blobs: BlobLayout[] = [];
  let underway: ReadonlyMap<string, Uint8Array> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let worker: Worker | undefined;
  let failure: DatadirError | undefined;
  let settled: (() => void)[] = [];

  const isIdle = (): boolean => failure !== undefined || (underway === undefined && waiting.size + blobs.length === 0);
  const tellSettled = (): void => {
    if (!isIdle()) return;
    const told = settled;
    settled = [];
    for (const resolve of told) resolve();
  };

  const writeHere = (): void => {
    const values = waiting;
    try {
      store.together(() => {
        for (const [name, value] of values) store.put(keyOf(name), value);
      });
      waiting = new Map();
    } catch (error) {
      if (!(error instanceof DatadirError)) throw error;
      failure = error;
    }
  };

  const start = (): Worker => {
    const workerData: WriterArgument = { path };
    // A server that fetches nothing does not load this.
    const threads = process.getBuiltinModule('node:worker_threads');
    const started = new threads.Worker(new URL('./datadir-writer.js', import.meta.url), { workerData });
    started.unref();
    started.on('message', ({ failure: told }: WriterAnswer) => {
      // What could not be written stays in memory.
      if (told === undefined) underway = undefined;
      else failure = failureOf(told);
      write();
    });
    started.on('error', (error: Error) => {
      failure = new DatadirError(`the datadir ${path} cannot be written: ${error.message}`, { cause: error });
      tellSettled();
    });
    return started;
  };

  const write = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (underway !== undefined || failure !== undefined || isIdle()) return tellSettled();
    if (worker === undefined && waiting.size <= FEW && blobs.length === 0) {
      writeHere();
      return tellSettled();
    }
    worker ??= start();
    // Laying out a blob takes half a second, and values should not wait for several.
    const task: WriterTask = { ...packed(waiting), blob: blobs.shift() };
    underway = waiting;
    waiting = new Map();
    worker.postMessage(task, [task.keys.buffer, task.values.buffer]);
  };

  const later = (): void => {
    if (underway === undefined) timer ??= setTimeout(write, COLLECTED_FOR);
  };

  return {
    ...storeFrom({
      ...store,
      look(key) {
        if (waiting.size > 0 || underway !== undefined) {
          const name = keyName(key);
          const value = waiting.get(name) ?? underway?.get(name);
          if (value !== undefined) return { state: 'found', value };
        }
        return store.look(key);
      },
      put(key, value) {
        if (failure !== undefined) throw failure;
        waiting.set(keyName(key), value);
        later();
      },
      together: (task) => task(),
    }),
    ...(isForOthers
      ? {
          layOut(layout: BlobLayout) {
            const { commitment, form, anew } = layout;
            if (failure !== undefined || (!anew && isLaidOut(store, commitment, form))) return;
            blobs.push(layout);
            later();
          },
        }
      : {}),
    async settle() {
      const last = blobs.length;
      write();
      if (last > 0)
        log('info', "The blobs' elements are being written, a file each, as other hosts read them", {
          blobs: last,
          in: store.place,
        });
      worker?.ref();
      if (!isIdle()) await new Promise<void>((resolve) => settled.push(resolve));
      const ended = worker;
      worker = undefined;
      await ended?.terminate();
      if (failure !== undefined) throw failure;
    },
  };
}

function keyOf(name: string): PreimageKey {
  return Uint8Array.from(Buffer.from(name, 'latin1'));
}

/** Many values as one message: each by itself costs more to post than to write. */
function packed(values: ReadonlyMap<string, Uint8Array>): Omit<WriterTask, 'blob'> {
  let total = 0;
  for (const value of values.values()) total += value.length;
  const all = {
    keys: new Uint8Array(KEY_LENGTH * values.size),
    lengths: new Uint32Array(values.size),
    values: new Uint8Array(total),
  };
  let [at, count] = [0, 0];
  for (const [name, value] of values) {
    all.keys.set(Buffer.from(name, 'latin1'), KEY_LENGTH * count);
    all.lengths[count] = value.length;
    all.values.set(value, at);
    at += value.length;
    count += 1;
  }
  return all;
}

function failureOf({ message, code }: NonNullable<WriterAnswer['failure']>): DatadirError {
  const cause = Object.assign(new Error(message), code === undefined ? {} : { code });
  return new DatadirError(message, { cause });
}
