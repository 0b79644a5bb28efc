// The interpreter's loop. Gas and stack bounds are checked where a block of instructions begins (analysis.ts), so most
// instructions are nothing but their work. The loop leaves for calls, creations and the frame's end; calls.ts drives it.
import {
  addmod,
  bitLength,
  byteAt,
  copy,
  div,
  exp,
  fromAddress,
  fromBytes,
  isZero,
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
  toBytes,
} from '../u256';
import { getBalance } from '../state/state';
import { Code } from '../state/code';
import { analyseBlock, entryBeyondReach, isJumpdest } from './analysis';
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
import {
  addTop,
  decide,
  duplicate,
  greaterTop,
  leadingZeros,
  lessTop,
  push,
  pushBytes,
  subTop,
  swap,
  wordFits,
} from './stack';

/**
 * Runs `frame` from its `pc` with its gas until it ends or calls. At a call or creation, `pc` is behind the instruction
 * and `sp` at its operands. A frame that stops, returns or reverts has its gas and output filled in.
 */
export function interpret(frame: Frame): Exit {
  let table = frame.table;
  const code = frame.code;
  let p = frame.pc;
  let sp = frame.sp;
  let gas = frame.gas;
  // The entry of the block that a jump leads to; 0 where it is to be looked up.
  let entry: u64 = 0;
  for (;;) {
    // A block begins here. Its entry's lowest bit says that a JUMPDEST, which is part of it, comes first.
    if (entry == 0) entry = load<u64>(table + ((p - code) << 3));
    if (entry <= 1) {
      entry = analyse(frame, <u32>(p - code), gas);
      table = frame.table;
    }
    p += (<usize>entry) & 1;
    const cost = entry >> 32;
    if (gas < cost) return Exit.OutOfGas;
    gas -= cost;
    const used = <u32>(frame.stackBase - sp);
    if (used < (<u32>entry) >> 16 || used > ((<u32>entry) & 0xffff)) return Exit.StackBounds;
    entry = 0;
    for (;;) {
      switch (<i32>load<u8>(p++)) {
        case Op.STOP:
          frame.gas = gas;
          return Exit.Stop;
        case Op.ADD:
          sp = addTop(sp);
          continue;
        case Op.MUL:
          mul(sp + 32, sp, sp + 32);
          sp += 32;
          continue;
        case Op.SUB:
          sp = subTop(sp);
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
        case Op.LT:
          sp = decide(sp, lessTop(sp));
          continue;
        case Op.GT:
          sp = decide(sp, greaterTop(sp));
          continue;
        case Op.SLT:
          sp = decide(sp, lessSigned(sp, sp + 32));
          continue;
        case Op.SGT:
          sp = decide(sp, lessSigned(sp + 32, sp));
          continue;
        case Op.EQ:
          sp = decide(
            sp,
            ((load<u64>(sp) ^ load<u64>(sp, 32)) |
              (load<u64>(sp, 8) ^ load<u64>(sp, 40)) |
              (load<u64>(sp, 16) ^ load<u64>(sp, 48)) |
              (load<u64>(sp, 24) ^ load<u64>(sp, 56))) ==
              0,
          );
          continue;
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
          sp = push(sp, changetype<Code>(frame.running).length);
          continue;
        case Op.CODECOPY: {
          frame.gas = gas;
          const exit = copyToMemory(frame, sp, code, changetype<Code>(frame.running).length);
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
          if ((load<u64>(sp, 8) | load<u64>(sp, 16) | load<u64>(sp, 24)) != 0) return Exit.InvalidJump;
          const offset = load<u64>(sp);
          entry = jumpEntry(frame, offset);
          if (entry == 0) return Exit.InvalidJump;
          p = code + <usize>offset;
          sp += 32;
          break;
        }
        case Op.JUMPI:
          if ((load<u64>(sp, 32) | load<u64>(sp, 40) | load<u64>(sp, 48) | load<u64>(sp, 56)) != 0) {
            if ((load<u64>(sp, 8) | load<u64>(sp, 16) | load<u64>(sp, 24)) != 0) return Exit.InvalidJump;
            const offset = load<u64>(sp);
            entry = jumpEntry(frame, offset);
            if (entry == 0) return Exit.InvalidJump;
            p = code + <usize>offset;
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
        case Op.PUSH2: {
          const next = <i32>load<u8>(p, 2);
          const data = ((<u32>load<u8>(p)) << 8) | (<u32>load<u8>(p, 1));
          // Nine in ten of them are the target of the jump that follows.
          if (next == Op.JUMPI) {
            if ((load<u64>(sp) | load<u64>(sp, 8) | load<u64>(sp, 16) | load<u64>(sp, 24)) == 0) {
              p += 3;
            } else {
              entry = jumpEntry(frame, data);
              if (entry == 0) return Exit.InvalidJump;
              p = code + data;
            }
            sp += 32;
            break;
          }
          if (next == Op.JUMP) {
            entry = jumpEntry(frame, data);
            if (entry == 0) return Exit.InvalidJump;
            p = code + data;
            break;
          }
          sp = push(sp, <u64>data);
          p += 2;
          continue;
        }
        case Op.PUSH3:
          sp = push(sp, ((<u64>load<u8>(p)) << 16) | ((<u64>load<u8>(p, 1)) << 8) | (<u64>load<u8>(p, 2)));
          p += 3;
          continue;
        case Op.PUSH4:
          sp = push(sp, <u64>bswap<u32>(load<u32>(p)));
          p += 4;
          continue;
        case Op.PUSH5:
        case Op.PUSH6:
        case Op.PUSH7:
        case Op.PUSH8:
        case Op.PUSH9:
        case Op.PUSH10:
        case Op.PUSH11:
        case Op.PUSH12:
        case Op.PUSH13:
        case Op.PUSH14:
        case Op.PUSH15:
        case Op.PUSH16:
        case Op.PUSH17:
        case Op.PUSH18:
        case Op.PUSH19:
        case Op.PUSH20:
        case Op.PUSH21:
        case Op.PUSH22:
        case Op.PUSH23:
        case Op.PUSH24:
        case Op.PUSH25:
        case Op.PUSH26:
        case Op.PUSH27:
        case Op.PUSH28:
        case Op.PUSH29:
        case Op.PUSH30:
        case Op.PUSH31:
        case Op.PUSH32: {
          const n = <i32>load<u8>(p - 1) - <i32>Op.PUSH0;
          sp -= 32;
          pushBytes(sp, p, n);
          p += n;
          continue;
        }
        case Op.DUP1:
          sp = duplicate(sp, 0);
          continue;
        case Op.DUP2:
          sp = duplicate(sp, 32);
          continue;
        case Op.DUP3:
          sp = duplicate(sp, 64);
          continue;
        case Op.DUP4:
          sp = duplicate(sp, 96);
          continue;
        case Op.DUP5:
          sp = duplicate(sp, 128);
          continue;
        case Op.DUP6:
          sp = duplicate(sp, 160);
          continue;
        case Op.DUP7:
          sp = duplicate(sp, 192);
          continue;
        case Op.DUP8:
          sp = duplicate(sp, 224);
          continue;
        case Op.DUP9:
          sp = duplicate(sp, 256);
          continue;
        case Op.DUP10:
          sp = duplicate(sp, 288);
          continue;
        case Op.DUP11:
          sp = duplicate(sp, 320);
          continue;
        case Op.DUP12:
          sp = duplicate(sp, 352);
          continue;
        case Op.DUP13:
          sp = duplicate(sp, 384);
          continue;
        case Op.DUP14:
          sp = duplicate(sp, 416);
          continue;
        case Op.DUP15:
          sp = duplicate(sp, 448);
          continue;
        case Op.DUP16:
          sp = duplicate(sp, 480);
          continue;
        case Op.SWAP1:
          swap(sp, 32);
          continue;
        case Op.SWAP2:
          swap(sp, 64);
          continue;
        case Op.SWAP3:
          swap(sp, 96);
          continue;
        case Op.SWAP4:
          swap(sp, 128);
          continue;
        case Op.SWAP5:
          swap(sp, 160);
          continue;
        case Op.SWAP6:
          swap(sp, 192);
          continue;
        case Op.SWAP7:
          swap(sp, 224);
          continue;
        case Op.SWAP8:
          swap(sp, 256);
          continue;
        case Op.SWAP9:
          swap(sp, 288);
          continue;
        case Op.SWAP10:
          swap(sp, 320);
          continue;
        case Op.SWAP11:
          swap(sp, 352);
          continue;
        case Op.SWAP12:
          swap(sp, 384);
          continue;
        case Op.SWAP13:
          swap(sp, 416);
          continue;
        case Op.SWAP14:
          swap(sp, 448);
          continue;
        case Op.SWAP15:
          swap(sp, 480);
          continue;
        case Op.SWAP16:
          swap(sp, 512);
          continue;
        case Op.LOG0:
        case Op.LOG1:
        case Op.LOG2:
        case Op.LOG3:
        case Op.LOG4: {
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

/** The entry of the block that starts at `offset`, of which nothing is known; the table may lie elsewhere then. */
function analyse(frame: Frame, offset: u32, gas: u64): u64 {
  const code = changetype<Code>(frame.running);
  const entry = analyseBlock(code, offset, gas);
  frame.table = code.table;
  return entry;
}

/** The entry of the JUMPDEST at `offset` (1 where its block wasn't analysed), or 0 where no jump may land. */
// @ts-ignore: decorator
@inline
function jumpEntry(frame: Frame, offset: u64): u64 {
  const code = changetype<Code>(frame.running);
  if (offset >= <u64>code.reach) return entryBeyondReach(code, offset);
  const entry = load<u64>(frame.table + ((<usize>offset) << 3));
  return (entry & 1) != 0 ? entry : u64(isJumpdest(code, <u32>offset));
}
