// What a transaction pays for its place on L1 and to the operator (specs: protocol/exec-engine.md#l1-cost-fees-l1-fee-vault,
// ecotone, fjord, isthmus, jovian). The parameters are the L1Block contract's, as the block's first deposit left them.
import { Bytes } from '../bytes';
import { Fork } from '../config/rollup';
import { getStorage } from '../state/state';
import { add, bitLength, div, isZero, mul, setU64 } from '../u256';
import { calldataGas } from './calldata-gas';
import { fastLzLength } from './fast-lz';
import { L1_BLOCK } from './predeploys';

/** Which formula holds. */
const enum Formula {
  /** Before Ecotone, and in its first block. */
  Bedrock,
  Ecotone,
  Fjord,
}

let formula: Formula = Formula.Bedrock;
let isRegolith: bool = false;
let isJovian: bool = false;

// u256s: what a unit of size costs, the overhead, the operator fee's scalar and constant, work space.
// @ts-ignore: decorator
@lazy const RATE: usize = memory.data(32, 8);
// @ts-ignore: decorator
@lazy const OVERHEAD: usize = memory.data(32, 8);
// @ts-ignore: decorator
@lazy const OPERATOR_SCALAR: usize = memory.data(32, 8);
// @ts-ignore: decorator
@lazy const OPERATOR_CONSTANT: usize = memory.data(32, 8);
// @ts-ignore: decorator
@lazy const A: usize = memory.data(32, 8);
// @ts-ignore: decorator
@lazy const B: usize = memory.data(32, 8);

/** Gas that a byte of the data availability footprint counts as (Jovian). */
export let footprintScalar: u64 = 0;

/** The value of slot `number` of the L1Block contract, written to `out`. */
function slot(number: u64, out: usize): void {
  setU64(out, number);
  getStorage(L1_BLOCK, out, out);
}

/** The 32-bit number that ends `bytes` bytes above the least significant end of the value at `value`. */
// @ts-ignore: decorator
@inline
function u32Above(value: usize, bytes: usize): u64 {
  return <u64>load<u32>(value + bytes);
}

/** Product written to `out`; what does not fit into 256 bits (no chain's parameters come near) ends the program. */
function multiply(out: usize, a: usize, b: usize): void {
  if (bitLength(a) + bitLength(b) > 256) throw new Error('an L1 cost of more than 256 bits: not covered');
  mul(out, a, b);
}

/** Reads the parameters. To be called once the block's first deposit ran, before the first transaction that pays. */
export function readL1Parameters(fork: Fork): void {
  isRegolith = fork >= Fork.Regolith;
  isJovian = fork >= Fork.Jovian;
  formula = Formula.Bedrock;
  if (fork >= Fork.Ecotone) readEcotone(fork);
  if (formula == Formula.Bedrock) {
    slot(1, RATE); // L1 base fee
    slot(5, OVERHEAD);
    slot(6, A); // scalar
    multiply(RATE, RATE, A);
  }
  setU64(OPERATOR_SCALAR, 0);
  setU64(OPERATOR_CONSTANT, 0);
  if (fork < Fork.Isthmus) return;
  slot(8, A);
  setU64(OPERATOR_CONSTANT, load<u64>(A));
  setU64(OPERATOR_SCALAR, u32Above(A, 8));
  footprintScalar = <u64>load<u16>(A, 12);
  if (footprintScalar == 0) footprintScalar = 400;
}

function readEcotone(fork: Fork): void {
  slot(3, A);
  const blobScalar = u32Above(A, 8);
  const baseScalar = u32Above(A, 12);
  slot(7, B); // blob base fee
  // Ecotone's first block is told its parameters in the old way: they are not set.
  if (blobScalar == 0 && baseScalar == 0 && isZero(B)) return;
  formula = fork >= Fork.Fjord ? Formula.Fjord : Formula.Ecotone;
  setU64(A, blobScalar);
  multiply(B, B, A);
  slot(1, RATE);
  setU64(A, baseScalar * 16);
  multiply(RATE, RATE, A);
  add(RATE, RATE, B);
}

/** A transaction's compressed size in millionths of bytes, as estimated since Fjord, from its size by FastLZ. */
function estimatedSize(fastLz: u32): u64 {
  const size = <i64>fastLz * 836_500 - 42_585_600;
  return size < 100_000_000 ? 100_000_000 : <u64>size;
}

/** Writes what the encoded transaction pays for L1 (u256, wei) to `out`; deposits pay nothing and are not asked for. */
export function l1Cost(encoded: Bytes, out: usize): void {
  switch (formula) {
    case Formula.Bedrock:
      setU64(A, calldataGas(encoded.ptr, encoded.length) + (isRegolith ? 0 : 68 * 16));
      add(A, A, OVERHEAD);
      setU64(B, 1_000_000);
      break;
    case Formula.Ecotone:
      setU64(A, calldataGas(encoded.ptr, encoded.length));
      setU64(B, 16_000_000);
      break;
    default:
      setU64(A, estimatedSize(fastLzLength(encoded.ptr, encoded.length)));
      setU64(B, 1_000_000_000_000);
  }
  multiply(A, A, RATE);
  div(out, A, B);
}

/** Gas that the encoded transaction's estimated size counts as (Jovian: the data availability footprint). */
export function footprint(encoded: Bytes): u64 {
  return (estimatedSize(fastLzLength(encoded.ptr, encoded.length)) / 1_000_000) * footprintScalar;
}

/** Writes the operator's fee for `gas` units of gas (u256, wei) to `out`: 0 before Isthmus. */
export function operatorFee(gas: u64, out: usize): void {
  setU64(out, gas);
  mul(out, out, OPERATOR_SCALAR);
  if (isJovian) {
    setU64(A, 100);
    mul(out, out, A);
  } else {
    setU64(A, 1_000_000);
    div(out, out, A);
  }
  add(out, out, OPERATOR_CONSTANT);
}
