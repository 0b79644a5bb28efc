/** Bytes that arrive in pieces of any size and are taken in exact numbers, or as messages that begin with their length. */

/** The bytes asked for, or undefined when the channel ended before the first of them. */
export type Taken = Uint8Array | undefined;

/** A kind of message: `prefix` bytes tell how many follow. `lengthOf` reads them; it throws where they make no sense. */
export type Framing = { readonly prefix: number; readonly lengthOf: (prefix: Buffer) => number };

type Waiting = {
  /** What is filled; until its length is known, the prefix. */
  target: Uint8Array;
  filled: number;
  /** There until the length is known. */
  framing: Framing | undefined;
  readonly resolve: (bytes: Taken) => void;
  readonly reject: (error: unknown) => void;
};

/** What may lie here before somebody asks for it. */
const MOST_SPARE = 64 * 1024;
const NOTHING = Buffer.alloc(0);

/** One taker at a time. What was asked for is filled as it arrives, so that a large value is in memory once. */
export class ByteQueue {
  readonly #what: string;
  #spare: Buffer = NOTHING;
  #waiting: Waiting | undefined;
  #end: { readonly error: Error | undefined } | undefined;

  /** `what` names the channel in errors. */
  constructor(what: string) {
    this.#what = what;
  }

  /** Whether nothing lies here, nobody waits, and more may come. */
  get isEmpty(): boolean {
    return this.#spare.length === 0 && this.#waiting === undefined && this.#end === undefined;
  }

  /** Whether somebody waits for bytes. */
  get wanted(): boolean {
    return this.#waiting !== undefined;
  }

  /**
   * The next `length` bytes, at once where they are there. Rejects with TruncatedStreamError when the channel ends among them, and
   * with the channel's own error.
   */
  take(length: number): Taken | Promise<Taken> {
    return this.#take(length, undefined);
  }

  /** The next message, its prefix included. As `take`; rejects with what `lengthOf` throws. */
  takeMessage(framing: Framing): Taken | Promise<Taken> {
    return this.#take(framing.prefix, framing);
  }

  #take(first: number, framing: Framing | undefined): Taken | Promise<Taken> {
    let length = first;
    let open = framing;
    if (open !== undefined && this.#spare.length >= first) {
      try {
        length = first + open.lengthOf(this.#spare);
      } catch (error) {
        return Promise.reject(error instanceof Error ? error : new Error(String(error)));
      }
      open = undefined;
    }
    const target = new Uint8Array(length);
    const there = Math.min(length, this.#spare.length);
    if (there > 0) {
      target.set(there === this.#spare.length ? this.#spare : this.#spare.subarray(0, there));
      this.#spare = there === this.#spare.length ? NOTHING : this.#spare.subarray(there);
    }
    if (there === length && open === undefined) return target;
    return new Promise((resolve, reject) => {
      this.#waiting = { target, filled: there, framing: open, resolve, reject };
      if (this.#end !== undefined) this.#settleAtEnd();
    });
  }

  /** Takes over bytes that arrived; they may change afterwards. False: there is enough for now. */
  push(bytes: Buffer): boolean {
    const used = this.#waiting === undefined ? 0 : this.#fill(this.#waiting, bytes);
    if (used < bytes.length) {
      const rest = bytes.subarray(used);
      this.#spare = this.#spare.length === 0 ? Buffer.from(rest) : Buffer.concat([this.#spare, rest]);
    }
    return this.#spare.length < MOST_SPARE;
  }

  /** Gives the taker what it waits for; returns how many of the bytes that took. */
  #fill(waiting: Waiting, bytes: Buffer): number {
    let used = 0;
    const { framing } = waiting;
    if (framing !== undefined) {
      // The whole prefix in one piece, as it almost always comes: the message is then copied once.
      const alone = waiting.filled === 0 && bytes.length >= framing.prefix;
      if (!alone) used = copy(waiting, bytes, 0);
      if (!alone && waiting.filled < framing.prefix) return used;
      try {
        const start = alone ? bytes : asBuffer(waiting.target);
        const whole = new Uint8Array(framing.prefix + framing.lengthOf(start));
        if (!alone) whole.set(waiting.target);
        waiting.target = whole;
        waiting.framing = undefined;
      } catch (error) {
        this.#waiting = undefined;
        waiting.reject(error);
        return used;
      }
    }
    used += copy(waiting, bytes, used);
    if (waiting.filled === waiting.target.length) {
      this.#waiting = undefined;
      waiting.resolve(waiting.target);
    }
    return used;
  }

  /** The channel has ended, by `error` or in order; the first word counts. */
  end(error?: Error): void {
    this.#end ??= { error };
    this.#settleAtEnd();
  }

  #settleAtEnd(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#waiting = undefined;
    const error = this.#end?.error;
    if (error !== undefined) waiting.reject(error);
    else if (waiting.filled === 0) waiting.resolve(undefined);
    else waiting.reject(new TruncatedStreamError(this.#what, waiting.filled, waiting.target.length));
  }
}

function copy(waiting: Waiting, bytes: Buffer, from: number): number {
  const count = Math.min(waiting.target.length - waiting.filled, bytes.length - from);
  waiting.target.set(from === 0 && count === bytes.length ? bytes : bytes.subarray(from, from + count), waiting.filled);
  waiting.filled += count;
  return count;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

export class TruncatedStreamError extends Error {
  override name = 'TruncatedStreamError';
  constructor(what: string, got: number, wanted: number) {
    super(`${what} was closed in the middle of a message: ${got} of ${wanted} bytes arrived`);
  }
}
