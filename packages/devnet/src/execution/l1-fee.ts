// The L1 data fee of L2 transactions, from the L1Block contract's storage.
// Specification: specs/protocol/exec-engine.md, "L1-Cost fees"; ecotone and fjord: their exec-engine.md.
import { bytesToBigInt, setLengthLeft } from '@ethereumjs/util';
import type { State } from '../state/state.js';
import { L1_BLOCK } from './addresses.js';
import { fastLzLength } from './fastlz.js';
import type { OptimismRules } from './forks.js';
import type { L1FeeCharge } from './receipt.js';

/** The fee for a transaction's envelope. */
export type L1FeeFunction = (raw: Uint8Array) => L1FeeCharge;

const SLOT_BASE_FEE = 1;
const SLOT_SCALARS = 3;
const SLOT_OVERHEAD = 5;
const SLOT_BEDROCK_SCALAR = 6;
const SLOT_BLOB_BASE_FEE = 7;

const FASTLZ_INTERCEPT = -42_585_600n;
const FASTLZ_COEFFICIENT = 836_500n;
const MINIMUM_SIZE = 100_000_000n;

/**
 * The fee function of a block. Read it after the block's L1 attributes deposit was executed and before its first other
 * transaction: that is when op-geth reads it, once a block.
 */
export async function l1FeeFunction(state: State, rules: OptimismRules): Promise<L1FeeFunction> {
  const baseFee = bytesToBigInt(await readSlot(state, SLOT_BASE_FEE));
  if (rules.l1Fee === 'bedrock') return bedrockFee(state, baseFee);
  const scalars = await readSlot(state, SLOT_SCALARS);
  const baseFeeScalar = bytesToBigInt(scalars.subarray(16, 20));
  const blobBaseFeeScalar = bytesToBigInt(scalars.subarray(20, 24));
  const blobBaseFee = bytesToBigInt(await readSlot(state, SLOT_BLOB_BASE_FEE));
  // Ecotone's first block still has the attributes of before, which leave the new slots empty.
  if (blobBaseFee === 0n && baseFeeScalar === 0n && blobBaseFeeScalar === 0n) return bedrockFee(state, baseFee);

  const perByte = baseFeeScalar * baseFee * 16n + blobBaseFeeScalar * blobBaseFee;
  const basis = { baseFee, blobBaseFee, baseFeeScalar, blobBaseFeeScalar };
  if (rules.l1Fee === 'ecotone') {
    return (raw) => {
      const gasUsed = calldataGas(raw);
      return { ...basis, gasUsed, fee: (gasUsed * perByte) / 16_000_000n };
    };
  }
  return (raw) => {
    const estimate = FASTLZ_INTERCEPT + FASTLZ_COEFFICIENT * BigInt(fastLzLength(raw));
    const size = estimate < MINIMUM_SIZE ? MINIMUM_SIZE : estimate;
    return { ...basis, gasUsed: (size * 16n) / 1_000_000n, fee: (size * perByte) / 1_000_000_000_000n };
  };
}

async function bedrockFee(state: State, baseFee: bigint): Promise<L1FeeFunction> {
  const overhead = bytesToBigInt(await readSlot(state, SLOT_OVERHEAD));
  const scalar = bytesToBigInt(await readSlot(state, SLOT_BEDROCK_SCALAR));
  return (raw) => {
    const gasUsed = calldataGas(raw) + overhead;
    return { baseFee, gasUsed, fee: (gasUsed * baseFee * scalar) / 1_000_000n };
  };
}

async function readSlot(state: State, slot: number): Promise<Uint8Array> {
  const key = new Uint8Array(32);
  key[31] = slot;
  return setLengthLeft(await state.getStorage(L1_BLOCK, key), 32);
}

/** Gas of bytes as calldata: 4 a zero, 16 any other (EIP-2028). */
export function calldataGas(data: Uint8Array): bigint {
  let gas = 0;
  for (const byte of data) gas += byte === 0 ? 4 : 16;
  return BigInt(gas);
}
