/**
 * A blob as pre-images: the commitment under the versioned hash, and each of its 4096 field elements under a key of its own.
 * Specification: https://specs.optimism.io/fault-proof/index.html#type-5-global-eip-4844-point-evaluation-key
 */
import { keccak_256 } from '@noble/hashes/sha3.js';
import { blobKey, keccak256Key, type PreimageStore, sha256Key } from '@obelisc/preimage';

export const FIELD_ELEMENTS = 4096;
export const BLOB_LENGTH = FIELD_ELEMENTS * 32;

const BLS_MODULUS = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n;
/** 7 generates the multiplicative group of the BLS12-381 scalar field (EIP-4844 PRIMITIVE_ROOT_OF_UNITY). */
const GENERATOR = 7n;

/**
 * What a field element's key commits to, next to the commitment:
 * `root`: the point at which the blob's polynomial takes the element's value, as the specification says;
 * `index`: the element's index as u256, as op-program had it before April 2025.
 */
export type ElementForm = 'root' | 'index';

/** Stores commitment (48 bytes) and field elements of `blob` (131072 bytes), the elements in both forms. */
export function storeBlob(
  store: PreimageStore,
  versionedHash: Uint8Array,
  commitment: Uint8Array,
  blob: Uint8Array,
): void {
  for (const form of ['root', 'index'] as const) {
    for (let index = 0; index < FIELD_ELEMENTS; index++) {
      storeElement(store, elementPoint(commitment, index, form), blob.subarray(32 * index, 32 * index + 32));
    }
  }
  // Last, so that a commitment in a store says that its elements are there.
  store.put(sha256Key(versionedHash), commitment);
}

/**
 * Adds the form of the field elements that is missing, from the one that is there. Returns false, and adds nothing, when
 * the store has neither form whole.
 */
export function completeBlob(store: PreimageStore, versionedHash: Uint8Array): boolean {
  const commitment = store.get(sha256Key(versionedHash));
  if (commitment === undefined) return false;
  const byIndex = readElements(store, commitment, 'index');
  const missing = byIndex === undefined ? 'index' : 'root';
  const elements = byIndex ?? readElements(store, commitment, 'root');
  if (elements === undefined) return false;
  for (const [index, element] of elements.entries())
    storeElement(store, elementPoint(commitment, index, missing), element);
  return true;
}

/** The 80 bytes whose keccak256 names field element `index`: commitment, then root of unity or index, big endian. */
export function elementPoint(commitment: Uint8Array, index: number, form: ElementForm): Uint8Array {
  const point = new Uint8Array(80);
  point.set(commitment);
  if (form === 'root') point.set(rootsOfUnity().subarray(32 * index, 32 * index + 32), 48);
  else new DataView(point.buffer).setUint32(76, index);
  return point;
}

function storeElement(store: PreimageStore, point: Uint8Array, element: Uint8Array): void {
  const hash = keccak_256(point);
  store.put(keccak256Key(hash), point);
  store.put(blobKey(hash), element);
}

function readElements(store: PreimageStore, commitment: Uint8Array, form: ElementForm): Uint8Array[] | undefined {
  const elements: Uint8Array[] = [];
  for (let index = 0; index < FIELD_ELEMENTS; index++) {
    const element = store.get(blobKey(keccak_256(elementPoint(commitment, index, form))));
    if (element === undefined) return undefined;
    elements.push(element);
  }
  return elements;
}

let roots: Uint8Array | undefined;

/** The 4096 roots of unity in bit-reversed order, 32 bytes each: element i of a blob is the polynomial's value at root i. */
function rootsOfUnity(): Uint8Array {
  if (roots !== undefined) return roots;
  const primitive = power(GENERATOR, (BLS_MODULUS - 1n) / BigInt(FIELD_ELEMENTS));
  const table = Buffer.alloc(BLOB_LENGTH);
  let root = 1n;
  for (let exponent = 0; exponent < FIELD_ELEMENTS; exponent++) {
    table.write(root.toString(16).padStart(64, '0'), 32 * reverseBits(exponent), 'hex');
    root = (root * primitive) % BLS_MODULUS;
  }
  roots = table;
  return table;
}

function reverseBits(index: number): number {
  let reversed = 0;
  for (let bit = 1; bit < FIELD_ELEMENTS; bit <<= 1) reversed = (reversed << 1) | ((index & bit) === 0 ? 0 : 1);
  return reversed;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % BLS_MODULUS;
    square = (square * square) % BLS_MODULUS;
  }
  return result;
}
