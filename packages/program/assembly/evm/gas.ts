// Gas that depends on operands: memory, words, accounts and storage (execution-specs; EIP-2200, 2929, 3529). Each
// function charges the frame and says whether the gas was enough.
import { accessAddress, accessSlot, addRefund, getOriginalStorage, getStorage, subRefund } from '../state/state';
import { equal, fitsU64, isZero } from '../u256';
import { addressOf, Frame, growMemory } from './frame';

/** Gas of the access to what the transaction hasn't touched before, and to what it has (EIP-2929). */
// @ts-ignore: decorator
@inline
export const COLD_ACCOUNT: u64 = 2600;
// @ts-ignore: decorator
@inline const COLD_SLOT: u64 = 2100;
// @ts-ignore: decorator
@inline
export const WARM: u64 = 100;

// @ts-ignore: decorator
@inline const SET_SLOT: u64 = 20000;
// @ts-ignore: decorator
@inline const RESET_SLOT: u64 = 5000 - 2100;
// @ts-ignore: decorator
@inline const CLEAR_REFUND: u64 = 4800;
// @ts-ignore: decorator
@inline const STORAGE_SENTRY: u64 = 2300;

/** Takes `cost` from the frame's gas. */
// @ts-ignore: decorator
@inline
export function charge(frame: Frame, cost: u64): bool {
  const gas = frame.gas;
  if (gas < cost) return false;
  frame.gas = gas - cost;
  return true;
}

/** Takes `perWord` for each of the 32-byte words that `size` bytes (below 2^40) begin. */
// @ts-ignore: decorator
@inline
export function chargeWords(frame: Frame, size: u64, perWord: u64): bool {
  return charge(frame, ((size + 31) >> 5) * perWord);
}

/** Whether the u256 at `value` is at least 2^40, which no gas pays for as an offset or size in memory. */
// @ts-ignore: decorator
@inline
export function isHuge(value: usize): bool {
  return !fitsU64(value) || load<u64>(value) >> 40 != 0;
}

/** Makes room for `size` bytes at `offset` (both u256) in the frame's memory and charges for it. */
export function expand(frame: Frame, offset: usize, size: usize): bool {
  if (isZero(size)) return true;
  if (isHuge(size) || isHuge(offset)) return false;
  return expandTo(frame, load<u64>(offset) + load<u64>(size));
}

/** The same for `size` bytes known not to be 0. */
export function expandBy(frame: Frame, offset: usize, size: u64): bool {
  if (isHuge(offset)) return false;
  return expandTo(frame, load<u64>(offset) + size);
}

/** Charges for memory of `end` bytes (below 2^42) and makes it so. */
function expandTo(frame: Frame, end: u64): bool {
  const size = <u64>frame.memorySize;
  if (end <= size) return true;
  if (end > 0x1fffffffe0) return false; // go-ethereum's limit: more words would overflow the square
  const words = (end + 31) >> 5;
  const had = size >> 5;
  if (!charge(frame, words * 3 + ((words * words) >> 9) - had * 3 - ((had * had) >> 9))) return false;
  growMemory(frame, words << 5);
  return true;
}

/** Charges what a cold account costs beyond the static 100. */
export function chargeAccount(frame: Frame, address: usize): bool {
  return !accessAddress(address) || charge(frame, COLD_ACCOUNT - WARM);
}

/** Charges SELFDESTRUCT's beneficiary, which pays nothing while warm. */
export function chargeBeneficiary(frame: Frame, address: usize): bool {
  return !accessAddress(address) || charge(frame, COLD_ACCOUNT);
}

/** Charges SLOAD of the u256 `key`. */
export function chargeStorageLoad(frame: Frame, key: usize): bool {
  return charge(frame, accessSlot(addressOf(frame), key) ? COLD_SLOT : WARM);
}

// @ts-ignore: decorator
@lazy const CURRENT: usize = memory.data(32, 8);
// @ts-ignore: decorator
@lazy const ORIGINAL: usize = memory.data(32, 8);

/** Charges SSTORE of the u256 `value` under `key` and counts its refunds (EIP-2200 with EIP-2929 and EIP-3529). */
export function chargeStorageStore(frame: Frame, key: usize, value: usize): bool {
  if (frame.gas <= STORAGE_SENTRY) return false;
  const address = addressOf(frame);
  getStorage(address, key, CURRENT);
  const cold: u64 = accessSlot(address, key) ? COLD_SLOT : 0;
  if (equal(CURRENT, value)) return charge(frame, cold + WARM);
  getOriginalStorage(address, key, ORIGINAL);
  if (equal(ORIGINAL, CURRENT)) {
    if (isZero(ORIGINAL)) return charge(frame, cold + SET_SLOT);
    if (isZero(value)) addRefund(CLEAR_REFUND);
    return charge(frame, cold + RESET_SLOT);
  }
  if (!isZero(ORIGINAL)) {
    if (isZero(CURRENT)) subRefund(CLEAR_REFUND);
    else if (isZero(value)) addRefund(CLEAR_REFUND);
  }
  if (equal(ORIGINAL, value)) addRefund((isZero(ORIGINAL) ? SET_SLOT : RESET_SLOT) - WARM);
  return charge(frame, cold + WARM);
}
