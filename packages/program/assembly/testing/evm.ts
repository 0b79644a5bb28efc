// The EVM and its arithmetic as functions for the tests: operands are bytes in buffers that the test allocates. Test
// only; it is not part of the client.
import { analyse, analysisSize, isJumpdest } from '../evm/analysis';
import { BlockContext, call, CallResult, create, enter, TransactionContext } from '../evm/evm';
import { setParent } from '../execution/block-hashes';
import { mark, release, useScratch } from '../memory';
import { commitState, openState } from '../state/commit';
import {
  accessAddress,
  accessSlot,
  addBalance,
  beginTransaction,
  encodedLogs,
  endTransaction,
  exists,
  getBalance,
  getCode,
  getNonce,
  getRefund,
  getStorage,
  setCode,
  setNonce,
  setStorage,
  subBalance,
} from '../state/state';
import { EMPTY_ROOT } from '../trie/trie';
import * as u256 from '../u256';

let start: u64 = 0;

// @ts-ignore: decorator
@lazy const ROOT: usize = memory.data(32, 8);
// @ts-ignore: decorator
@lazy const WORD: usize = memory.data(32, 8);

/** Forgets everything allocated since the last reset and opens an empty state. */
export function reset(): void {
  useScratch(true);
  if (start != 0) release(start);
  start = mark();
  openState(EMPTY_ROOT);
  beginTransaction();
}

/** Makes the accounts put so far the state that a block begins with, and begins a transaction in it. */
export function begin(): void {
  endTransaction();
  commitState(ROOT);
  openState(ROOT);
  beginTransaction();
}

/** Ends the transaction: what it destroyed and what is empty is gone. */
export function end(): void {
  endTransaction();
}

/** Says that the next block's parent is this one. */
export function parent(number: u64, hash: usize, parentHash: usize): void {
  setParent(number, hash, parentHash);
}

export function allocate(length: u32): usize {
  return heap.alloc(length);
}

/**
 * Writes to the `length` bytes at `out` whether a jump may land at each offset of the code, asked for in steps of `step`, which
 * has no divisor in common with the length.
 */
export function jumpDestinations(ptr: usize, length: u32, out: usize, step: u32): void {
  const code = analyse(heap.alloc(analysisSize(length)), ptr, length);
  for (let i: u32 = 0; i < length; i++) {
    const offset = <u32>((<u64>i * step) % length);
    store<u8>(out + offset, u8(isJumpdest(code, offset)));
  }
}

/** One operation on u256 values (limbs): see the test for the numbers. */
export function arithmetic(operation: u32, out: usize, a: usize, b: usize, c: usize): void {
  switch (operation) {
    case 0:
      u256.add(out, a, b);
      break;
    case 1:
      u256.mul(out, a, b);
      break;
    case 2:
      u256.sub(out, a, b);
      break;
    case 3:
      u256.div(out, a, b);
      break;
    case 4:
      u256.sdiv(out, a, b);
      break;
    case 5:
      u256.mod(out, a, b);
      break;
    case 6:
      u256.smod(out, a, b);
      break;
    case 7:
      u256.addmod(out, a, b, c);
      break;
    case 8:
      u256.mulmod(out, a, b, c);
      break;
    case 9:
      u256.exp(out, a, b);
      break;
    case 10:
      u256.signextend(out, a, b);
      break;
    case 11:
      u256.setU64(out, u64(u256.less(a, b)));
      break;
    case 12:
      u256.setU64(out, u64(u256.lessSigned(a, b)));
      break;
    case 13:
      u256.setU64(out, u64(u256.equal(a, b)));
      break;
    case 14:
      u256.setU64(out, u64(u256.isZero(a)));
      break;
    case 15:
      u256.byteAt(out, a, b);
      break;
    case 16:
      u256.shl(out, a, b);
      break;
    case 17:
      u256.shr(out, a, b);
      break;
    case 18:
      u256.sar(out, a, b);
      break;
    case 19:
      u256.negate(out, a);
      break;
    case 20:
      u256.setU64(out, u256.bitLength(a));
      break;
    default:
      throw new Error('no such operation');
  }
}

const block = new BlockContext();
const transaction = new TransactionContext();

/** Fork, number, timestamp, gas limit, chain id; addresses of coinbase, prevrandao, base fee, blob base fee. */
export function setBlock(
  fork: u32,
  number: u64,
  timestamp: u64,
  gasLimit: u64,
  chainId: u64,
  coinbase: usize,
  prevRandao: usize,
  baseFee: usize,
  blobBaseFee: usize,
): void {
  block.fork = fork;
  block.number = number;
  block.timestamp = timestamp;
  block.gasLimit = gasLimit;
  block.chainId = chainId;
  block.coinbase = coinbase;
  block.prevRandao = prevRandao;
  block.baseFee = baseFee;
  block.blobBaseFee = blobBaseFee;
}

export function setTransaction(origin: usize, gasPrice: usize, blobHashes: usize, blobHashCount: u32): void {
  transaction.origin = origin;
  transaction.gasPrice = gasPrice;
  transaction.blobHashes = blobHashes;
  transaction.blobHashCount = blobHashCount;
}

export function putAccount(address: usize, nonce: u64, balance: usize, code: usize, length: u32): void {
  if (nonce != 0) setNonce(address, nonce);
  addBalance(address, balance);
  if (length != 0) setCode(address, code, length);
}

export function putSlot(address: usize, key: usize, value: usize): void {
  setStorage(address, key, value);
}

export function warm(address: usize): void {
  accessAddress(address);
}

export function warmSlot(address: usize, key: usize): void {
  accessSlot(address, key);
}

export function add(address: usize, amount: usize): void {
  addBalance(address, amount);
}

export function subtract(address: usize, amount: usize): void {
  subBalance(address, amount);
}

export function putNonce(address: usize, nonce: u64): void {
  setNonce(address, nonce);
}

/** Writes all changes to the tries; the address of the state root. */
export function commit(): usize {
  commitState(ROOT);
  return ROOT;
}

let result: CallResult = new CallResult();

export function runCall(caller: usize, to: usize, value: usize, input: usize, length: u32, gas: u64): void {
  enter(block, transaction);
  result = call(caller, to, value, input, length, gas);
}

export function runCreate(caller: usize, value: usize, code: usize, length: u32, gas: u64): void {
  enter(block, transaction);
  result = create(caller, value, code, length, gas);
}

export function succeeded(): bool {
  return result.success;
}
export function failure(): u32 {
  return result.error;
}
export function gasLeft(): u64 {
  return result.gasLeft;
}
export function output(): usize {
  return result.output;
}
export function outputLength(): u32 {
  return result.outputLength;
}
export function createdAddress(): usize {
  return result.createdAddress;
}
export function refund(): u64 {
  return getRefund();
}

export function logs(): usize {
  return encodedLogs().ptr;
}
export function logsLength(): u32 {
  return encodedLogs().length;
}

export function accountExists(address: usize): bool {
  return exists(address);
}
export function accountNonce(address: usize): u64 {
  return getNonce(address);
}
export function accountBalance(address: usize): usize {
  getBalance(address, WORD);
  return WORD;
}
export function accountCode(address: usize): usize {
  return getCode(address).ptr;
}
export function accountCodeLength(address: usize): u32 {
  return getCode(address).length;
}
export function slot(address: usize, key: usize): usize {
  getStorage(address, key, WORD);
  return WORD;
}
