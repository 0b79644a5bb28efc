// What the client's thread and the thread that answers it say to each other.
import type { Computed, NearbySource, ValuesAhead } from '@obelisc/preimage';

/** What the worker starts with. */
export interface WorkerData {
  readonly module: WebAssembly.Module;
  /** The module with the native answers to the imports that compute. */
  readonly imports: WebAssembly.Module;
  /** Where the worker looks keccak256 values up by itself. */
  readonly nearby: NearbySource | undefined;
  /** Address of the module that computes answers here (preimage's computing.ts). */
  readonly computer: string | undefined;
  /** A `Channel`'s memory. */
  readonly channel: SharedArrayBuffer;
}

export const requestFlag = { pending: 0, answered: 1 } as const;

/** Bytes of a request or an answer that the channel takes. */
const CAPACITY = 128 << 10;
const HEADER = 12;

/** Messages with computed answers that wait to be taken, at most: what they hold is memory. */
const MOST_WAITING = 16;

/**
 * Memory that both threads see. A question is answered in some microseconds, of which posting what is asked and what is
 * answered as objects would take half (10 µs of user CPU against 5, measured with 40,000 questions on Node 20): so the worker
 * writes its request here, posts REQUEST and sleeps; the answer comes here too where it has room.
 */
export class Channel {
  /**
   * `requestFlag`, on which the worker sleeps; the answer's length, or -1 where it is posted as an Answer; and how many messages with
   * computed answers wait to be taken.
   */
  readonly state: Int32Array;
  readonly #data: Buffer;

  static memory(): SharedArrayBuffer {
    return new SharedArrayBuffer(HEADER + CAPACITY);
  }

  constructor(memory: SharedArrayBuffer) {
    this.state = new Int32Array(memory, 0, 3);
    this.#data = Buffer.from(memory, HEADER, CAPACITY);
  }

  /** Whether a request with these hints has room. */
  fits(hints: readonly string[]): boolean {
    return hints.reduce((sum, hint) => sum + 4 + hint.length, KEY_LENGTH + 4) <= CAPACITY;
  }

  /** Writes a request: a key of 32 bytes and the hints before it, which have a byte a character. */
  writeRequest(key: Uint8Array, hints: readonly string[]): void {
    this.#data.set(key);
    let at = this.#data.writeUInt32LE(hints.length, KEY_LENGTH);
    for (const hint of hints) {
      at = this.#data.writeUInt32LE(hint.length, at);
      at += this.#data.write(hint, at, 'latin1');
    }
  }

  readRequest(): { key: Uint8Array; hints: string[] } {
    const hints: string[] = [];
    let at = KEY_LENGTH + 4;
    for (let left = this.#data.readUInt32LE(KEY_LENGTH); left > 0; left--) {
      const start = at + 4;
      at = start + this.#data.readUInt32LE(at);
      hints.push(this.#data.toString('latin1', start, at));
    }
    return { key: Uint8Array.from(this.#data.subarray(0, KEY_LENGTH)), hints };
  }

  /** Writes the answer if there is room for it. */
  writeAnswer(value: Uint8Array): boolean {
    const fits = value.length <= CAPACITY;
    if (fits) this.#data.set(value);
    Atomics.store(this.state, 1, fits ? value.length : -1);
    return fits;
  }

  /** Says to the worker that the answer is there. */
  answered(): void {
    Atomics.store(this.state, 0, requestFlag.answered);
    Atomics.notify(this.state, 0);
  }

  /**
   * Sleeps from the `pending` that was stored before the request until it is answered. One wake-up may be the one before's: the
   * answer is seen as soon as it is stored, and the next request may be on its way when the notification comes.
   */
  sleep(): void {
    while (Atomics.load(this.state, 0) === requestFlag.pending) Atomics.wait(this.state, 0, requestFlag.pending);
  }

  /** The answer, which is there until the next request is written; undefined where it is posted. */
  readAnswer(): Uint8Array | undefined {
    const length = Atomics.load(this.state, 1);
    return length < 0 ? undefined : this.#data.subarray(0, length);
  }

  /** Sleeps until one more message with computed answers may be sent, and counts it. */
  waitForRoom(): void {
    for (;;) {
      const waiting = Atomics.load(this.state, 2);
      if (waiting < MOST_WAITING) break;
      Atomics.wait(this.state, 2, waiting);
    }
    Atomics.add(this.state, 2, 1);
  }

  /** Says to the worker that such a message was taken. */
  taken(): void {
    Atomics.sub(this.state, 2, 1);
    Atomics.notify(this.state, 2);
  }
}

const KEY_LENGTH = 32;

/** Says that there is a request in the channel. */
export const REQUEST = 0;

/** A request, and reports with the hints that came before. */
export type FromWorker =
  | typeof REQUEST
  | { readonly kind: 'hints'; readonly hints: readonly string[] }
  | { readonly kind: 'computed'; readonly computed: Computed }
  | { readonly kind: 'write'; readonly fd: number; readonly bytes: Uint8Array }
  | { readonly kind: 'exit'; readonly code: number };

/** An answer that the channel has no room for, or that brings more along. */
export interface Answer {
  readonly value: Uint8Array;
  /** What will be asked for next. */
  readonly ahead: ValuesAhead | undefined;
}
