/**
 * KZG proofs of blobs, EIP-4844: what is computed of the blob is here, the check is bls12-381.ts's. It needs one point of the trusted setup,
 * so that no setup is loaded.
 * Specification: https://github.com/ethereum/consensus-specs/blob/master/specs/deneb/polynomial-commitments.md
 */
import { createHash } from 'node:crypto';
import { pointProofIsValid } from './bls12-381.js';
import { BLS_MODULUS, FIELD_ELEMENTS, power, rootsOfUnity } from './roots-of-unity.js';

/** Whether `proof` (48 bytes) shows that `commitment` (48 bytes) is the one of `blob` (131,072 bytes). */
export function verifyBlobProof(blob: Uint8Array, commitment: Uint8Array, proof: Uint8Array): boolean {
  const elements = fieldElements(blob);
  if (elements === undefined) return false;
  const z = challenge(blob, commitment);
  return pointProofIsValid(commitment, bytes32(z), bytes32(valueAt(elements, z)), proof);
}

/** The field elements of a blob of 131,072 bytes, or undefined where one is not below the modulus. */
export function fieldElements(blob: Uint8Array): bigint[] | undefined {
  if (blob.length !== 32 * FIELD_ELEMENTS) return undefined;
  const digits = Buffer.from(blob.buffer, blob.byteOffset, blob.length).toString('hex');
  const elements = Array.from({ length: FIELD_ELEMENTS }, (_, index) =>
    BigInt(`0x${digits.slice(64 * index, 64 * (index + 1))}`),
  );
  return elements.every((element) => element < BLS_MODULUS) ? elements : undefined;
}

/** compute_challenge: the point at which a blob is proved. */
function challenge(blob: Uint8Array, commitment: Uint8Array): bigint {
  const degree = Buffer.alloc(16);
  degree.writeUInt32BE(FIELD_ELEMENTS, 12);
  const hash = createHash('sha256')
    .update('FSBLOBVERIFY_V1_')
    .update(degree)
    .update(blob)
    .update(commitment)
    .digest('hex');
  return BigInt(`0x${hash}`) % BLS_MODULUS;
}

/** evaluate_polynomial_in_evaluation_form: with one inversion for all differences. */
function valueAt(elements: readonly bigint[], z: bigint): bigint {
  const roots = rootsOfUnity();
  const at = roots.indexOf(z);
  if (at >= 0) return elements[at] ?? 0n;
  const differences = roots.map((root) => (z - root + BLS_MODULUS) % BLS_MODULUS);
  const products: bigint[] = [];
  let product = 1n;
  for (const difference of differences) {
    products.push(product);
    product = (product * difference) % BLS_MODULUS;
  }
  let rest = power(product, BLS_MODULUS - 2n);
  let sum = 0n;
  for (let index = FIELD_ELEMENTS - 1; index >= 0; index--) {
    const inverse = (rest * (products[index] ?? 0n)) % BLS_MODULUS;
    rest = (rest * (differences[index] ?? 0n)) % BLS_MODULUS;
    const term = ((elements[index] ?? 0n) * (roots[index] ?? 0n)) % BLS_MODULUS;
    sum += (term * inverse) % BLS_MODULUS;
  }
  const degree = BigInt(FIELD_ELEMENTS);
  const factor = ((power(z, degree) - 1n + BLS_MODULUS) * power(degree, BLS_MODULUS - 2n)) % BLS_MODULUS;
  return ((sum % BLS_MODULUS) * factor) % BLS_MODULUS;
}

function bytes32(value: bigint): Uint8Array {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
}
