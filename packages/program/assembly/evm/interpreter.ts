// The interpreter's loop. Gas and stack bounds are checked where a block of instructions begins (analysis.ts), so most
// instructions are nothing but their work. The loop leaves for calls, creations and the frame's end; calls.ts drives it.
import {
  add,
  addmod,
  byteAt,
  copy,
  div,
  equal,
  exp,
  bitLength,
  fromAddress,
  fromBytes,
  isZero,
  less,
  lessSigned,
  mod,
  mul,
  mulmod,
  sar,
  sdiv,
  setU64,
  shl,
  shr,
  signextend,
  smod,
  sub,
  swapLimb,
  toBytes,
} from '../u256';
import { getBalance } from '../state/state';
import { Analysis, analyseBlock, isJumpdest } from './analysis';
import { block, transaction } from './context';
import { addressOf, callerOf, Frame, returnDataLength, valueOf } from './frame';
import { expandBy } from './gas';
import {
  balance,
  blobHash,
  blockHash,
  copyMemory,
  copyToMemory,
  destroySelf,
  Exit,
  externalCodeCopy,
  externalCodeHash,
  externalCodeSize,
  keccak,
  loadCallData,
  log,
  returnDataCopy,
  setOutput,
  storageLoad,
  storageStore,
  transientLoad,
  transientStore,
} from './instructions';
import { Op, selectedRevision } from './opcodes';
import { Revision } from './revisions';

// @ts-ignore: decorator
@inline
function duplicate(sp: usize, distance: usize): usize {
  const from = sp + distance;
  const a0 = load<u64>(from);
  const a1 = load<u64>(from, 8);
  const a2 = load<u64>(from, 16);
  const a3 = load<u64>(from, 24);
  sp -= 32;
  store<u64>(sp, a0);
  store<u64>(sp, a1, 8);
  store<u64>(sp, a2, 16);
  store<u64>(sp, a3, 24);
  return sp;
}

// @ts-ignore: decorator
@inline
function swap(sp: usize, distance: usize): void {
  const other = sp + distance;
  const a0 = load<u64>(sp);
  const a1 = load<u64>(sp, 8);
  const a2 = load<u64>(sp, 16);
  const a3 = load<u64>(sp, 24);
  store<u64>(sp, load<u64>(other));
  store<u64>(sp, load<u64>(other, 8), 8);
  store<u64>(sp, load<u64>(other, 16), 16);
  store<u64>(sp, load<u64>(other, 24), 24);
  store<u64>(other, a0);
  store<u64>(other, a1, 8);
  store<u64>(other, a2, 16);
  store<u64>(other, a3, 24);
}

/** Makes room on the stack and puts a value below 2^64 there. */
// @ts-ignore: decorator
@inline
function push(sp: usize, value: u64): usize {
  sp -= 32;
  setU64(sp, value);
  return sp;
}

/** The `n` (1 to 8) bytes at `p` as a number. */
// @ts-ignore: decorator
@inline
function bytesAsNumber(p: usize, n: u32): u64 {
  return bswap<u64>(load<u64>(p)) >> (64 - <u64>n * 8);
}

/** Whether a word at the u256 `offset` lies within `size` bytes. */
// @ts-ignore: decorator
@inline
function wordFits(offset: usize, size: u32): bool {
  const low = load<u64>(offset);
  return (
    (load<u64>(offset, 8) | load<u64>(offset, 16) | load<u64>(offset, 24) | (low >> 32)) == 0 && low + 32 <= <u64>size
  );
}

/** Leading zero bits of the u256 at `a`. */
// @ts-ignore: decorator
@inline
function leadingZeros(a: usize): u64 {
  return 256 - <u64>bitLength(a);
}

/**
 * Runs `frame` from its `pc` with its gas until it ends or calls. At a call or creation, `pc` is behind the instruction
 * and `sp` at its operands. A frame that stops, returns or reverts has its gas and output filled in.
 */
