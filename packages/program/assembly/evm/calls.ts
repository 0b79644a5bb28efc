// Calls and creations: what they cost, when they fail before they begin, and what their end means for the frame that
// made them. No host recursion: `run` alternates between the interpreter and the functions here.
import {
  accessAddress,
  addBalance,
  createAccount,
  exists,
  getBalance,
  getCode,
  getCodeHash,
  getNonce,
  hasStorage,
  isEmpty,
  revertTo,
  setCode,
  setNonce,
  snapshot,
  subBalance,
  touch,
} from '../state/state';
import { copy, fitsU64, fromAddress, isZero, less, setU64, toAddress } from '../u256';
import { equal32 } from '../bytes';
import { EMPTY_CODE_HASH } from '../state/account';
import { Code, MAX_CODE_SIZE } from '../state/code';
import { analyse, prepare } from './analysis';
import { MAX_INITCODE_SIZE } from './block-tables';
import { createAddress, createAddress2 } from './create-address';
import {
  addressOf,
  callerOf,
  clearReturnData,
  current,
  depth,
  Frame,
  FrameKind,
  MAX_FRAMES,
  popFrame,
  pushFrame,
  reserveCode,
  returnData,
  returnDataLength,
  setReturnData,
  valueOf,
} from './frame';
import { charge, chargeAccount, COLD_ACCOUNT, WARM, chargeWords, expand } from './gas';
import { Exit } from './instructions';
import { interpret } from './interpreter';
import { Op, selectedRevision } from './opcodes';
import { precompileAt, precompileGas, runPrecompile } from './precompiles';
import { Revision } from './revisions';

// @ts-ignore: decorator
@inline const STIPEND: u64 = 2300;

// How the outermost call or creation ended.
export let outcome: Exit = Exit.None;
export let outcomeGas: u64 = 0;

// @ts-ignore: decorator
@lazy const TARGET: usize = memory.data(24, 8);
// @ts-ignore: decorator
@lazy const BALANCE: usize = memory.data(32, 8);
// @ts-ignore: decorator
@lazy const HASH: usize = memory.data(32, 8);
// @ts-ignore: decorator
@lazy const VALUE: usize = memory.data(32, 8);
// @ts-ignore: decorator
@lazy const ZERO: usize = memory.data(32, 8);

/** Runs all frames to their end; how the outermost ended is in `outcome`, `outcomeGas` and the return data. */
function run(): void {
  while (depth > 0) {
    const frame = current();
    let exit = interpret(frame);
    if (exit == Exit.Call) exit = beginCall(frame);
    else if (exit == Exit.Create) exit = beginCreate(frame);
    if (exit != Exit.None) endFrame(frame, exit);
  }
}

/** Whether the account has less than the u256 `value`. */
function cannotPay(address: usize, value: usize): bool {
  getBalance(address, BALANCE);
  return less(BALANCE, value);
}

/** Moves the u256 `value`; a transfer of nothing still touches the receiver (EIP-161). */
function transfer(from: usize, to: usize, value: usize): void {
  if (isZero(value)) {
    touch(to);
  } else {
    subBalance(from, value);
    addBalance(to, value);
  }
}

/** Sets the code that `frame` runs: one of the state's, analysed once for all its executions. */
function runCode(frame: Frame, code: Code): void {
  prepare(code);
  start(frame, code);
}

// @ts-ignore: decorator
@inline
function start(frame: Frame, code: Code): void {
  code.frames++;
  frame.running = changetype<usize>(code);
  frame.code = code.ptr;
  frame.table = code.table;
  frame.pc = code.ptr;
}

/** Charges the access to the account that TARGET delegates to, if it does (EIP-7702). */
function chargeDelegation(frame: Frame): bool {
  const delegate = delegateOf(getCode(TARGET));
  if (delegate == 0) return true;
  return charge(frame, accessAddress(delegate) ? COLD_ACCOUNT : WARM);
}

