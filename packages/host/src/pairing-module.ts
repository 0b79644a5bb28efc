/** The host's modules for curves (assembly/bls12-381.ts, assembly/bn254.ts): how they are loaded, and given lists. */
import { loadWasm } from './wasm-module.js';

/** What every module has: a place in its memory, which never grows, for arguments and results. */
export type PairingExports = {
  readonly memory: WebAssembly.Memory;
  place(): number;
  beginProduct(): void;
  mostPairs(): number;
  addPairs(count: number): number;
  productIsOne(): number;
};

export type PairingModule<Exports> = { readonly library: Exports; readonly place: Buffer };

export function loadModule<Exports extends PairingExports>(name: string): PairingModule<Exports> {
  const library = loadWasm<Exports>(name);
  return { library, place: Buffer.from(library.memory.buffer, library.place()) };
}

/**
 * Gives `add` the items of `input`, each of `length` bytes, in the module's place, at most `most` at a time. False where they are no
 * whole number, or `add` refuses some.
 */
export function inParts(
  place: Buffer,
  input: Uint8Array,
  { length, most, add }: { length: number; most: number; add: (count: number) => number },
): boolean {
  if (input.length % length !== 0) return false;
  for (let at = 0; at < input.length; at += length * most) {
    const part = input.subarray(at, at + length * most);
    place.set(part);
    if (add(part.length / length) === 0) return false;
  }
  return true;
}

/** Whether the product of the pairings is one, as 32 bytes; undefined where the input is no list of pairs of `length` bytes. */
export function productIsOne(
  { library, place }: PairingModule<PairingExports>,
  input: Uint8Array,
  length: number,
): Uint8Array | undefined {
  library.beginProduct();
  const add = (count: number) => library.addPairs(count);
  if (!inParts(place, input, { length, most: library.mostPairs(), add })) return undefined;
  const result = new Uint8Array(32);
  result[31] = library.productIsOne();
  return result;
}
