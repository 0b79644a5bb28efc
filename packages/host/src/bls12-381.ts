/**
 * BLS12-381 in a WebAssembly module of the project's own (assembly/bls12-381.ts), a third of the time that mcl takes: the precompiles
 * 0x0b to 0x11 (EIP-2537), and proofs of KZG (EIP-4844). Precompiles give undefined where the input is not one of theirs.
 */
import { readFileSync } from 'node:fs';

type Library = {
  readonly memory: WebAssembly.Memory;
  place(): number;
  addG1(): number;
  addG2(): number;
  beginSumG1(): void;
  beginSumG2(): void;
  mostTermsG1(): number;
  mostTermsG2(): number;
  addTermsG1(count: number): number;
  addTermsG2(count: number): number;
  endSumG1(): void;
  endSumG2(): void;
  beginProduct(): void;
  mostPairs(): number;
  addPairs(count: number): number;
  productIsOne(): number;
  mapToG1(): number;
  mapToG2(): number;
  proofIsValid(): number;
};

const FIELD_ELEMENT = 64;
const G1_POINT = 2 * FIELD_ELEMENT;
const G2_POINT = 4 * FIELD_ELEMENT;
const FACTOR = 32;

let loaded: { readonly library: Library; readonly place: Buffer } | undefined;

/** The module, loaded when first needed, and the place in its memory, which never grows, for arguments and results. */
function load(): { readonly library: Library; readonly place: Buffer } {
  if (loaded !== undefined) return loaded;
  const module = new WebAssembly.Module(readFileSync(new URL('../bls12-381.wasm', import.meta.url)));
  const library = new WebAssembly.Instance(module).exports as unknown as Library;
  return (loaded = { library, place: Buffer.from(library.memory.buffer, library.place()) });
}

/** What `compute` makes of an input of `length` bytes: `resultLength` bytes. */
function inPlace(
  input: Uint8Array,
  length: number,
  resultLength: number,
  compute: (library: Library) => number,
): Uint8Array | undefined {
  if (input.length !== length) return undefined;
  const { library, place } = load();
  place.set(input);
  return compute(library) === 0 ? undefined : Uint8Array.from(place.subarray(0, resultLength));
}

/** Gives `add` a list of items of `length` bytes each, at most `most` at a time; false where it is none, or `add` refuses some. */
function inParts(input: Uint8Array, length: number, most: number, add: (count: number) => number): boolean {
  if (input.length === 0 || input.length % length !== 0) return false;
  const { place } = load();
  for (let at = 0; at < input.length; at += length * most) {
    const part = input.subarray(at, at + length * most);
    place.set(part);
    if (add(part.length / length) === 0) return false;
  }
  return true;
}

/** The sum of two points of the curve, which need not be in the subgroup. */
export function g1Add(input: Uint8Array): Uint8Array | undefined {
  return inPlace(input, 2 * G1_POINT, G1_POINT, (library) => library.addG1());
}

/** As g1Add. */
export function g2Add(input: Uint8Array): Uint8Array | undefined {
  return inPlace(input, 2 * G2_POINT, G2_POINT, (library) => library.addG2());
}

/** The sum of points of the subgroup, each times its factor. */
export function g1Msm(input: Uint8Array): Uint8Array | undefined {
  const { library, place } = load();
  library.beginSumG1();
  const taken = inParts(input, G1_POINT + FACTOR, library.mostTermsG1(), (count) => library.addTermsG1(count));
  if (!taken) return undefined;
  library.endSumG1();
  return Uint8Array.from(place.subarray(0, G1_POINT));
}

/** As g1Msm. */
export function g2Msm(input: Uint8Array): Uint8Array | undefined {
  const { library, place } = load();
  library.beginSumG2();
  const taken = inParts(input, G2_POINT + FACTOR, library.mostTermsG2(), (count) => library.addTermsG2(count));
  if (!taken) return undefined;
  library.endSumG2();
  return Uint8Array.from(place.subarray(0, G2_POINT));
}

/** Whether the product of the pairings is one, as 32 bytes. */
export function pairingCheck(input: Uint8Array): Uint8Array | undefined {
  const { library } = load();
  library.beginProduct();
  if (!inParts(input, G1_POINT + G2_POINT, library.mostPairs(), (count) => library.addPairs(count))) return undefined;
  const result = new Uint8Array(32);
  result[31] = library.productIsOne();
  return result;
}

/** The point of the subgroup that a field element is mapped to. */
export function mapFpToG1(input: Uint8Array): Uint8Array | undefined {
  return inPlace(input, FIELD_ELEMENT, G1_POINT, (library) => library.mapToG1());
}

/** As mapFpToG1, for an element of two coordinates. */
export function mapFp2ToG2(input: Uint8Array): Uint8Array | undefined {
  return inPlace(input, 2 * FIELD_ELEMENT, G2_POINT, (library) => library.mapToG2());
}

/**
 * Whether `proof` (48 bytes) shows that the polynomial that `commitment` (48 bytes) is of takes the value `y` at `z` (32 bytes each, big
 * endian). False also where one of them is no point of the group or no field element.
 */
export function pointProofIsValid(commitment: Uint8Array, z: Uint8Array, y: Uint8Array, proof: Uint8Array): boolean {
  if (commitment.length !== 48 || z.length !== 32 || y.length !== 32 || proof.length !== 48) return false;
  const { library, place } = load();
  let at = 0;
  for (const part of [commitment, z, y, proof]) {
    place.set(part, at);
    at += part.length;
  }
  return library.proofIsValid() !== 0;
}
