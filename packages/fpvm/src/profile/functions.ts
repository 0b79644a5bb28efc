// Which function an address is in, for call stacks: stricter than the names in the log, where any symbol will do.
import type { Metadata } from '../metadata.js';

/** A range of code with a name. */
export interface GuestFunction {
  readonly name: string;
  readonly start: bigint;
  /** First address behind it. */
  readonly end: bigint;
}

/** Symbols of assemblers that mark places inside functions. */
const isMark = (name: string) => name === '' || name.startsWith('$') || name.startsWith('.L');
/** How far before an address a symbol that encloses the nearer ones is looked for. */
const NESTING = 16;

/** Functions by address. */
export class FunctionTable {
  readonly #functions: readonly GuestFunction[];

  /** Symbols without a size, as of hand-written assembly, reach to the next symbol. */
  constructor({ symbols }: Metadata) {
    const named = symbols.filter(({ name }) => !isMark(name));
    this.#functions = named.map(({ name, start, size }, i) => {
      const next = named[i + 1]?.start ?? start;
      return { name, start, end: size === 0n ? next : start + size };
    });
  }

  /** The innermost function that holds an address. */
  at(address: bigint): GuestFunction | undefined {
    let low = 0;
    let high = this.#functions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#functions[middle]?.start ?? 0n) > address) high = middle;
      else low = middle + 1;
    }
    for (let i = low - 1; i >= 0 && i >= low - NESTING; i--) {
      const found = this.#functions[i];
      if (found !== undefined && address < found.end) return found;
    }
    return undefined;
  }
}