/** Address of the 20-byte address that the code names instead of being one (EIP-7702), or 0. */
function delegateOf(code: Code): usize {
  if (code.length != 23 || load<u16>(code.ptr) != 0x01ef || load<u8>(code.ptr, 2) != 0) return 0;
  return code.ptr + 3;
}

/** The code that a call of TARGET runs. What is delegated to is not followed further. */
function calledCode(): Code {
  const code = getCode(TARGET);
  if (selectedRevision() < Revision.Prague) return code;
  const delegate = delegateOf(code);
  return delegate == 0 ? code : getCode(delegate);
}

/** CALL, CALLCODE, DELEGATECALL and STATICCALL: begins the call or, where there is nothing to run, completes it. */
function beginCall(frame: Frame): Exit {
  const op = <u32>load<u8>(frame.pc - 1);
  const sp = frame.sp;
  const hasValue = op == Op.CALL || op == Op.CALLCODE;
  const value = hasValue ? sp + 64 : ZERO;
  const input = hasValue ? sp + 96 : sp + 64;
  const output = input + 64;
  const paying = hasValue && !isZero(value);
  if (op == Op.CALL && paying && frame.isStatic) return Exit.WriteProtection;
  toAddress(TARGET, sp + 32);
  if (!expand(frame, input, input + 32) || !expand(frame, output, output + 32)) return Exit.OutOfGas;
  if (!chargeAccount(frame, TARGET)) return Exit.OutOfGas;
  if (selectedRevision() >= Revision.Prague && !chargeDelegation(frame)) return Exit.OutOfGas;
  if (paying) {
    if (!charge(frame, op == Op.CALL && isEmpty(TARGET) ? 9000 + 25000 : 9000)) return Exit.OutOfGas;
  }
  let gas = frame.gas - (frame.gas >> 6);
  if (fitsU64(sp) && load<u64>(sp) < gas) gas = load<u64>(sp);
  frame.gas -= gas;
  if (paying) gas += STIPEND;
  // What is left of the operands is the place of the result; frames above begin there.
  frame.sp = output + 64;
  const inputLength = <u32>load<u64>(input + 32);
  const inputAt = inputLength == 0 ? <usize>0 : frame.memory + <usize>load<u64>(input);
  const outputSize = <u32>load<u64>(output + 32);
  const outputOffset = outputSize == 0 ? 0 : <u32>load<u64>(output);
  frame.outputOffset = outputOffset;
  frame.outputSize = outputSize;
  const self = addressOf(frame);
  // CALLCODE compares even what it doesn't pay, which no balance can fail.
  clearReturnData();
  if (depth >= MAX_FRAMES || (paying && cannotPay(self, value))) {
    completeCall(frame, false, gas);
    return Exit.None;
  }
  const state = snapshot();
  const precompile = precompileAt(TARGET);
  if (op == Op.CALL) {
    if (precompile == 0 && !paying && !exists(TARGET)) {
      completeCall(frame, true, gas);
      return Exit.None;
    }
    transfer(self, TARGET, value);
  } else if (op == Op.STATICCALL) {
    touch(TARGET);
  }
  if (precompile != 0) {
    const ok = runPrecompile(precompile, inputAt, inputLength, gas);
    if (!ok) revertTo(state);
    completeCall(frame, ok, ok ? precompileGas : 0);
    return Exit.None;
  }
  const code = calledCode();
  if (code.length == 0) {
    completeCall(frame, true, gas);
    return Exit.None;
  }
  const callee = pushFrame();
  callee.gas = gas;
  callee.kind = FrameKind.Call;
  callee.snapshot = state;
  callee.isStatic = frame.isStatic || op == Op.STATICCALL;
  callee.input = inputAt;
  callee.inputLength = inputLength;
  if (op == Op.DELEGATECALL) {
    copy(valueOf(callee), valueOf(frame));
    memory.copy(addressOf(callee), self, 20);
    memory.copy(callerOf(callee), callerOf(frame), 20);
  } else {
    copy(valueOf(callee), value);
    memory.copy(addressOf(callee), op == Op.CALLCODE ? self : TARGET, 20);
    memory.copy(callerOf(callee), self, 20);
  }
  runCode(callee, code);
  return Exit.None;
}

