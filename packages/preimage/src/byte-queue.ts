/** Bytes that arrive in pieces of any size and are taken in exact numbers. */

/** The bytes asked for, or undefined when the channel ended before the first of them. */
export type Taken = Uint8Array | undefined;

type Waiting = {
  readonly target: Uint8Array;
  readonly front: number;
  filled: number;
  readonly resolve: (bytes: Taken) => void;
  readonly reject: (error: Error) => void;
};

/** One taker at a time. What was asked for is filled as it arrives, so that a large value is in memory once. */
export class ByteQueue {
  readonly #what: string;
  #spare: Uint8Array = new Uint8Array(0);
  #waiting: Waiting | undefined;
  #end: { readonly error: Error | undefined } | undefined;

  /** `what` names the channel in errors. */
  constructor(what: string) {
    this.#what = what;
  }

  /** Whether somebody waits for bytes. */
  get wanted(): boolean {
    return this.#waiting !== undefined;
  }

  /**
   * The next `length` bytes, at once where they are there, with `front` bytes of zeros before them in the same buffer.
   * Rejects with TruncatedStreamError when the channel ends among them, and with the channel's own error.
   */
  take(length: number, front = 0): Taken | Promise<Taken> {
    const target = new Uint8Array(front + length);
    const there = Math.min(length, this.#spare.length);
    target.set(this.#spare.subarray(0, there), front);
    this.#spare = this.#spare.subarray(there);
    if (there === length) return target.subarray(front);
    return new Promise((resolve, reject) => {
      this.#waiting = { target, front, filled: there, resolve, reject };
      if (this.#end !== undefined) this.#settleAtEnd();
    });
  }

  /** Takes over bytes that arrived; they may change afterwards. False: nobody wants more for now. */
  push(bytes: Uint8Array): boolean {
    const waiting = this.#waiting;
    let rest = bytes;
    if (waiting !== undefined) {
      const { target, front } = waiting;
      const part = bytes.subarray(0, target.length - front - waiting.filled);
      target.set(part, front + waiting.filled);
      waiting.filled += part.length;
      rest = bytes.subarray(part.length);
      if (front + waiting.filled === target.length) {
        this.#waiting = undefined;
        waiting.resolve(target.subarray(front));
      }
    }
    if (rest.length === 0) return true;
    const joined = new Uint8Array(this.#spare.length + rest.length);
    joined.set(this.#spare);
    joined.set(rest, this.#spare.length);
    this.#spare = joined;
    return false;
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
    else {
      const wanted = waiting.target.length - waiting.front;
      waiting.reject(new TruncatedStreamError(this.#what, waiting.filled, wanted));
    }
  }
}

export class TruncatedStreamError extends Error {
  override name = 'TruncatedStreamError';
  constructor(what: string, got: number, wanted: number) {
    super(`${what} was closed in the middle of a message: ${got} of ${wanted} bytes arrived`);
  }
}
