// The functions that the tests of the cryptography call. Test only; no part of the client.
export { keccak256 } from '../crypto/keccak256';
export { sha256 } from '../crypto/sha256';

/** First address that neither static data nor this module uses. */
export function freeMemory(): usize {
  return __heap_base;
}
