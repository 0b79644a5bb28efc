// Codes that the client has read, kept beside it: it gives codes up when there are many, and reads them again for 100 gas each. To hash one
// that comes out of a datadir takes 0.1 ms, so that a block of 30 million gas would take seconds.

/** Bytes of all: somewhat more than the 11,500 codes of 24 KiB that 30 million gas can touch. */
const MOST_BYTES = 320 << 20;
/** Bytes of the shortest code that is kept. */
const SHORTEST = 1024;

export class KeptCodes {
  /** The one that was wanted last is the last. */
  readonly #codes = new Map<string, Uint8Array>();
  #bytes = 0;

  constructor(private readonly most = MOST_BYTES) {}

  get(name: string): Uint8Array | undefined {
    const code = this.#codes.get(name);
    if (code === undefined) return undefined;
    this.#codes.delete(name);
    this.#codes.set(name, code);
    return code;
  }

  /** Keeps a copy of a code that `get` does not give, in place of those that nobody has wanted for the longest time. */
  add(name: string, code: Uint8Array): void {
    if (code.length < SHORTEST || code.length > this.most) return;
    for (const [oldest, { length }] of this.#codes) {
      if (this.#bytes + code.length <= this.most) break;
      this.#codes.delete(oldest);
      this.#bytes -= length;
    }
    // The slice of a Buffer would be no copy.
    this.#codes.set(name, Uint8Array.from(code));
    this.#bytes += code.length;
  }
}