export function interpret(frame: Frame): Exit {
  let p = frame.pc;
  let sp = frame.sp;
  let gas = frame.gas;
  const code = frame.code;
  const table = frame.table;
  for (;;) {
    // A block begins here. Its record's lowest bit says that a JUMPDEST, which is part of it, comes first.
    let record = load<u32>(table + ((p - code) << 2));
    if (record <= 1) record = analyseBlock(changetype<Analysis>(frame.analysis), <u32>(p - code));
    p += record & 1;
    record &= ~1;
    const cost = load<u64>(record);
    if (gas < cost) return Exit.OutOfGas;
    gas -= cost;
    const used = <u32>(frame.stackBase - sp);
    if (used < load<u32>(record, 8) || used > load<u32>(record, 12)) return Exit.StackBounds;
    for (;;) {
      switch (<i32>load<u8>(p++)) {
        case Op.STOP:
          frame.gas = gas;
          return Exit.Stop;
        case Op.ADD:
          add(sp + 32, sp, sp + 32);
          sp += 32;
          continue;
        case Op.MUL:
          mul(sp + 32, sp, sp + 32);
          sp += 32;
          continue;
        case Op.SUB:
          sub(sp + 32, sp, sp + 32);
          sp += 32;
          continue;
        case Op.DIV:
          div(sp + 32, sp, sp + 32);
          sp += 32;
          continue;
        case Op.SDIV:
          sdiv(sp + 32, sp, sp + 32);
          sp += 32;
          continue;
        case Op.MOD:
          mod(sp + 32, sp, sp + 32);
          sp += 32;
          continue;
        case Op.SMOD:
          smod(sp + 32, sp, sp + 32);
          sp += 32;
          continue;
        case Op.ADDMOD:
          addmod(sp + 64, sp, sp + 32, sp + 64);
          sp += 64;
          continue;
        case Op.MULMOD:
          mulmod(sp + 64, sp, sp + 32, sp + 64);
          sp += 64;
          continue;
        case Op.EXP: {
          const price = <u64>((bitLength(sp + 32) + 7) >> 3) * 50;
          if (gas < price) return Exit.OutOfGas;
          gas -= price;
          exp(sp + 32, sp, sp + 32);
          sp += 32;
          continue;
        }
        case Op.SIGNEXTEND:
          signextend(sp + 32, sp, sp + 32);
          sp += 32;
          continue;
        case Op.LT: {
          const result = u64(less(sp, sp + 32));
          sp += 32;
          setU64(sp, result);
          continue;
        }
        case Op.GT: {
          const result = u64(less(sp + 32, sp));
          sp += 32;
          setU64(sp, result);
          continue;
        }
        case Op.SLT: {
          const result = u64(lessSigned(sp, sp + 32));
          sp += 32;
          setU64(sp, result);
          continue;
        }
        case Op.SGT: {
          const result = u64(lessSigned(sp + 32, sp));
          sp += 32;
          setU64(sp, result);
          continue;
        }
        case Op.EQ: {
          const result = u64(equal(sp, sp + 32));
          sp += 32;
          setU64(sp, result);
          continue;
        }
        case Op.ISZERO:
          setU64(sp, u64(isZero(sp)));
          continue;
        case Op.AND:
          store<u64>(sp, load<u64>(sp) & load<u64>(sp, 32), 32);
          store<u64>(sp, load<u64>(sp, 8) & load<u64>(sp, 40), 40);
          store<u64>(sp, load<u64>(sp, 16) & load<u64>(sp, 48), 48);
          store<u64>(sp, load<u64>(sp, 24) & load<u64>(sp, 56), 56);
          sp += 32;
          continue;
        case Op.OR:
          store<u64>(sp, load<u64>(sp) | load<u64>(sp, 32), 32);
          store<u64>(sp, load<u64>(sp, 8) | load<u64>(sp, 40), 40);
          store<u64>(sp, load<u64>(sp, 16) | load<u64>(sp, 48), 48);
          store<u64>(sp, load<u64>(sp, 24) | load<u64>(sp, 56), 56);
          sp += 32;
          continue;
        case Op.XOR:
          store<u64>(sp, load<u64>(sp) ^ load<u64>(sp, 32), 32);
          store<u64>(sp, load<u64>(sp, 8) ^ load<u64>(sp, 40), 40);
          store<u64>(sp, load<u64>(sp, 16) ^ load<u64>(sp, 48), 48);
          store<u64>(sp, load<u64>(sp, 24) ^ load<u64>(sp, 56), 56);
          sp += 32;
          continue;
        case Op.NOT:
          store<u64>(sp, ~load<u64>(sp));
          store<u64>(sp, ~load<u64>(sp, 8), 8);
          store<u64>(sp, ~load<u64>(sp, 16), 16);
          store<u64>(sp, ~load<u64>(sp, 24), 24);
          continue;
        case Op.BYTE:
          byteAt(sp + 32, sp, sp + 32);
          sp += 32;
          continue;
        case Op.SHL:
          shl(sp + 32, sp, sp + 32);
          sp += 32;
          continue;
        case Op.SHR:
          shr(sp + 32, sp, sp + 32);
          sp += 32;
          continue;
        case Op.SAR:
          sar(sp + 32, sp, sp + 32);
          sp += 32;
          continue;
        case Op.CLZ:
          if (selectedRevision() < Revision.Osaka) return Exit.InvalidInstruction;
          setU64(sp, leadingZeros(sp));
          continue;
        case Op.KECCAK256: {
          frame.gas = gas;
          const exit = keccak(frame, sp);
          if (exit != Exit.None) return exit;
          gas = frame.gas;
          sp += 32;
          continue;
        }
        case Op.ADDRESS:
          sp -= 32;
          fromAddress(sp, addressOf(frame));
          continue;
        case Op.BALANCE: {
          frame.gas = gas;
          const exit = balance(frame, sp);
          if (exit != Exit.None) return exit;
          gas = frame.gas;
          continue;
        }
        case Op.ORIGIN:
          sp -= 32;
          fromAddress(sp, transaction.origin);
          continue;
        case Op.CALLER:
          sp -= 32;
          fromAddress(sp, callerOf(frame));
          continue;
        case Op.CALLVALUE:
          sp -= 32;
          copy(sp, valueOf(frame));
          continue;
        case Op.CALLDATALOAD:
          if (wordFits(sp, frame.inputLength)) fromBytes(sp, frame.input + <usize>load<u64>(sp));
          else loadCallData(frame, sp);
          continue;
        case Op.CALLDATASIZE:
          sp = push(sp, frame.inputLength);
          continue;
        case Op.CALLDATACOPY: {
          frame.gas = gas;
          const exit = copyToMemory(frame, sp, frame.input, frame.inputLength);
          if (exit != Exit.None) return exit;
          gas = frame.gas;
          sp += 96;
          continue;
        }
        case Op.CODESIZE:
          sp = push(sp, changetype<Analysis>(frame.analysis).length);
          continue;
        case Op.CODECOPY: {
          frame.gas = gas;
          const exit = copyToMemory(frame, sp, code, changetype<Analysis>(frame.analysis).length);
          if (exit != Exit.None) return exit;
          gas = frame.gas;
          sp += 96;
          continue;
        }
        case Op.GASPRICE:
          sp -= 32;
          copy(sp, transaction.gasPrice);
          continue;
        case Op.EXTCODESIZE: {
          frame.gas = gas;
          const exit = externalCodeSize(frame, sp);
          if (exit != Exit.None) return exit;
          gas = frame.gas;
          continue;
        }
        case Op.EXTCODECOPY: {
          frame.gas = gas;
          const exit = externalCodeCopy(frame, sp);
          if (exit != Exit.None) return exit;
          gas = frame.gas;
          sp += 128;
          continue;
        }
        case Op.RETURNDATASIZE:
          sp = push(sp, returnDataLength);
          continue;
        case Op.RETURNDATACOPY: {
          frame.gas = gas;
          const exit = returnDataCopy(frame, sp);
          if (exit != Exit.None) return exit;
          gas = frame.gas;
          sp += 96;
          continue;
        }
        case Op.EXTCODEHASH: {
          frame.gas = gas;
          const exit = externalCodeHash(frame, sp);
          if (exit != Exit.None) return exit;
          gas = frame.gas;
          continue;
        }
        case Op.BLOCKHASH:
          blockHash(sp);
          continue;
        case Op.COINBASE:
          sp -= 32;
          fromAddress(sp, block.coinbase);
          continue;
        case Op.TIMESTAMP:
          sp = push(sp, block.timestamp);
          continue;
        case Op.NUMBER:
          sp = push(sp, block.number);
          continue;
        case Op.PREVRANDAO:
          sp -= 32;
          fromBytes(sp, block.prevRandao);
          continue;
        case Op.GASLIMIT:
          sp = push(sp, block.gasLimit);
          continue;
        case Op.CHAINID:
          sp = push(sp, block.chainId);
          continue;
        case Op.SELFBALANCE:
          sp -= 32;
          getBalance(addressOf(frame), sp);
          continue;
        case Op.BASEFEE:
          sp -= 32;
          copy(sp, block.baseFee);
          continue;
        case Op.BLOBHASH:
          if (selectedRevision() < Revision.Cancun) return Exit.InvalidInstruction;
          blobHash(sp);
          continue;
        case Op.BLOBBASEFEE:
          if (selectedRevision() < Revision.Cancun) return Exit.InvalidInstruction;
          sp -= 32;
          copy(sp, block.blobBaseFee);
          continue;
        case Op.POP:
          sp += 32;
          continue;
        case Op.MLOAD:
          if (!wordFits(sp, frame.memorySize)) {
            frame.gas = gas;
            if (!expandBy(frame, sp, 32)) return Exit.OutOfGas;
            gas = frame.gas;
          }
          fromBytes(sp, frame.memory + <usize>load<u64>(sp));
          continue;
        case Op.MSTORE:
          if (!wordFits(sp, frame.memorySize)) {
            frame.gas = gas;
            if (!expandBy(frame, sp, 32)) return Exit.OutOfGas;
            gas = frame.gas;
          }
          toBytes(frame.memory + <usize>load<u64>(sp), sp + 32);
          sp += 64;
          continue;
        case Op.MSTORE8:
          frame.gas = gas;
          if (!expandBy(frame, sp, 1)) return Exit.OutOfGas;
          gas = frame.gas;
          store<u8>(frame.memory + <usize>load<u64>(sp), load<u8>(sp, 32));
          sp += 64;
          continue;
        case Op.SLOAD: {
          frame.gas = gas;
          const exit = storageLoad(frame, sp);
          if (exit != Exit.None) return exit;
          gas = frame.gas;
          continue;
        }
        case Op.SSTORE: {
          frame.gas = gas;
          const exit = storageStore(frame, sp);
          if (exit != Exit.None) return exit;
          gas = frame.gas;
          sp += 64;
          break;
        }
        case Op.JUMP: {
          const to = jumpTarget(frame, sp);
          if (to == 0) return Exit.InvalidJump;
          p = to;
          sp += 32;
          break;
        }
        case Op.JUMPI:
          if (!isZero(sp + 32)) {
            const to = jumpTarget(frame, sp);
            if (to == 0) return Exit.InvalidJump;
            p = to;
          }
          sp += 64;
          break;
        case Op.PC:
          sp = push(sp, <u64>(p - code - 1));
          continue;
        case Op.MSIZE:
          sp = push(sp, frame.memorySize);
          continue;
        case Op.GAS:
          sp = push(sp, gas);
          break;
        case Op.JUMPDEST:
          // Only reached from the instruction before it: another block begins.
          p -= 1;
          break;
        case Op.TLOAD:
          if (selectedRevision() < Revision.Cancun) return Exit.InvalidInstruction;
          transientLoad(frame, sp);
          continue;
        case Op.TSTORE: {
          if (selectedRevision() < Revision.Cancun) return Exit.InvalidInstruction;
          const exit = transientStore(frame, sp);
          if (exit != Exit.None) return exit;
          sp += 64;
          continue;
        }
        case Op.MCOPY: {
          if (selectedRevision() < Revision.Cancun) return Exit.InvalidInstruction;
          frame.gas = gas;
          const exit = copyMemory(frame, sp);
          if (exit != Exit.None) return exit;
          gas = frame.gas;
          sp += 96;
          continue;
        }
        case Op.PUSH0:
          if (selectedRevision() < Revision.Shanghai) return Exit.InvalidInstruction;
          sp = push(sp, 0);
          continue;
        case Op.PUSH1:
          sp = push(sp, <u64>load<u8>(p));
          p += 1;
          continue;
        case Op.PUSH1 + 1:
          sp = push(sp, ((<u64>load<u8>(p)) << 8) | (<u64>load<u8>(p, 1)));
          p += 2;
          continue;
        case Op.PUSH1 + 2:
          sp = push(sp, ((<u64>load<u8>(p)) << 16) | ((<u64>load<u8>(p, 1)) << 8) | (<u64>load<u8>(p, 2)));
          p += 3;
          continue;
        case Op.PUSH1 + 3:
          sp = push(sp, <u64>bswap<u32>(load<u32>(p)));
          p += 4;
          continue;
        case Op.PUSH1 + 4:
        case Op.PUSH1 + 5:
        case Op.PUSH1 + 6:
        case Op.PUSH1 + 7: {
          const n = <u32>load<u8>(p - 1) - Op.PUSH1 + 1;
          sp = push(sp, bytesAsNumber(p, n));
          p += n;
          continue;
        }
        case Op.PUSH1 + 8:
        case Op.PUSH1 + 9:
        case Op.PUSH1 + 10:
        case Op.PUSH1 + 11:
        case Op.PUSH1 + 12:
        case Op.PUSH1 + 13:
        case Op.PUSH1 + 14:
        case Op.PUSH1 + 15: {
          const n = <u32>load<u8>(p - 1) - Op.PUSH1 + 1;
          sp -= 32;
          store<u64>(sp, swapLimb(load<u64>(p + n - 8)));
          store<u64>(sp, bytesAsNumber(p, n - 8), 8);
          store<u64>(sp, 0, 16);
          store<u64>(sp, 0, 24);
          p += n;
          continue;
        }
        case Op.PUSH1 + 16:
        case Op.PUSH1 + 17:
        case Op.PUSH1 + 18:
        case Op.PUSH1 + 19:
        case Op.PUSH1 + 20:
        case Op.PUSH1 + 21:
        case Op.PUSH1 + 22:
        case Op.PUSH1 + 23: {
          const n = <u32>load<u8>(p - 1) - Op.PUSH1 + 1;
          sp -= 32;
          store<u64>(sp, swapLimb(load<u64>(p + n - 8)));
          store<u64>(sp, swapLimb(load<u64>(p + n - 16)), 8);
          store<u64>(sp, bytesAsNumber(p, n - 16), 16);
          store<u64>(sp, 0, 24);
          p += n;
          continue;
        }
        case Op.PUSH1 + 24:
        case Op.PUSH1 + 25:
        case Op.PUSH1 + 26:
        case Op.PUSH1 + 27:
        case Op.PUSH1 + 28:
        case Op.PUSH1 + 29:
        case Op.PUSH1 + 30:
        case Op.PUSH1 + 31: {
          const n = <u32>load<u8>(p - 1) - Op.PUSH1 + 1;
          sp -= 32;
          store<u64>(sp, swapLimb(load<u64>(p + n - 8)));
          store<u64>(sp, swapLimb(load<u64>(p + n - 16)), 8);
          store<u64>(sp, swapLimb(load<u64>(p + n - 24)), 16);
          store<u64>(sp, bytesAsNumber(p, n - 24), 24);
          p += n;
          continue;
        }
        case Op.DUP1 + 0:
          sp = duplicate(sp, 0);
          continue;
        case Op.DUP1 + 1:
          sp = duplicate(sp, 32);
          continue;
        case Op.DUP1 + 2:
          sp = duplicate(sp, 64);
          continue;
        case Op.DUP1 + 3:
          sp = duplicate(sp, 96);
          continue;
        case Op.DUP1 + 4:
          sp = duplicate(sp, 128);
          continue;
        case Op.DUP1 + 5:
          sp = duplicate(sp, 160);
          continue;
        case Op.DUP1 + 6:
          sp = duplicate(sp, 192);
          continue;
        case Op.DUP1 + 7:
          sp = duplicate(sp, 224);
          continue;
        case Op.DUP1 + 8:
          sp = duplicate(sp, 256);
          continue;
        case Op.DUP1 + 9:
          sp = duplicate(sp, 288);
          continue;
        case Op.DUP1 + 10:
          sp = duplicate(sp, 320);
          continue;
        case Op.DUP1 + 11:
          sp = duplicate(sp, 352);
          continue;
        case Op.DUP1 + 12:
          sp = duplicate(sp, 384);
          continue;
        case Op.DUP1 + 13:
          sp = duplicate(sp, 416);
          continue;
        case Op.DUP1 + 14:
          sp = duplicate(sp, 448);
          continue;
        case Op.DUP1 + 15:
          sp = duplicate(sp, 480);
          continue;
        case Op.SWAP1 + 0:
          swap(sp, 32);
          continue;
        case Op.SWAP1 + 1:
          swap(sp, 64);
          continue;
        case Op.SWAP1 + 2:
          swap(sp, 96);
          continue;
        case Op.SWAP1 + 3:
          swap(sp, 128);
          continue;
        case Op.SWAP1 + 4:
          swap(sp, 160);
          continue;
        case Op.SWAP1 + 5:
          swap(sp, 192);
          continue;
        case Op.SWAP1 + 6:
          swap(sp, 224);
          continue;
        case Op.SWAP1 + 7:
          swap(sp, 256);
          continue;
        case Op.SWAP1 + 8:
          swap(sp, 288);
          continue;
        case Op.SWAP1 + 9:
          swap(sp, 320);
          continue;
        case Op.SWAP1 + 10:
          swap(sp, 352);
          continue;
        case Op.SWAP1 + 11:
          swap(sp, 384);
          continue;
        case Op.SWAP1 + 12:
          swap(sp, 416);
          continue;
        case Op.SWAP1 + 13:
          swap(sp, 448);
          continue;
        case Op.SWAP1 + 14:
          swap(sp, 480);
          continue;
        case Op.SWAP1 + 15:
          swap(sp, 512);
          continue;
        case Op.LOG0:
        case Op.LOG0 + 1:
        case Op.LOG0 + 2:
        case Op.LOG0 + 3:
        case Op.LOG0 + 4: {
          const topics = <u32>load<u8>(p - 1) - Op.LOG0;
          frame.gas = gas;
          const exit = log(frame, sp, topics);
          if (exit != Exit.None) return exit;
          gas = frame.gas;
          sp += 64 + topics * 32;
          continue;
        }
        case Op.CALL:
        case Op.CALLCODE:
        case Op.DELEGATECALL:
        case Op.STATICCALL:
          frame.pc = p;
          frame.sp = sp;
          frame.gas = gas;
          return Exit.Call;
        case Op.CREATE:
        case Op.CREATE2:
          frame.pc = p;
          frame.sp = sp;
          frame.gas = gas;
          return Exit.Create;
        case Op.RETURN:
          frame.gas = gas;
          return setOutput(frame, sp) ? Exit.Return : Exit.OutOfGas;
        case Op.REVERT:
          frame.gas = gas;
          return setOutput(frame, sp) ? Exit.Revert : Exit.OutOfGas;
        case Op.SELFDESTRUCT:
          frame.gas = gas;
          return destroySelf(frame, sp);
        default:
          return Exit.InvalidInstruction;
      }
      break;
    }
  }
  return Exit.None;
}

/** Address of the instruction at the u256 offset on the stack's top, or 0 where no jump may land. */
// @ts-ignore: decorator
@inline
function jumpTarget(frame: Frame, sp: usize): usize {
  const analysis = changetype<Analysis>(frame.analysis);
  const offset = load<u64>(sp);
  if ((load<u64>(sp, 8) | load<u64>(sp, 16) | load<u64>(sp, 24)) != 0 || offset >= <u64>analysis.length) return 0;
  const entry = load<u32>(frame.table + ((<usize>offset) << 2));
  if ((entry & 1) == 0 && !isJumpdest(analysis, offset)) return 0;
  return frame.code + <usize>offset;
}
