// ECRECOVER's arithmetic for the host: the client's recovery of keys, as it is computed natively.
import { recoverPublicKey } from '../../program/assembly/crypto/secp256k1';
import { keccak256 } from '../../program/assembly/crypto/keccak256';

const INPUT = memory.data(128, 8);
const KEY = memory.data(64, 8);

/** Where the caller writes hash, v, r and s, 32 bytes each. v is 27 or 28. */
export function input(): usize {
  return INPUT;
}

/** Writes the signer's address as 32 bytes to where the input begins; false, with nothing written, where there is none. */
export function recover(): bool {
  if (!recoverPublicKey(INPUT, INPUT + 64, INPUT + 96, load<u8>(INPUT, 63) - 27, KEY)) return false;
  keccak256(KEY, 64, INPUT);
  memory.fill(INPUT, 0, 12);
  return true;
}