/** Hands the end of a call to its caller: the return data is in place, `gas` comes back. */
function completeCall(caller: Frame, success: bool, gas: u64): void {
  caller.gas += gas;
  const length = min<u32>(caller.outputSize, returnDataLength);
  if (length != 0) memory.copy(caller.memory + caller.outputOffset, returnData, length);
  const sp = caller.sp - 32;
  setU64(sp, u64(success));
  caller.sp = sp;
}

/** Hands the end of a creation to its creator. */
function completeCreate(creator: Frame, address: usize, gas: u64): void {
  creator.gas += gas;
  const sp = creator.sp - 32;
  if (address == 0) setU64(sp, 0);
  else fromAddress(sp, address);
  creator.sp = sp;
}

/** CREATE and CREATE2: begins the creation or, where it fails before it begins, completes it. */
function beginCreate(frame: Frame): Exit {
  if (frame.isStatic) return Exit.WriteProtection;
  const sp = frame.sp;
  const salted = <u32>load<u8>(frame.pc - 1) == Op.CREATE2;
  const size = sp + 64;
  if (!expand(frame, sp + 32, size)) return Exit.OutOfGas;
  const length = <u32>load<u64>(size);
  let perWord: u64 = salted ? 6 : 0;
  if (selectedRevision() >= Revision.Shanghai) {
    if (length > MAX_INITCODE_SIZE) return Exit.OutOfGas;
    perWord += 2;
  }
  if (!chargeWords(frame, length, perWord)) return Exit.OutOfGas;
  const gas = frame.gas - (frame.gas >> 6);
  frame.gas -= gas;
  frame.sp = sp + (salted ? 128 : 96);
  clearReturnData();
  const self = addressOf(frame);
  const nonce = getNonce(self);
  if (depth >= MAX_FRAMES || cannotPay(self, sp) || nonce == u64.MAX_VALUE) {
    completeCreate(frame, 0, gas);
    return Exit.None;
  }
  const code = length == 0 ? <usize>0 : frame.memory + <usize>load<u64>(sp + 32);
  if (salted) createAddress2(TARGET, self, sp + 96, code, length);
  else createAddress(TARGET, self, nonce);
  copy(VALUE, sp);
  if (!create(self, nonce, VALUE, code, length, gas)) completeCreate(frame, 0, 0);
  return Exit.None;
}

/**
 * Begins the creation of the account TARGET, which the creator can pay for. False where the address is taken: then all
 * gas is gone.
 */
function create(creator: usize, nonce: u64, value: usize, code: usize, length: u32, gas: u64): bool {
  setNonce(creator, nonce + 1);
  // Warm even if the creation fails: this comes before the snapshot (EIP-2929).
  accessAddress(TARGET);
  if (isTaken(TARGET)) return false;
  const state = snapshot();
  createAccount(TARGET);
  setNonce(TARGET, 1);
  transfer(creator, TARGET, value);
  const frame = pushFrame();
  frame.gas = gas;
  frame.kind = FrameKind.Create;
  frame.snapshot = state;
  frame.isStatic = false;
  frame.input = 0;
  frame.inputLength = 0;
  copy(valueOf(frame), value);
  memory.copy(addressOf(frame), TARGET, 20);
  memory.copy(callerOf(frame), creator, 20);
  start(frame, analyse(reserveCode(frame, length), code, length));
  return true;
}

