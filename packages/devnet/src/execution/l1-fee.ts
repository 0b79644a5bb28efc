// The L1 data fee of L2 transactions, the operator's fee, and the data availability footprint: from the L1Block contract's storage.
// Specification: specs/protocol/exec-engine.md, "L1-Cost fees"; ecotone, fjord, isthmus, jovian: their exec-engine.md.
import { bytesToBigInt, setLengthLeft } from '@ethereumjs/util';
import type { State } from '../state/state.js';
import { L1_BLOCK } from './addresses.js';
import { calldataGas } from './calldata-gas.js';
import { fastLzLength } from './fastlz.js';
import type { OptimismRules } from './forks.js';
import type { L1FeeCharge } from './receipt.js';

/** The fee for a transaction's envelope. */
export type L1FeeFunction = (raw: Uint8Array) => L1FeeCharge;

/** What the operator takes (wei) for so much gas. */
export type OperatorFeeFunction = (gas: bigint) => bigint;

/** What a block's transactions pay beside their gas, and what their data counts as. */
export interface RollupFees {
  readonly l1Fee: L1FeeFunction;
  readonly operator: OperatorFee;
  /** Gas that a transaction's data counts as, and a byte of it (Jovian); undefined before. */
  readonly footprint: ((raw: Uint8Array) => { readonly gas: bigint; readonly scalar: bigint }) | undefined;
}

/** The operator's fee and its parameters. */
export interface OperatorFee {
  readonly fee: OperatorFeeFunction;
  readonly scalar: bigint;
  readonly constant: bigint;
}

const SLOT_BASE_FEE = 1;
const SLOT_SCALARS = 3;
const SLOT_OVERHEAD = 5;
const SLOT_BEDROCK_SCALAR = 6;
const SLOT_BLOB_BASE_FEE = 7;
const SLOT_OPERATOR_FEE = 8;

const FASTLZ_INTERCEPT = -42_585_600n;
const FASTLZ_COEFFICIENT = 836_500n;
const MINIMUM_SIZE = 100_000_000n;
const DEFAULT_FOOTPRINT_SCALAR = 400n;
/** Bytes that a transaction's signature was estimated to have, before Regolith. */
const SIGNATURE_BYTES = 68n;

/**
 * The fees of a block. Read them after the block's L1 attributes deposit was executed and before its first other
 * transaction: that is when op-geth reads them, once a block.
 */
export async function rollupFees(state: State, rules: OptimismRules): Promise<RollupFees> {
  const isTold = rules.operatorFee !== undefined;
  const parameters = isTold ? await readSlot(state, SLOT_OPERATOR_FEE) : new Uint8Array(32);
  const scalar = bytesToBigInt(parameters.subarray(18, 20)) || DEFAULT_FOOTPRINT_SCALAR;
  const footprint = (raw: Uint8Array): { gas: bigint; scalar: bigint } => {
    return { gas: (estimatedSize(raw) / 1_000_000n) * scalar, scalar };
  };
  return {
    l1Fee: await l1FeeFunction(state, rules),
    operator: operatorFee(parameters, rules),
    footprint: rules.footprint ? footprint : undefined,
  };
}

function operatorFee(parameters: Uint8Array, rules: OptimismRules): OperatorFee {
  if (rules.operatorFee === undefined) return { fee: () => 0n, scalar: 0n, constant: 0n };
  const scalar = bytesToBigInt(parameters.subarray(20, 24));
  const constant = bytesToBigInt(parameters.subarray(24, 32));
  const fee: OperatorFeeFunction =
    rules.operatorFee === 'isthmus'
      ? (gas) => (gas * scalar) / 1_000_000n + constant
      : (gas) => gas * scalar * 100n + constant;
  return { fee, scalar, constant };
}

async function l1FeeFunction(state: State, rules: OptimismRules): Promise<L1FeeFunction> {
  const baseFee = bytesToBigInt(await readSlot(state, SLOT_BASE_FEE));
  if (rules.l1Fee === 'bedrock' || rules.l1Fee === 'regolith') return bedrockFee(state, baseFee, rules);
  const scalars = await readSlot(state, SLOT_SCALARS);
  const baseFeeScalar = bytesToBigInt(scalars.subarray(16, 20));
  const blobBaseFeeScalar = bytesToBigInt(scalars.subarray(20, 24));
  const blobBaseFee = bytesToBigInt(await readSlot(state, SLOT_BLOB_BASE_FEE));
  // Ecotone's first block still has the attributes of before, which leave the new slots empty.
  if (blobBaseFee === 0n && baseFeeScalar === 0n && blobBaseFeeScalar === 0n) {
    return bedrockFee(state, baseFee, rules);
  }

  const perByte = baseFeeScalar * baseFee * 16n + blobBaseFeeScalar * blobBaseFee;
  const basis = { baseFee, blobBaseFee, baseFeeScalar, blobBaseFeeScalar };
  if (rules.l1Fee === 'ecotone') {
    return (raw) => {
      const gasUsed = calldataGas(raw);
      return { ...basis, gasUsed, fee: (gasUsed * perByte) / 16_000_000n };
    };
  }
  return (raw) => {
    const size = estimatedSize(raw);
    return { ...basis, gasUsed: (size * 16n) / 1_000_000n, fee: (size * perByte) / 1_000_000_000_000n };
  };
}

/** Estimated size after compression, in millionths of bytes. */
function estimatedSize(raw: Uint8Array): bigint {
  const estimate = FASTLZ_INTERCEPT + FASTLZ_COEFFICIENT * BigInt(fastLzLength(raw));
  return estimate < MINIMUM_SIZE ? MINIMUM_SIZE : estimate;
}

async function bedrockFee(state: State, baseFee: bigint, rules: OptimismRules): Promise<L1FeeFunction> {
  const signature = rules.l1Fee === 'bedrock' ? SIGNATURE_BYTES * 16n : 0n;
  const overhead = bytesToBigInt(await readSlot(state, SLOT_OVERHEAD));
  const scalar = bytesToBigInt(await readSlot(state, SLOT_BEDROCK_SCALAR));
  return (raw) => {
    const gasUsed = calldataGas(raw) + signature + overhead;
    return { baseFee, overhead, scalar, gasUsed, fee: (gasUsed * baseFee * scalar) / 1_000_000n };
  };
}

async function readSlot(state: State, slot: number): Promise<Uint8Array> {
  const key = new Uint8Array(32);
  key[31] = slot;
  return setLengthLeft(await state.getStorage(L1_BLOCK, key), 32);
}
