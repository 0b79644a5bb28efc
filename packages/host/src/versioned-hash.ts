import { createHash } from 'node:crypto';

/** The versioned hash of a 48-byte commitment (EIP-4844): 0x01 and the last 31 bytes of its sha256. */
export function versionedHashOf(commitment: Uint8Array): Uint8Array {
  const hash = Uint8Array.from(createHash('sha256').update(commitment).digest());
  hash[0] = 1;
  return hash;
}
