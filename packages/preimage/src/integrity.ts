/** Does a value belong to its key? What can be told from key and value alone. */
import { keccak256 } from './keccak.js';
import {
  BLOB_KEY,
  describeKey,
  GLOBAL_GENERIC_KEY,
  KECCAK256_KEY,
  keyType,
  PRECOMPILE_KEY,
  type PreimageKey,
  SHA256_KEY,
} from './keys.js';

/** Order of the BLS12-381 scalar field: every field element of a blob is below it (EIP-4844). */
const BLS_MODULUS = Buffer.from('73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001', 'hex');

const KZG_PROOF_LENGTH = 48;
const BLOB_LENGTH = 131_072;

/**
 * Why `value` cannot be the pre-image of `key`, or undefined when nothing speaks against it. keccak256 and sha256
 * pre-images are checked in full. Of a blob's field element only length and range can be checked, of its KZG proof (which hosts
 * keep beside the elements) the length, of a precompile's result the status byte: their keys commit to the question, not to the
 * answer. What hosts keep for themselves, a whole blob, ends with its hash.
 */
export function integrityFault(key: PreimageKey, value: Uint8Array): string | undefined {
  switch (keyType(key)) {
    case KECCAK256_KEY:
      return sameTail(key, keccak256(value)) ? undefined : 'its keccak256 hash is another one';
    case SHA256_KEY:
      return sameTail(key, sha256(value)) ? undefined : 'its sha256 hash is another one';
    case BLOB_KEY:
      if (value.length === KZG_PROOF_LENGTH) return undefined;
      if (value.length !== 32) return `a blob's field element has 32 bytes, this value has ${value.length}`;
      return Buffer.compare(value, BLS_MODULUS) < 0 ? undefined : 'it is not below the BLS12-381 modulus';
    case GLOBAL_GENERIC_KEY:
      // Versions before had no hash behind a blob.
      if (value.length <= BLOB_LENGTH) return undefined;
      return Buffer.compare(keccak256(value.subarray(0, -32)), value.subarray(-32)) === 0
        ? undefined
        : 'it does not end with its hash';
    case PRECOMPILE_KEY:
      return value[0] === 0 || value[0] === 1 ? undefined : 'a precompile result begins with the byte 0 or 1';
    default:
      return undefined;
  }
}

/** A value that does not belong to its key, with the place it came from. */
export class PoisonedPreimageError extends Error {
  override name = 'PoisonedPreimageError';
  readonly key: PreimageKey;
  constructor(key: PreimageKey, place: string, fault: string, advice: string) {
    super(`the value that ${place} holds is not the pre-image of key ${describeKey(key)}: ${fault}; ${advice}`);
    this.key = key;
  }
}

/** Few runs have such keys, and loading the module is a tenth of a server's start. */
function sha256(bytes: Uint8Array): Uint8Array {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(bytes).digest();
}

function sameTail(key: Uint8Array, hash: Uint8Array): boolean {
  return Buffer.compare(key.subarray(1), hash.subarray(1)) === 0;
}
