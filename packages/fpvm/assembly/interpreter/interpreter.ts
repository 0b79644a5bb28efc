// The interpreter's loop over predecoded operations. One operation is one instruction is one step.
import { div, divu, mulh, mulhsu, mulhu, rem, remu } from './arithmetic';
import { atomic } from './atomic';
import { codeBlock, decodeAt } from './code';
import { branchOffset, decode, jumpOffset } from './decode';
import { becameHot, becameWarm } from './events';
import {
  ASKED_FOR,
  BLOCK_COUNTS,
  BLOCK_OPS_SIZE,
  BLOCK_REGIONS,
  BLOCK_SLOTS,
  CALL_SLOT,
  DROPPED,
  FUEL,
  HOT,
  NEXT_SLOT,
  PC,
  REGISTERS,
  RESERVED_SLOT,
  RETURN_RESERVE,
  REVERT_CODE,
  SCRATCH_OPS,
  STOP,
  WARM,
} from './layout';
import { noteStore, read, readNoted, write, writeNoted } from './memory';
import { Op } from './operations';

/**
 * Handles the system call in the registers. 0: done, go on; 1: the answer must be waited for, the step is not taken;
 * 2: done, stop behind it; 3: the guest has exited; 4: the run reverts, the code is stored.
 */
@external('env', 'systemCall')
declare function systemCall(): u32;

/** Why run() returned. src/engine.ts names them for the outside. */
export const enum Stop {
  /** All steps taken. */
  Steps = 0,
  /** At an ECALL that waits for the host; it will be executed again. */
  Waiting = 1,
  /** Behind an ECALL that asked for a stop. */
  Requested = 2,
  Exited = 3,
  /** At an instruction that reverts. */
  Reverted = 4,
  /** Too few steps left for the loop that counts only at jumps, or for translated code; or its frames are too many. */
  Exact = 5,
  /** Back to the translated code that called. */
  Returned = 6,
  /** To translated code, in the place of the interpreter. */
  Enter = 7,
  /** Frames of translated code are being left; what for stands in STOP. */
  Leaving = 8,
}
/** In STOP: nothing to stop for. */
const NO_STOP: u32 = 0xff;
/** What functions return, instead of an address, to have all frames left. */
const LEAVE_ALL: u64 = 0xffffffffffffffff;
/** Bytes of the host's stack for frames of translated code and interpreter: Node's default stack has 984 KiB. */
const STACK_SIZE: i32 = 600000;
/** At most what a frame of the interpreter takes, with those between it and translated code. */
const FRAME_SIZE: i32 = 1600;
/** x1, times 8. */
const RA: usize = 8;

/** How control came to a place. */
const enum Arrival {
  Plain = 0,
  Jump = 1,
  Call = 2,
}

/** A straight line is at most one block long, so with this many steps left they need counting only at jumps. */
const LONGEST_LINE: i64 = 0x4001;


@inline
function rd(operation: u64): usize {
  return (<usize>(operation >> 8)) & 0xff;
}


@inline
function X1(operation: u64): u64 {
  return load<u64>(REGISTERS + ((<usize>(operation >> 16)) & 0xff));
}


@inline
function X2(operation: u64): u64 {
  return load<u64>(REGISTERS + ((<usize>(operation >> 24)) & 0xff));
}


@inline
function imm(operation: u64): i64 {
  return (<i64>operation) >> 32;
}


@inline
function set(operation: u64, value: u64): void {
  store<u64>(REGISTERS + rd(operation), value);
}


@inline
function extend(value: i32): u64 {
  return <u64>(<i64>value);
}

/** Where the operation at `ip` notes the regions that it meets. */
@inline
function noted(ip: usize, ops: usize): usize {
  return ops + BLOCK_REGIONS + ((ip - ops) >> 3);
}

/** Loads; where code may be translated, the region that was met is noted. */
@inline
function readAt<V, T>(address: u64, ip: usize, ops: usize): V {
  return sizeof<T>() == 8 ? readNoted<V>(address, noted(ip, ops)) : read<V>(address);
}


