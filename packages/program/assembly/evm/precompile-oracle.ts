// Precompiles that L1 answers: ECRECOVER, bn254 pairing and point evaluation are cheaper to ask for than to compute, and
// L1's contracts can check the answer (specs: fault-proof/index.md#precompile-accelerators).
import { keccak256 } from '../crypto/keccak256';
import { mark, release, useScratch } from '../memory';
import { hint, KeyType, preimage } from '../oracle';
import { setReturnData } from './frame';

// @ts-ignore: decorator
@lazy const DIGEST: usize = memory.data(32, 8);

/**
 * Asks for the result of the precompile with this address number on the input. True with its output as the return data,
 * or false where it failed.
 */
export function askOracle(number: u32, requiredGas: u64, input: usize, length: u32): bool {
  const before = useScratch(true);
  const start = mark();
  // Address, gas and input, as they are hinted and hashed.
  const total: u32 = 28 + length;
  const request = heap.alloc(total);
  memory.fill(request, 0, 18);
  store<u16>(request, bswap<u16>(<u16>number), 18);
  store<u64>(request, bswap<u64>(requiredGas), 20);
  memory.copy(request + 28, input, length);
  hint('l1-precompile-v2', request, total);
  keccak256(request, total, DIGEST);
  const answer = preimage(KeyType.Precompile, DIGEST);
  // The first byte says whether the call succeeded.
  const ok = answer[0] == 1;
  if (ok) {
    checkOutput(number, answer.ptr + 1, answer.length - 1);
    setReturnData(answer.ptr + 1, answer.length - 1);
  }
  release(start);
  useScratch(before);
  return ok;
}

/** Output of a point evaluation that succeeds: FIELD_ELEMENTS_PER_BLOB and BLS_MODULUS (EIP-4844). */
// prettier-ignore
// @ts-ignore: decorator
@lazy const EVALUATED: usize = memory.data<u8>([
  0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
  0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x00,
  0x73, 0xed, 0xa7, 0x53, 0x29, 0x9d, 0x7d, 0x48, 0x33, 0x39, 0xd8, 0x08, 0x09, 0xa1, 0xd8, 0x05,
  0x53, 0xbd, 0xa4, 0x02, 0xff, 0xfe, 0x5b, 0xfe, 0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x01,
], 8);

/** Ends the program where the answer is none that the precompile can give. */
function checkOutput(number: u32, output: usize, length: u32): void {
  if (number == 0x08 && (length != 32 || !isBoolean(output))) {
    throw new Error('the oracle answered a bn254 pairing with what is neither true nor false');
  }
  if (number == 0x0a && (length != 64 || memory.compare(output, EVALUATED, 64) != 0)) {
    throw new Error('the oracle answered a point evaluation with what is not its constant');
  }
}

/** Whether the 32 bytes are the number 0 or 1. */
function isBoolean(word: usize): bool {
  return (load<u64>(word) | load<u64>(word, 8) | load<u64>(word, 16)) == 0 && bswap<u64>(load<u64>(word, 24)) <= 1;
}
