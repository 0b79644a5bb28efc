// Instructions of a unit, as the interpreter has predecoded them (interpreter/decode.ts), and what the translator asks of one.
import { Op } from '../interpreter/operations';
import { INSTRUCTIONS } from './scratch';

/** An instruction: operation (8 bytes), address (8), whether a block begins there (1), the regions it has met (1). */
export const INSTRUCTION_SIZE: usize = 24;

const RA: u32 = 1;


@inline
export function instruction(index: u32): usize {
  return INSTRUCTIONS + INSTRUCTION_SIZE * <usize>index;
}


@inline
export function operationAt(index: u32): u64 {
  return load<u64>(instruction(index));
}


@inline
export function pcAt(index: u32): u64 {
  return load<u64>(instruction(index), 8);
}


@inline
export function isLeader(index: u32): bool {
  return load<u8>(instruction(index), 16) != 0;
}


@inline
export function setLeader(index: u32): void {
  store<u8>(instruction(index), 1, 16);
}

/** Regions that a load or store has met: bits as in the interpreter's BLOCK_REGIONS. */
@inline
export function metAt(index: u32): u32 {
  return load<u8>(instruction(index), 17);
}


@inline
export function opOf(operation: u64): i32 {
  return <i32>(operation & 0xff);
}


@inline
export function rdOf(operation: u64): u32 {
  return (<u32>(operation >> 11)) & 31;
}


@inline
export function rs1Of(operation: u64): u32 {
  return (<u32>(operation >> 19)) & 31;
}


@inline
export function rs2Of(operation: u64): u32 {
  return (<u32>(operation >> 27)) & 31;
}


@inline
export function immOf(operation: u64): i32 {
  return <i32>(operation >> 32);
}

/** Registers that an operation reads, as a bit mask. Predecoding leaves 0 where there is none. */
@inline
export function readMask(operation: u64): u32 {
  return ((1 << rs1Of(operation)) | (1 << rs2Of(operation))) & ~1;
}


@inline
export function writeMask(operation: u64): u32 {
  return (1 << rdOf(operation)) & ~1;
}


@inline
export function isLoad(op: i32): bool {
  return op >= Op.Lb && op <= Op.Lwu;
}


@inline
export function isStore(op: i32): bool {
  return op >= Op.Sb && op <= Op.Sd;
}


@inline
export function isAccess(op: i32): bool {
  return isLoad(op) || isStore(op) || op == Op.Atomic;
}

/** Bytes that a load, store or atomic touches. */
export function accessSize(operation: u64): i32 {
  const op = opOf(operation);
  if (op == Op.Atomic) return immOf(operation) >> 8 == 3 ? 8 : 4;
  if (isStore(op)) return 1 << (op - Op.Sb);
  return 1 << (op >= Op.Lbu ? op - Op.Lbu : op - Op.Lb);
}

/** Offset of a load, store or atomic from its register. */
@inline
export function accessOffset(operation: u64): i32 {
  return opOf(operation) == Op.Atomic ? 0 : immOf(operation);
}

/** LR is the only atomic that never stores. */
@inline
export function mayStore(operation: u64): bool {
  const op = opOf(operation);
  return isStore(op) || (op == Op.Atomic && (immOf(operation) & 0xff) != 0x02);
}

/** How a block ends. */
export const enum End {
  /** It does not: said of an instruction. */
  None,
  /** Into the next block. */
  Fall,
  /** Taken, not taken. */
  Branch,
  /** To one place. */
  Jump,
  /** And goes on behind it when the callee returns. */
  Call,
  /** Jump by ra. */
  Return,
  /** Any other computed jump. */
  Computed,
  /** To an address that is not in the unit. */
  Leave,
  /** Before an instruction that only the interpreter executes. */
  Interpret,
}

/** Where the last instruction that `endOf` was asked about goes. */
export let target: u64 = 0;
export let hasTarget: bool = false;

/** How an instruction at `pc` ends its block, given the one before it there (0: none); sets `target` and `hasTarget`. */
export function endOf(operation: u64, pc: u64, before: u64): End {
  const op = opOf(operation);
  hasTarget = false;
  if (op >= Op.Beq && op <= Op.Bgeu) {
    goesTo(pc + <u64>(<i64>(immOf(operation) >> 1)));
    return End.Branch;
  }
  switch (op) {
    case Op.Jump:
    case Op.Jal:
      goesTo(pc + <u64>(<i64>(immOf(operation) >> 1)));
      return op == Op.Jump ? End.Jump : End.Call;
    case Op.JumpRegister:
    case Op.Jalr: {
      const base = rs1Of(operation);
      // AUIPC and JALR in a row are a jump to a place that is known. AUIPC is its line's, so nothing came between.
      if (opOf(before) == Op.Auipc && rdOf(before) == base) {
        const address = pc - 4 + <u64>(<i64>immOf(before)) + <u64>(<i64>immOf(operation));
        if ((address & 3) == 0) goesTo(address);
      }
      if (op == Op.Jalr) return End.Call;
      if (hasTarget) return End.Jump;
      return base == RA ? End.Return : End.Computed;
    }
    case Op.Atomic:
      return isKnownAtomic(immOf(operation) & 0xff) ? End.None : End.Interpret;
    case Op.Ecall:
    case Op.OddControl:
    case Op.Refused:
      return End.Interpret;
    default:
      return End.None;
  }
}

function goesTo(address: u64): void {
  target = address;
  hasTarget = true;
}

function isKnownAtomic(funct5: i32): bool {
  return funct5 <= 0x04 || ((funct5 & 3) == 0 && funct5 <= 0x1c);
}
