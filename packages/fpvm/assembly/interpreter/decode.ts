// Predecoding: one instruction word to one operation.
import { DECODE_TABLE, FORMATS, REVERTS } from './layout';
import { Format, Op } from './operations';

/** An operation: number, rd, rs1, rs2 (each times 8, as an offset into the register file), 32-bit immediate. */
@inline
function pack(operation: u32, rd: u32, rs1: u32, rs2: u32, immediate: i32): u64 {
  return (
    (<u64>operation) |
    ((<u64>(rd << 3)) << 8) |
    ((<u64>(rs1 << 3)) << 16) |
    ((<u64>(rs2 << 3)) << 24) |
    ((<u64>(<u32>immediate)) << 32)
  );
}


@inline
export function branchOffset(word: u32): i32 {
  return (
    (((<i32>word) >> 31) << 12) |
    (<i32>(((word >> 7) & 1) << 11)) |
    (<i32>(((word >> 25) & 0x3f) << 5)) |
    (<i32>(((word >> 8) & 15) << 1))
  );
}


@inline
export function jumpOffset(word: u32): i32 {
  return (
    (((<i32>word) >> 31) << 20) |
    (<i32>(((word >> 12) & 0xff) << 12)) |
    (<i32>(((word >> 20) & 1) << 11)) |
    (<i32>(((word >> 21) & 0x3ff) << 1))
  );
}

/** Decodes one instruction word for the address `pc`. Branch and jump offsets are doubled: 4 guest bytes are 8 here. */
export function decode(word: u32, pc: u64): u64 {
  if ((word & 3) != 3) return pack(Op.Refused, 0, 0, 0, <i32>0xf001c0de);
  const rd = (word >> 7) & 31;
  const rs1 = (word >> 15) & 31;
  const rs2 = (word >> 20) & 31;
  let operation: u32 = load<u8>(DECODE_TABLE + ((((word >> 2) & 31) << 10) | (((word >> 12) & 7) << 7) | (word >> 25)));
  // The decode table leaves out bits 20–24, which only ECALL looks at.
  if (operation == Op.Ecall && word >> 20 != 0) operation = Op.Ebreak;
  const revert = load<u32>(REVERTS + (operation << 2));
  if (revert != 0) return pack(Op.Refused, 0, 0, 0, <i32>revert);
  switch (<i32>load<u8>(FORMATS + operation)) {
    case Format.R:
      return rd == 0 ? pack(Op.Nop, 0, 0, 0, 0) : pack(operation, rd, rs1, rs2, 0);
    case Format.I:
      if (operation == Op.Jalr) {
        return pack(rd == 0 ? Op.JumpRegister : Op.Jalr, rd, rs1, 0, (<i32>word) >> 20);
      }
    // fall through: loads have no effect but their result
    case Format.Load:
      return rd == 0 ? pack(Op.Nop, 0, 0, 0, 0) : pack(operation, rd, rs1, 0, (<i32>word) >> 20);
    case Format.Store:
      return pack(operation, 0, rs1, rs2, (((<i32>word) >> 25) << 5) | (<i32>rd));
    case Format.Branch:
      if ((((<u32>pc) | (<u32>branchOffset(word))) & 3) != 0) return pack(Op.OddControl, 0, 0, 0, word);
      if (operation == Op.BranchNever) return pack(Op.Nop, 0, 0, 0, 0);
      return pack(operation, 0, rs1, rs2, branchOffset(word) << 1);
    case Format.Jal:
      if ((((<u32>pc) | (<u32>jumpOffset(word))) & 3) != 0) return pack(Op.OddControl, rd, 0, 0, word);
      return pack(rd == 0 ? Op.Jump : Op.Jal, rd, 0, 0, jumpOffset(word) << 1);
    case Format.U:
      if (rd == 0) return pack(Op.Nop, 0, 0, 0, 0);
      return pack(operation == Op.Lui ? Op.LoadImmediate : operation, rd, 0, 0, word & 0xfffff000);
    case Format.Shift64:
      return rd == 0 ? pack(Op.Nop, 0, 0, 0, 0) : pack(operation, rd, rs1, 0, (word >> 20) & 63);
    case Format.Shift32:
      return rd == 0 ? pack(Op.Nop, 0, 0, 0, 0) : pack(operation, rd, rs1, 0, (word >> 20) & 31);
    case Format.Amo:
      return pack(Op.Atomic, rd, rs1, rs2, (((word >> 12) & 7) << 8) | (word >> 27));
    case Format.Csr:
      return rd == 0 ? pack(Op.Nop, 0, 0, 0, 0) : pack(Op.LoadImmediate, rd, 0, 0, 0);
    default:
      return pack(operation == Op.Ecall ? Op.Ecall : Op.Nop, 0, 0, 0, 0);
  }
}