@inline
function writeAt<V, T>(address: u64, value: V, ip: usize, ops: usize): void {
  if (sizeof<T>() == 8) writeNoted<V>(address, value, noted(ip, ops));
  else write<V>(address, value);
}

/** Takes up to `steps` steps from the state's pc; the steps not taken are left in FUEL. Interpreter only. */
export function run(steps: i64): u32 {
  store<i64>(FUEL, steps);
  if (steps >= LONGEST_LINE) {
    const stop = loop<i32>(0);
    if (stop != Stop.Exact) return stop;
  }
  return loop<bool>(0);
}

/** As `run`, with translation of what is hot. The last steps are interpreted, so that the count is exact. */
export function runTranslated(steps: i64): u32 {
  store<i64>(FUEL, steps);
  while (true) {
    store<u32>(STOP, NO_STOP);
    store<u32>(DROPPED, 0);
    const fuel = load<i64>(FUEL);
    if (fuel < LONGEST_LINE) return loop<bool>(0);
    const pc = load<u64>(PC);
    const slot = slotAt(pc);
    const back = slot == 0 ? interpret(fuel, STACK_SIZE) : callUnit(slot, fuel, STACK_SIZE, pc);
    // Where the interpreter would have translated code go on: that is found again.
    store<u32>(NEXT_SLOT, 0);
    if (back != LEAVE_ALL) store<u64>(PC, back & ~1);
    const stop = load<u32>(STOP);
    if (stop != NO_STOP && stop != Stop.Exact) return stop;
  }
}

/**
 * Calls the code in a slot: returns the address of the next instruction, and leaves the steps left in FUEL. With an odd
 * address all frames are to be left.
 */
@inline
function callUnit(slot: u32, fuel: i64, depth: i32, pc: u64): u64 {
  return call_indirect<u64>(CALL_SLOT, slot, fuel, depth, pc);
}

/** Slot of the translation of the code at pc, asking for it when it has become hot; 0 if there is none. */
function slotAt(pc: u64): u32 {
  if ((pc & 3) != 0) return 0;
  const block = codeBlock(pc >> 16);
  return block == 0 ? 0 : slotIn(block, pc);
}

function slotIn(block: usize, pc: u64): u32 {
  const offset = (<usize>pc) & 0xffff;
  const slot = translatedSlot(block, offset);
  if (slot != 0) return slot;
  const counter = block + BLOCK_COUNTS + (offset >> 1);
  const count = <u32>load<u16>(counter) + 1;
  if (count > ASKED_FOR) return 0;
  const hot = load<u32>(HOT);
  store<u16>(counter, <u16>count);
  if (count == hot >> WARM) becameWarm(pc);
  else if (count < hot) return 0;
  else {
    store<u16>(counter, <u16>ASKED_FOR);
    becameHot(pc);
  }
  return translatedSlot(block, offset);
}


@inline
function translatedSlot(block: usize, offset: usize): u32 {
  const slot = load<u32>(block + BLOCK_SLOTS + offset);
  return slot < RESERVED_SLOT ? slot : 0;
}

/** As `interpret`, for calls and jumps: these make their target hot, and go to its translation if there is one. */
export function enter(fuel: i64, depth: i32): u64 {
  const pc = load<u64>(PC);
  const slot = slotAt(pc);
  if (slot == 0) return interpret(fuel, depth);
  store<i64>(FUEL, fuel);
  store<u32>(NEXT_SLOT, slot);
  return pc;
}

/**
 * Interprets for translated code, from the stored pc: until the function that pc is in returns, giving the address
 * returned to; or NEXT_SLOT says which translated code to go on in; or all frames are to be left.
 */
export function interpret(fuel: i64, depth: i32): u64 {
  store<i64>(FUEL, fuel);
  if (depth < 0) return load<u64>(PC) | 1;
  const stop = loop<i64>(depth);
  if (load<u32>(DROPPED) != 0) {
    store<u32>(NEXT_SLOT, 0);
    if (stop < <u32>Stop.Returned) store<u32>(STOP, stop);
    return LEAVE_ALL;
  }
  if (stop == Stop.Returned || stop == Stop.Enter) return load<u64>(PC);
  if (stop != Stop.Leaving) store<u32>(STOP, stop);
  return LEAVE_ALL;
}

