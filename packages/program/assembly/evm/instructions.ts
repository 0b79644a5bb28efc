// The instructions that touch the state, memory ranges or the context: called by the interpreter with the frame (its
// gas up to date) and the top of its stack. They charge the frame for what depends on operands and return Exit.None or
// how the frame ends.
import { keccak256 } from '../crypto/keccak256';
import {
  addLog,
  getBalance,
  getCode,
  getCodeHash,
  getCodeSize,
  getStorage,
  getTransient,
  isEmpty,
  selfDestruct,
  setStorage,
  setTransient,
  subBalance,
  addBalance,
  wasCreatedInTransaction,
} from '../state/state';
import { hash64 } from '../trie/key-hash';
import { fitsU64, fromBytes, isZero, setU64, toAddress, toBytes } from '../u256';
import { block, transaction } from './context';
import { addressOf, Frame, returnData, returnDataLength } from './frame';
import {
  charge,
  chargeAccount,
  chargeBeneficiary,
  chargeStorageLoad,
  chargeStorageStore,
  chargeWords,
  expand,
  isHuge,
} from './gas';
import { selectedRevision } from './opcodes';
import { Revision } from './revisions';

/** Why the interpreter returned. */
export const enum Exit {
  /** An instruction did its work. */
  None = 0,
  Stop = 1,
  Return = 2,
  Revert = 3,
  /** The instruction before `pc` is a call or a creation. */
  Call = 4,
  Create = 5,
  // The exceptional halts: all gas is gone, all effects are undone.
  OutOfGas = 6,
  StackBounds = 7,
  InvalidJump = 8,
  InvalidInstruction = 9,
  WriteProtection = 10,
  ReturnDataBounds = 11,
  // Exceptional halts at a creation's end.
  CodeSize = 12,
  InvalidCode = 13,
  // Failures of a transaction's call or creation that never ran; the first two take no gas.
  InsufficientBalance = 14,
  NonceOverflow = 15,
  AddressTaken = 16,
  PrecompileFailure = 17,
}

// @ts-ignore: decorator
@lazy const ADDRESS: usize = memory.data(24, 8);
// @ts-ignore: decorator
@lazy const WORD: usize = memory.data(32, 8);

export function keccak(frame: Frame, sp: usize): Exit {
  const size = sp + 32;
  if (!expand(frame, sp, size) || !chargeWords(frame, load<u64>(size), 6)) return Exit.OutOfGas;
  // The offset of an empty range may be anything.
  const length = <u32>load<u64>(size);
  const data: usize = length == 0 ? 0 : frame.memory + <usize>load<u64>(sp);
  // 64 bytes are most often a mapping's slot, which comes again: 13 % fewer machine instructions in heavy blocks.
  if (length == 64) hash64(data, WORD);
  else keccak256(data, length, WORD);
  fromBytes(size, WORD);
  return Exit.None;
}

export function balance(frame: Frame, sp: usize): Exit {
  toAddress(ADDRESS, sp);
  if (!chargeAccount(frame, ADDRESS)) return Exit.OutOfGas;
  getBalance(ADDRESS, sp);
  return Exit.None;
}

export function externalCodeSize(frame: Frame, sp: usize): Exit {
  toAddress(ADDRESS, sp);
  if (!chargeAccount(frame, ADDRESS)) return Exit.OutOfGas;
  setU64(sp, <u64>getCodeSize(ADDRESS));
  return Exit.None;
}

export function externalCodeHash(frame: Frame, sp: usize): Exit {
  toAddress(ADDRESS, sp);
  if (!chargeAccount(frame, ADDRESS)) return Exit.OutOfGas;
  if (isEmpty(ADDRESS)) {
    setU64(sp, 0);
  } else {
    getCodeHash(ADDRESS, WORD);
    fromBytes(sp, WORD);
  }
  return Exit.None;
}

export function externalCodeCopy(frame: Frame, sp: usize): Exit {
  toAddress(ADDRESS, sp);
  const size = sp + 96;
  if (!expand(frame, sp + 32, size) || !chargeWords(frame, load<u64>(size), 3)) return Exit.OutOfGas;
  if (!chargeAccount(frame, ADDRESS)) return Exit.OutOfGas;
  const length = <u32>load<u64>(size);
  if (length == 0) return Exit.None;
  const code = getCode(ADDRESS);
  copyPadded(frame.memory + <usize>load<u64>(sp + 32), code.ptr, code.length, sp + 64, length);
  return Exit.None;
}

/** CALLDATACOPY and CODECOPY: memory offset, offset in the `available` bytes at `source`, size. */
export function copyToMemory(frame: Frame, sp: usize, source: usize, available: u32): Exit {
  const size = sp + 64;
  if (!expand(frame, sp, size) || !chargeWords(frame, load<u64>(size), 3)) return Exit.OutOfGas;
  const length = <u32>load<u64>(size);
  if (length != 0) copyPadded(frame.memory + <usize>load<u64>(sp), source, available, sp + 32, length);
  return Exit.None;
}

/** Copies `length` bytes from the u256 `offset` of the `available` bytes at `source`; what lies beyond them is zero. */
function copyPadded(target: usize, source: usize, available: u32, offset: usize, length: u32): void {
  let there: u32 = 0;
  const from = load<u64>(offset);
  if (fitsU64(offset) && from < <u64>available) {
    there = min<u32>(length, available - <u32>from);
    memory.copy(target, source + <usize>from, there);
  }
  if (there < length) memory.fill(target + there, 0, length - there);
}

