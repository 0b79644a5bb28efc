/**
 * KZG proofs of blobs, EIP-4844: what is computed of the blob is here, the check is bls12-381.ts's. It needs one point of the trusted setup,
 * so that no setup is loaded.
 * Specification: https://github.com/ethereum/consensus-specs/blob/master/specs/deneb/polynomial-commitments.md
 */
import { createHash } from 'node:crypto';
import { pointProofIsValid } from './bls12-381.js';
import { BLS_MODULUS, FIELD_ELEMENTS } from './roots-of-unity.js';
import { loadWasm } from './wasm-module.js';

const MODULUS = bytes32(BLS_MODULUS);

/** Whether `proof` (48 bytes) shows that `commitment` (48 bytes) is the one of `blob` (131,072 bytes). */
export function verifyBlobProof(blob: Uint8Array, commitment: Uint8Array, proof: Uint8Array): boolean {
  if (!isBlob(blob)) return false;
  const z = challenge(blob, commitment);
  return pointProofIsValid(commitment, z, blobValue(blob, z), proof);
}

/** Whether these are 4096 field elements: 32 bytes each, big endian, below the modulus. */
export function isBlob(blob: Uint8Array): boolean {
  if (blob.length !== 32 * FIELD_ELEMENTS) return false;
  const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.length);
  for (let at = 0; at < bytes.length; at += 32) if (bytes.compare(MODULUS, 0, 32, at, at + 32) >= 0) return false;
  return true;
}

/** compute_challenge: the point at which a blob is proved. */
function challenge(blob: Uint8Array, commitment: Uint8Array): Uint8Array {
  const degree = Buffer.alloc(16);
  degree.writeUInt32BE(FIELD_ELEMENTS, 12);
  const hash = createHash('sha256')
    .update('FSBLOBVERIFY_V1_')
    .update(degree)
    .update(blob)
    .update(commitment)
    .digest('hex');
  return bytes32(BigInt(`0x${hash}`) % BLS_MODULUS);
}

/**
 * The value of the blob's polynomial at `z`, 32 bytes big endian each (evaluate_polynomial_in_evaluation_form). `blob`: as `isBlob` has it;
 * `z`: below the modulus.
 */
export function blobValue(blob: Uint8Array, z: Uint8Array): Uint8Array {
  const { memory, elements, point, value } = (valueModule ??= loadWasm<ValueModule>('blob-value'));
  const bytes = new Uint8Array(memory.buffer);
  bytes.set(blob, elements());
  bytes.set(z, point());
  const at = value();
  return bytes.slice(at, at + 32);
}

type ValueModule = { memory: WebAssembly.Memory; elements(): number; point(): number; value(): number };
let valueModule: ValueModule | undefined;

function bytes32(value: bigint): Uint8Array {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
}