function leave(stop: u32, pc: u64, fuel: i64): u32 {
  store<u64>(PC, pc);
  store<i64>(FUEL, fuel);
  return stop;
}

function revert(code: u32, pc: u64, fuel: i64): u32 {
  store<u64>(REVERT_CODE, <u64>code);
  return leave(Stop.Reverted, pc, fuel);
}

/** Where a branch or JAL goes that has an odd target or stands at an odd address; sets rd for JAL. */
function oddControl(word: u32, pc: u64): u64 {
  if ((word & 0x7f) == 0x6f) {
    const link = (word >> 7) & 31;
    if (link != 0) store<u64>(REGISTERS + ((<usize>link) << 3), pc + 4);
    return pc + <u64>(<i64>jumpOffset(word));
  }
  const a = load<u64>(REGISTERS + (((word >> 15) & 31) << 3));
  const b = load<u64>(REGISTERS + (((word >> 20) & 31) << 3));
  let taken = false;
  switch ((word >> 12) & 7) {
    case 0:
      taken = a == b;
      break;
    case 1:
      taken = a != b;
      break;
    case 4:
      taken = <i64>a < <i64>b;
      break;
    case 5:
      taken = <i64>a >= <i64>b;
      break;
    case 6:
      taken = a < b;
      break;
    case 7:
      taken = a >= b;
      break;
  }
  return taken ? pc + <u64>(<i64>branchOffset(word)) : pc + 4;
}

/**
 * `T` is bool for the loop that counts every step, i32 for the one that counts at jumps only, i64 for the latter in
 * company of translated code, which may still put `depth` bytes of frames on the host's stack.
 */