/** Whether a contract can't be created at `address` (EIP-684, EIP-7610). */
function isTaken(address: usize): bool {
  if (getNonce(address) != 0) return true;
  getCodeHash(address, HASH);
  return (!isZero(HASH) && !equal32(HASH, EMPTY_CODE_HASH)) || hasStorage(address);
}

/** Ends the innermost frame and hands what comes of it to the one below, or to `outcome`. */
function endFrame(frame: Frame, exit: Exit): void {
  let end = exit;
  if (frame.kind == FrameKind.Create && (end == Exit.Return || end == Exit.Stop)) end = deployCode(frame, end);
  const success = end == Exit.Return || end == Exit.Stop;
  if (!success) revertTo(frame.snapshot);
  const gas: u64 = success || end == Exit.Revert ? frame.gas : 0;
  const hasOutput = end == Exit.Revert || (end == Exit.Return && (frame.kind == FrameKind.Call || depth == 1));
  if (hasOutput) setReturnData(frame.output, frame.outputLength);
  else clearReturnData();
  changetype<Code>(frame.running).frames--;
  popFrame();
  if (depth == 0) {
    outcome = end;
    outcomeGas = gas;
  } else if (frame.kind == FrameKind.Create) {
    completeCreate(current(), success ? addressOf(frame) : 0, gas);
  } else {
    completeCall(current(), success, gas);
  }
}

/** The end of a creation that ran well: its output becomes the account's code. Returns how it ends after all. */
function deployCode(frame: Frame, end: Exit): Exit {
  const length = frame.outputLength;
  if (length > MAX_CODE_SIZE) return Exit.CodeSize;
  if (length != 0 && load<u8>(frame.output) == 0xef) return Exit.InvalidCode;
  if (!charge(frame, <u64>length * 200)) return Exit.OutOfGas;
  setCode(addressOf(frame), frame.output, length);
  return end;
}

/** The transaction's own call. */
export function callTransaction(
  caller: usize,
  to: usize,
  value: usize,
  input: usize,
  inputLength: u32,
  gas: u64,
): void {
  clearReturnData();
  outcome = Exit.Stop;
  outcomeGas = gas;
  if (!isZero(value) && cannotPay(caller, value)) {
    outcome = Exit.InsufficientBalance;
    return;
  }
  const state = snapshot();
  memory.copy(TARGET, to, 20);
  const precompile = precompileAt(TARGET);
  if (precompile == 0 && isZero(value) && !exists(TARGET)) return;
  transfer(caller, TARGET, value);
  if (precompile != 0) {
    if (runPrecompile(precompile, input, inputLength, gas)) {
      outcomeGas = precompileGas;
    } else {
      revertTo(state);
      outcome = Exit.PrecompileFailure;
      outcomeGas = 0;
    }
    return;
  }
  const code = calledCode();
  if (code.length == 0) return;
  const frame = pushFrame();
  frame.gas = gas;
  frame.kind = FrameKind.Call;
  frame.snapshot = state;
  frame.isStatic = false;
  frame.input = input;
  frame.inputLength = inputLength;
  copy(valueOf(frame), value);
  memory.copy(addressOf(frame), TARGET, 20);
  memory.copy(callerOf(frame), caller, 20);
  runCode(frame, code);
  run();
}

/** The transaction's own creation; writes the new account's address to `created` even where it fails. */
export function createTransaction(
  creator: usize,
  value: usize,
  code: usize,
  length: u32,
  gas: u64,
  created: usize,
): void {
  clearReturnData();
  outcomeGas = gas;
  const nonce = getNonce(creator);
  createAddress(TARGET, creator, nonce);
  memory.copy(created, TARGET, 20);
  if (cannotPay(creator, value)) {
    outcome = Exit.InsufficientBalance;
  } else if (nonce == u64.MAX_VALUE) {
    outcome = Exit.NonceOverflow;
  } else if (create(creator, nonce, value, code, length, gas)) {
    run();
  } else {
    outcome = Exit.AddressTaken;
    outcomeGas = 0;
  }
}
