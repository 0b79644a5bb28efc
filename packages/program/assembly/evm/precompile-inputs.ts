// Checks of precompiles' inputs that come before the oracle is asked.
import { equal32 } from '../bytes';
import { sha256 } from '../crypto/sha256';
import { fromBytes, isZero, less } from '../u256';

/** Order of the secp256k1 group (u256). */
// @ts-ignore: decorator
@lazy const ORDER: usize = memory.data<u64>([
  0xbfd25e8cd0364141, 0xbaaedce6af48a03b, 0xfffffffffffffffe, 0xffffffffffffffff,
]);

// @ts-ignore: decorator
@lazy const WORD: usize = memory.data(32, 8);

/** An input of up to 128 bytes that is short, zero padded. */
// @ts-ignore: decorator
@lazy const PADDED: usize = memory.data(128, 8);

/** The first `wanted` (at most 128) bytes of an input, zero padded where it's shorter; valid until the next call. */
export function paddedInput(input: usize, length: u32, wanted: u32): usize {
  if (length >= wanted) return input;
  memory.copy(PADDED, input, length);
  memory.fill(PADDED + length, 0, wanted - length);
  return PADDED;
}

/**
 * The input hash, v, r, s of ECRECOVER, padded with zeros to 128 bytes; 0 where v isn't 27 or 28 or r or s isn't
 * between 1 and the group's order - 1. The bytes are valid until the next call.
 */
export function recoveryInput(input: usize, length: u32): usize {
  const padded = paddedInput(input, length, 128);
  if ((load<u64>(padded, 32) | load<u64>(padded, 40) | load<u64>(padded, 48)) != 0) return 0;
  const v = bswap<u64>(load<u64>(padded, 56));
  if (v != 27 && v != 28) return 0;
  for (let offset: usize = 64; offset < 128; offset += 32) {
    fromBytes(WORD, padded + offset);
    if (isZero(WORD) || !less(WORD, ORDER)) return 0;
  }
  return padded;
}

/** Whether POINT_EVALUATION's input has its length and its versioned hash is that of its commitment (EIP-4844). */
export function pointEvaluationInput(input: usize, length: u32): bool {
  if (length != 192) return false;
  sha256(input + 96, 48, WORD);
  store<u8>(WORD, 1);
  return equal32(WORD, input);
}