function loop<T>(depth: i32): u32 {
  let fuel = load<i64>(FUEL);
  let pc = load<u64>(PC);
  // Of use with translated code only: calls that this frame has followed and not returned from, and the way here.
  let calls: i32 = 0;
  let arrival = Arrival.Plain;
  let link: u64 = 0;
  while (true) {
    // Find the code at pc.
    if (sizeof<T>() == 1) {
      if (fuel <= 0) return leave(Stop.Steps, pc, fuel);
    } else {
      if (fuel < LONGEST_LINE) return leave(Stop.Exact, pc, fuel);
    }
    let base = pc & ~0xffff;
    let span: u64 = 0x10000;
    let ops: usize = (pc & 3) == 0 ? codeBlock(pc >> 16) : 0;
    let ip: usize = ops + ((<usize>(pc & 0xffff)) << 1);
    if (ops == 0) {
      // The machine proves the fetch with one leaf of 32 bytes.
      if ((pc & 31) > 28) return revert(0xbad22220, pc, fuel);
      store<u64>(SCRATCH_OPS, decode(read<u32>(pc), pc));
      store<u64>(SCRATCH_OPS, <u64>Op.Cross, 8);
      base = pc;
      span = 0;
      ops = SCRATCH_OPS;
      ip = ops;
    }
    if (sizeof<T>() == 8) {
      if (arrival != Arrival.Plain) {
        const slot = span == 0 ? 0 : slotIn(ops, pc);
        if (slot != 0 && depth > 0) {
          leave(0, pc, fuel);
          if (arrival == Arrival.Jump && calls == 0) {
            store<u32>(NEXT_SLOT, slot);
            return Stop.Enter;
          }
          const back = callUnit(slot, fuel, depth - FRAME_SIZE, pc);
          fuel = load<i64>(FUEL);
          if (back == LEAVE_ALL) return Stop.Leaving;
          if ((back & 1) != 0) return leave(Stop.Exact, back & ~1, fuel);
          if (arrival == Arrival.Call) {
            // Elsewhere than behind the call: a switch of stacks. Those below may know the place.
            if (back != link) return leave(Stop.Returned, back, fuel);
          } else calls -= 1;
          pc = back;
          arrival = Arrival.Plain;
          continue;
        }
        if (arrival == Arrival.Call) calls += 1;
        arrival = Arrival.Plain;
      }
    }
    let start = ip;

    while (true) {
      if (sizeof<T>() == 1) {
        const taken = <i64>((ip - start) >> 3);
        if (taken >= fuel) return leave(Stop.Steps, base + <u64>((ip - ops) >> 1), fuel - taken);
      }
      const o = load<u64>(ip);
      let target: u64;
      switch (<i32>(o & 0xff)) {
        case Op.Undecoded:
          decodeAt(ip, base, ops);
          continue;
        case Op.Lb:
          set(o, <u64>(<i64>readAt<i8, T>(X1(o) + imm(o), ip, ops)));
          ip += 8;
          continue;
        case Op.Lh:
          set(o, <u64>(<i64>readAt<i16, T>(X1(o) + imm(o), ip, ops)));
          ip += 8;
          continue;
        case Op.Lw:
          set(o, <u64>(<i64>readAt<i32, T>(X1(o) + imm(o), ip, ops)));
          ip += 8;
          continue;
        case Op.Ld:
          set(o, readAt<u64, T>(X1(o) + imm(o), ip, ops));
          ip += 8;
          continue;
        case Op.Lbu:
          set(o, <u64>readAt<u8, T>(X1(o) + imm(o), ip, ops));
          ip += 8;
          continue;
        case Op.Lhu:
          set(o, <u64>readAt<u16, T>(X1(o) + imm(o), ip, ops));
          ip += 8;
          continue;
        case Op.Lwu:
          set(o, <u64>readAt<u32, T>(X1(o) + imm(o), ip, ops));
          ip += 8;
          continue;
        case Op.Sb:
          writeAt<u8, T>(X1(o) + imm(o), <u8>X2(o), ip, ops);
          ip += 8;
          continue;
        case Op.Sh:
          writeAt<u16, T>(X1(o) + imm(o), <u16>X2(o), ip, ops);
          ip += 8;
          continue;
        case Op.Sw:
          writeAt<u32, T>(X1(o) + imm(o), <u32>X2(o), ip, ops);
          ip += 8;
          continue;
        case Op.Sd:
          writeAt<u64, T>(X1(o) + imm(o), X2(o), ip, ops);
          ip += 8;
          continue;
        case Op.Addi:
          set(o, X1(o) + imm(o));
          ip += 8;
          continue;
        case Op.Slli:
          set(o, X1(o) << imm(o));
          ip += 8;
          continue;
        case Op.Slti:
          set(o, <u64>(<i64>X1(o) < imm(o)));
          ip += 8;
          continue;
        case Op.Sltiu:
          set(o, <u64>(X1(o) < <u64>imm(o)));
          ip += 8;
          continue;
        case Op.Xori:
          set(o, X1(o) ^ imm(o));
          ip += 8;
          continue;
        case Op.Srli:
          set(o, X1(o) >> imm(o));
          ip += 8;
          continue;
        case Op.Srai:
          set(o, <u64>((<i64>X1(o)) >> imm(o)));
          ip += 8;
          continue;
        case Op.Ori:
          set(o, X1(o) | imm(o));
          ip += 8;
          continue;
        case Op.Andi:
          set(o, X1(o) & imm(o));
          ip += 8;
          continue;
        case Op.Addiw:
          set(o, extend(<i32>X1(o) + <i32>imm(o)));
          ip += 8;
          continue;
        case Op.Slliw:
          set(o, extend((<i32>X1(o)) << (<i32>imm(o))));
          ip += 8;
          continue;
        case Op.Srliw:
          set(o, extend(<i32>((<u32>X1(o)) >> (<u32>imm(o)))));
          ip += 8;
          continue;
        case Op.Sraiw:
          set(o, extend((<i32>X1(o)) >> (<i32>imm(o))));
          ip += 8;
          continue;
        case Op.LoadImmediate:
          set(o, imm(o));
          ip += 8;
          continue;
        case Op.Auipc:
          set(o, base + <u64>((ip - ops) >> 1) + imm(o));
          ip += 8;
          continue;
        case Op.Add:
          set(o, X1(o) + X2(o));
          ip += 8;
          continue;
        case Op.Sub:
          set(o, X1(o) - X2(o));
          ip += 8;
          continue;
        case Op.Sll:
          set(o, X1(o) << X2(o));
          ip += 8;
          continue;
        case Op.Slt:
          set(o, <u64>(<i64>X1(o) < <i64>X2(o)));
          ip += 8;
          continue;
        case Op.Sltu:
          set(o, <u64>(X1(o) < X2(o)));
          ip += 8;
          continue;
        case Op.Xor:
          set(o, X1(o) ^ X2(o));
          ip += 8;
          continue;
        case Op.Srl:
          set(o, X1(o) >> X2(o));
          ip += 8;
          continue;
        case Op.Sra:
          set(o, <u64>((<i64>X1(o)) >> (<i64>X2(o))));
          ip += 8;
          continue;
        case Op.Or:
          set(o, X1(o) | X2(o));
          ip += 8;
          continue;
        case Op.And:
          set(o, X1(o) & X2(o));
          ip += 8;
          continue;
        case Op.Addw:
          set(o, extend(<i32>X1(o) + <i32>X2(o)));
          ip += 8;
          continue;
        case Op.Subw:
          set(o, extend(<i32>X1(o) - <i32>X2(o)));
          ip += 8;
          continue;
        case Op.Sllw:
          set(o, extend((<i32>X1(o)) << (<i32>X2(o))));
          ip += 8;
          continue;
        case Op.Srlw:
          set(o, extend(<i32>((<u32>X1(o)) >> (<u32>X2(o)))));
          ip += 8;
          continue;
        case Op.Sraw:
          set(o, extend((<i32>X1(o)) >> (<i32>X2(o))));
          ip += 8;
          continue;
        case Op.Mul:
          set(o, X1(o) * X2(o));
          ip += 8;
          continue;
        case Op.Mulh:
          set(o, mulh(X1(o), X2(o)));
          ip += 8;
          continue;
        case Op.Mulhsu:
          set(o, mulhsu(X1(o), X2(o)));
          ip += 8;
          continue;
        case Op.Mulhu:
          set(o, mulhu(X1(o), X2(o)));
          ip += 8;
          continue;
        case Op.Div:
          set(o, div(X1(o), X2(o)));
          ip += 8;
          continue;
        case Op.Divu:
          set(o, divu(X1(o), X2(o)));
          ip += 8;
          continue;
        case Op.Rem:
          set(o, rem(X1(o), X2(o)));
          ip += 8;
          continue;
        case Op.Remu:
          set(o, remu(X1(o), X2(o)));
          ip += 8;
          continue;
        case Op.Mulw:
          set(o, extend(<i32>X1(o) * <i32>X2(o)));
          ip += 8;
          continue;
        case Op.Divw:
          set(o, extend(<i32>div(<i64>(<i32>X1(o)), <i64>(<i32>X2(o)))));
          ip += 8;
          continue;
        case Op.Divuw:
          set(o, extend(<i32>divu(<u64>(<u32>X1(o)), <u64>(<u32>X2(o)))));
          ip += 8;
          continue;
        case Op.Remw:
          set(o, extend(<i32>rem(<i64>(<i32>X1(o)), <i64>(<i32>X2(o)))));
          ip += 8;
          continue;
        case Op.Remuw:
          set(o, extend(<i32>remu(<u64>(<u32>X1(o)), <u64>(<u32>X2(o)))));
          ip += 8;
          continue;
        case Op.Nop:
          ip += 8;
          continue;
        case Op.Beq:
          if (X1(o) == X2(o)) break;
          ip += 8;
          continue;
        case Op.Bne:
          if (X1(o) != X2(o)) break;
          ip += 8;
          continue;
        case Op.Blt:
          if (<i64>X1(o) < <i64>X2(o)) break;
          ip += 8;
          continue;
        case Op.Bge:
          if (<i64>X1(o) >= <i64>X2(o)) break;
          ip += 8;
          continue;
        case Op.Bltu:
          if (X1(o) < X2(o)) break;
          ip += 8;
          continue;
        case Op.Bgeu:
          if (X1(o) >= X2(o)) break;
          ip += 8;
          continue;
        case Op.Jump:
          break;
        case Op.Jal:
          set(o, base + <u64>((ip - ops) >> 1) + 4);
          break;
        case Op.JumpRegister:
        case Op.Jalr:
          target = (X1(o) + imm(o)) & ~1;
          if ((target & 2) != 0) {
            return revert(0xbad10ad0, base + <u64>((ip - ops) >> 1), fuel - <i64>((ip - start) >> 3));
          }
          if (rd(o) != 0) {
            link = base + <u64>((ip - ops) >> 1) + 4;
            set(o, link);
          }
          fuel -= <i64>((ip - start) >> 3) + 1;
          pc = target;
          if (sizeof<T>() == 8) {
            if (rd(o) == RA) arrival = Arrival.Call;
            else if (rd(o) == 0 && ((<usize>(o >> 16)) & 0xff) == RA) {
              if (calls == 0) return leave(fuel < RETURN_RESERVE ? Stop.Exact : Stop.Returned, pc, fuel);
              calls -= 1;
            } else arrival = Arrival.Jump;
            break;
          }
          target -= base;
          if (target >= span) break;
          ip = ops + ((<usize>target) << 1);
          start = ip;
          if (sizeof<T>() == 4) {
            if (fuel < LONGEST_LINE) return leave(Stop.Exact, pc, fuel);
          }
          continue;
        case Op.OddControl:
          pc = base + <u64>((ip - ops) >> 1);
          fuel -= <i64>((ip - start) >> 3);
          target = oddControl(<u32>imm(o), pc);
          if ((target & 3) != 0) return revert(0xbad10ad0, pc, fuel);
          fuel -= 1;
          pc = target;
          break;
        case Op.Atomic: {
          const address = X1(o);
          const code = atomic(rd(o), (<usize>(o >> 16)) & 0xff, (<usize>(o >> 24)) & 0xff, <u32>imm(o));
          if (code != 0) return revert(code, base + <u64>((ip - ops) >> 1), fuel - <i64>((ip - start) >> 3));
          if (sizeof<T>() == 8) noteStore(address, noted(ip, ops));
          ip += 8;
          continue;
        }
        case Op.Ecall: {
          pc = base + <u64>((ip - ops) >> 1);
          fuel -= <i64>((ip - start) >> 3);
          leave(0, pc, fuel);
          const answer = systemCall();
          if (answer == 1 || answer == 4) return answer;
          fuel -= 1;
          if (answer != 0) return leave(answer, pc + 4, fuel);
          ip += 8;
          start = ip;
          continue;
        }
        case Op.Cross:
          fuel -= <i64>((ip - start) >> 3);
          pc = base + <u64>((ip - ops) >> 1);
          break;
        default:
          // Op.Refused
          return revert(<u32>imm(o), base + <u64>((ip - ops) >> 1), fuel - <i64>((ip - start) >> 3));
      }
      const operation = <i32>(o & 0xff);
      if (operation > Op.Jal && operation != Op.Jump) break; // pc is set
      // A branch or jump relative to this operation.
      fuel -= <i64>((ip - start) >> 3) + 1;
      if (sizeof<T>() == 8) {
        // Forward branches stay here unless they leave the block; the rest, tail calls among them, may have translations to go to.
        if (operation == Op.Jal || operation == Op.Jump || imm(o) < 0) {
          pc = base + <u64>((ip - ops) >> 1);
          link = pc + 4;
          pc += <u64>(imm(o) >> 1);
          arrival = operation == Op.Jal && rd(o) == RA ? Arrival.Call : Arrival.Jump;
          break;
        }
      }
      ip += <usize>imm(o);
      if (ip - ops >= BLOCK_OPS_SIZE) {
        pc = base + <u64>((<i64>(<i32>(ip - ops))) >> 1);
        break;
      }
      start = ip;
      if (sizeof<T>() != 1) {
        if (fuel < LONGEST_LINE) return leave(Stop.Exact, base + <u64>((ip - ops) >> 1), fuel);
      }
    }
  }
}
