/**
 * BLS12-381 in a WebAssembly module of the project's own (assembly/bls12-381.ts), a third of the time that mcl takes: the precompiles
 * 0x0b to 0x11 (EIP-2537), and proofs of KZG (EIP-4844). Precompiles give undefined where the input is not one of theirs.
 */
import { inParts, loadModule, type PairingExports, type PairingModule, productIsOne } from './pairing-module.js';

type Library = PairingExports & {
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
  mapToG1(): number;
  mapToG2(): number;
  proofIsValid(): number;
};

const FIELD_ELEMENT = 64;
const G1_POINT = 2 * FIELD_ELEMENT;
const G2_POINT = 4 * FIELD_ELEMENT;
const FACTOR = 32;

let loaded: PairingModule<Library> | undefined;

/** The module, loaded when first needed. */
function load(): PairingModule<Library> {
  return (loaded ??= loadModule('bls12-381'));
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
  return compute(library) === 0 ? undefined : new Uint8Array(place.subarray(0, resultLength));
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
  const { library } = load();
  library.beginSumG1();
  const add = (count: number) => library.addTermsG1(count);
  return sumOfTerms(input, { point: G1_POINT, most: library.mostTermsG1(), add, end: () => library.endSumG1() });
}

/** As g1Msm. */
export function g2Msm(input: Uint8Array): Uint8Array | undefined {
  const { library } = load();
  library.beginSumG2();
  const add = (count: number) => library.addTermsG2(count);
  return sumOfTerms(input, { point: G2_POINT, most: library.mostTermsG2(), add, end: () => library.endSumG2() });
}

type Sum = { point: number; most: number; add: (count: number) => number; end: () => void };

/** A sum that was begun, of all terms of `input`: points of `point` bytes, each with its factor. */
function sumOfTerms(input: Uint8Array, { point, most, add, end }: Sum): Uint8Array | undefined {
  const { place } = load();
  if (input.length === 0 || !inParts(place, input, { length: point + FACTOR, most, add })) return undefined;
  end();
  return new Uint8Array(place.subarray(0, point));
}

/** Whether the product of the pairings is one, as 32 bytes. */
export function pairingCheck(input: Uint8Array): Uint8Array | undefined {
  return input.length === 0 ? undefined : productIsOne(load(), input, G1_POINT + G2_POINT);
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