/** CALLDATALOAD where the word reaches beyond the call data. */
export function loadCallData(frame: Frame, sp: usize): void {
  copyPadded(WORD, frame.input, frame.inputLength, sp, 32);
  fromBytes(sp, WORD);
}

export function returnDataCopy(frame: Frame, sp: usize): Exit {
  const offset = sp + 32;
  const size = sp + 64;
  if (!expand(frame, sp, size) || !chargeWords(frame, load<u64>(size), 3)) return Exit.OutOfGas;
  if (isHuge(offset) || load<u64>(offset) + load<u64>(size) > <u64>returnDataLength) return Exit.ReturnDataBounds;
  const length = <u32>load<u64>(size);
  if (length != 0) {
    memory.copy(frame.memory + <usize>load<u64>(sp), returnData + <usize>load<u64>(offset), length);
  }
  return Exit.None;
}

export function copyMemory(frame: Frame, sp: usize): Exit {
  const target = sp;
  const source = sp + 32;
  const size = sp + 64;
  if (!expand(frame, target, size) || !expand(frame, source, size)) return Exit.OutOfGas;
  if (!chargeWords(frame, load<u64>(size), 3)) return Exit.OutOfGas;
  const length = <u32>load<u64>(size);
  if (length != 0) {
    memory.copy(frame.memory + <usize>load<u64>(target), frame.memory + <usize>load<u64>(source), length);
  }
  return Exit.None;
}

export function storageLoad(frame: Frame, sp: usize): Exit {
  if (!chargeStorageLoad(frame, sp)) return Exit.OutOfGas;
  // The key is overwritten only after the state has taken it.
  getStorage(addressOf(frame), sp, WORD);
  store<u64>(sp, load<u64>(WORD));
  store<u64>(sp, load<u64>(WORD, 8), 8);
  store<u64>(sp, load<u64>(WORD, 16), 16);
  store<u64>(sp, load<u64>(WORD, 24), 24);
  return Exit.None;
}

export function storageStore(frame: Frame, sp: usize): Exit {
  if (frame.isStatic) return Exit.WriteProtection;
  if (!chargeStorageStore(frame, sp, sp + 32)) return Exit.OutOfGas;
  setStorage(addressOf(frame), sp, sp + 32);
  return Exit.None;
}

export function transientLoad(frame: Frame, sp: usize): Exit {
  getTransient(addressOf(frame), sp, WORD);
  store<u64>(sp, load<u64>(WORD));
  store<u64>(sp, load<u64>(WORD, 8), 8);
  store<u64>(sp, load<u64>(WORD, 16), 16);
  store<u64>(sp, load<u64>(WORD, 24), 24);
  return Exit.None;
}

export function transientStore(frame: Frame, sp: usize): Exit {
  if (frame.isStatic) return Exit.WriteProtection;
  setTransient(addressOf(frame), sp, sp + 32);
  return Exit.None;
}

// @ts-ignore: decorator
@lazy const TOPICS: usize = memory.data(128, 8);

/** LOG0 to LOG4: offset, size, topics. */
export function log(frame: Frame, sp: usize, topics: u32): Exit {
  if (frame.isStatic) return Exit.WriteProtection;
  const size = sp + 32;
  if (!expand(frame, sp, size) || !charge(frame, load<u64>(size) * 8)) return Exit.OutOfGas;
  for (let i: u32 = 0; i < topics; i++) toBytes(TOPICS + i * 32, sp + 64 + i * 32);
  const length = <u32>load<u64>(size);
  addLog(addressOf(frame), TOPICS, topics, length == 0 ? 0 : frame.memory + <usize>load<u64>(sp), length);
  return Exit.None;
}

export function blockHash(sp: usize): void {
  const number = load<u64>(sp);
  const present = block.number;
  const known = fitsU64(sp) && number < present && present - number <= 256;
  if (known && block.hashes(number, WORD)) fromBytes(sp, WORD);
  else setU64(sp, 0);
}

export function blobHash(sp: usize): void {
  if (fitsU64(sp) && load<u64>(sp) < <u64>transaction.blobHashCount) {
    const hash = transaction.blobHashes + ((<usize>load<u64>(sp)) << 5);
    fromBytes(sp, hash);
  } else {
    setU64(sp, 0);
  }
}

/** RETURN and REVERT: the range of memory that is the frame's output. */
export function setOutput(frame: Frame, sp: usize): bool {
  const size = sp + 32;
  if (!expand(frame, sp, size)) return false;
  frame.outputLength = <u32>load<u64>(size);
  frame.output = frame.outputLength == 0 ? 0 : frame.memory + <usize>load<u64>(sp);
  return true;
}

// @ts-ignore: decorator
@lazy const BALANCE: usize = memory.data(32, 8);

export function destroySelf(frame: Frame, sp: usize): Exit {
  if (frame.isStatic) return Exit.WriteProtection;
  toAddress(ADDRESS, sp);
  if (!chargeBeneficiary(frame, ADDRESS)) return Exit.OutOfGas;
  const self = addressOf(frame);
  const empty = isEmpty(ADDRESS);
  getBalance(self, BALANCE);
  if (empty && !isZero(BALANCE) && !charge(frame, 25000)) return Exit.OutOfGas;
  if (selectedRevision() >= Revision.Cancun) {
    // EIP-6780: only what this transaction created goes away; the balance moves in any case.
    subBalance(self, BALANCE);
    addBalance(ADDRESS, BALANCE);
    if (wasCreatedInTransaction(self)) selfDestruct(self);
  } else {
    addBalance(ADDRESS, BALANCE);
    selfDestruct(self);
  }
  return Exit.Stop;
}
