// The modular exponentiation precompile: input and output of EIP-198, gas of EIP-2565 as go-ethereum computes it; from
// Osaka the gas of EIP-7883 and the limit of EIP-7823.
import { modexp } from '../crypto/modexp';
import { mark, release, useScratch } from '../memory';
import { reserveReturnData } from './frame';
import { selectedRevision } from './opcodes';
import { Revision } from './revisions';

/** Three lengths of 32 bytes each. */
// @ts-ignore: decorator
@inline
const HEADER: u32 = 96;

// @ts-ignore: decorator
@inline
const MINIMUM_GAS: u64 = 200;
// @ts-ignore: decorator
@inline
const MINIMUM_GAS_OSAKA: u64 = 500;

/** Longest base, exponent and modulus from Osaka on. */
// @ts-ignore: decorator
@inline
const LONGEST_OSAKA: u64 = 1024;

/** The gas of what nobody can pay. */
// @ts-ignore: decorator
@inline
const UNPAYABLE: u64 = u64.MAX_VALUE;

/** A length of 2^30 or more: base and modulus so long cost over 2^52 gas, an exponent over 2^32. */
// @ts-ignore: decorator
@inline
const TOO_LONG: u64 = 1 << 30;

// @ts-ignore: decorator
@lazy const PADDED_HEADER: usize = memory.data(96, 8);

let baseLength: u64 = 0;
let exponentLength: u64 = 0;
let modulusLength: u64 = 0;

/** Reads the three lengths; what is TOO_LONG becomes that. */
function readLengths(input: usize, length: u32): void {
  memory.fill(PADDED_HEADER, 0, HEADER);
  memory.copy(PADDED_HEADER, input, min(length, HEADER));
  baseLength = lengthAt(PADDED_HEADER);
  exponentLength = lengthAt(PADDED_HEADER + 32);
  modulusLength = lengthAt(PADDED_HEADER + 64);
}

function lengthAt(ptr: usize): u64 {
  if ((load<u64>(ptr) | load<u64>(ptr, 8) | load<u64>(ptr, 16)) != 0) return TOO_LONG;
  return min(bswap<u64>(load<u64>(ptr, 24)), TOO_LONG);
}

/** Byte `at` of what follows the header; zeros follow the input. */
// @ts-ignore: decorator
@inline
function bodyByte(input: usize, length: u32, at: u64): u32 {
  return at + HEADER < <u64>length ? <u32>load<u8>(input + HEADER + <usize>at) : 0;
}

/** Gas that the precompile takes for this input. */
export function modexpGas(input: usize, length: u32): u64 {
  readLengths(input, length);
  const words = (max(baseLength, modulusLength) + 7) >> 3;
  if (words > 0 && max(baseLength, modulusLength) == TOO_LONG) return UNPAYABLE;
  // Place of the highest bit among the exponent's first 32 bytes.
  const headLength = min<u64>(exponentLength, 32);
  let headBits: u64 = 0;
  for (let i: u64 = 0; i < headLength; i++) {
    const byte = bodyByte(input, length, baseLength + i);
    if (byte == 0) continue;
    headBits = 8 * (headLength - 1 - i) + (31 - <u64>clz(byte));
    break;
  }
  if (exponentLength == TOO_LONG && (words > 0 || selectedRevision() >= Revision.Osaka)) return UNPAYABLE;
  const osaka = selectedRevision() >= Revision.Osaka;
  const perByte: u64 = osaka ? 16 : 8;
  const iterations = max<u64>(headBits + (exponentLength > 32 ? perByte * (exponentLength - 32) : 0), 1);
  let complexity = words * words;
  if (osaka) complexity = max(baseLength, modulusLength) > 32 ? complexity * 2 : 16;
  // Below 2^55 times 2^34: the product is compared before it can wrap.
  if (complexity != 0 && iterations > UNPAYABLE / complexity) return UNPAYABLE;
  const gas = complexity * iterations;
  return osaka ? max(MINIMUM_GAS_OSAKA, gas) : max(MINIMUM_GAS, gas / 3);
}

/**
 * Makes base^exponent mod modulus the return data, as long as the modulus. Its gas has been paid. False where an operand
 * is longer than Osaka allows.
 */
export function runModexp(input: usize, length: u32): bool {
  readLengths(input, length);
  if (selectedRevision() >= Revision.Osaka && max(max(baseLength, exponentLength), modulusLength) > LONGEST_OSAKA) {
    return false;
  }
  const out = reserveReturnData(<u32>modulusLength);
  if (modulusLength == 0) return true;
  if (baseLength == 0 && exponentLength == TOO_LONG) {
    throw new Error('a modular exponentiation with an exponent of a gibibyte: not covered');
  }
  const before = useScratch(true);
  const start = mark();
  const base = padded(input, length, 0, baseLength);
  const exponent = padded(input, length, baseLength, exponentLength);
  const modulus = padded(input, length, baseLength + exponentLength, modulusLength);
  modexp(base, <u32>baseLength, exponent, <u32>exponentLength, modulus, <u32>modulusLength, out);
  release(start);
  useScratch(before);
  return true;
}

/** A copy of `size` bytes of the body from `from` on, zero padded. */
function padded(input: usize, length: u32, from: u64, size: u64): usize {
  const copy = heap.alloc(<usize>size);
  const start = from + HEADER;
  const available: u64 = start < <u64>length ? min(size, <u64>length - start) : 0;
  memory.copy(copy, input + <usize>start, <usize>available);
  memory.fill(copy + <usize>available, 0, <usize>(size - available));
  return copy;
}
