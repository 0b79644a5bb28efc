// Register arithmetic to WebAssembly.
import { Op } from '../interpreter/operations';
import { immOf, opOf, rdOf, rs1Of, rs2Of } from './instruction';
import { constant, isConstant } from './knowledge';
import { push, setConstant, setResult, Unit } from './unit';
import { close, get, I64, i32Const, i64Const, op, op2, op3, open, set, tee, W } from './wasm-code';

const LOW32: i64 = 0xffffffff;

/** Emits an instruction at `pc` that only writes rd, which is not x0. */
export function emitArithmetic(unit: Unit, operation: u64, pc: u64): void {
  const rd = rdOf(operation);
  const rs1 = rs1Of(operation);
  const rs2 = rs2Of(operation);
  const imm = <i64>immOf(operation);
  switch (opOf(operation)) {
    case Op.LoadImmediate:
      setConstant(unit, rd, imm);
      return;
    case Op.Auipc:
      setConstant(unit, rd, pc + imm);
      return;
    case Op.Addi:
      if (isConstant(rs1)) {
        setConstant(unit, rd, constant(rs1) + imm);
        return;
      }
      push(unit, rs1);
      if (imm != 0) {
        i64Const(imm);
        op(W.I64Add);
      }
      break;
    case Op.Slli:
      immediate64(unit, rs1, imm, W.I64Shl);
      break;
    case Op.Slti:
      immediate64(unit, rs1, imm, W.I64LtS);
      op(W.I64ExtendI32U);
      break;
    case Op.Sltiu:
      immediate64(unit, rs1, imm, W.I64LtU);
      op(W.I64ExtendI32U);
      break;
    case Op.Xori:
      immediate64(unit, rs1, imm, W.I64Xor);
      break;
    case Op.Srli:
      immediate64(unit, rs1, imm, W.I64ShrU);
      break;
    case Op.Srai:
      immediate64(unit, rs1, imm, W.I64ShrS);
      break;
    case Op.Ori:
      immediate64(unit, rs1, imm, W.I64Or);
      break;
    case Op.Andi:
      immediate64(unit, rs1, imm, W.I64And);
      break;
    case Op.Addiw:
      immediate32(unit, rs1, imm, W.I32Add);
      break;
    case Op.Slliw:
      immediate32(unit, rs1, imm, W.I32Shl);
      break;
    case Op.Srliw:
      immediate32(unit, rs1, imm, W.I32ShrU);
      break;
    case Op.Sraiw:
      immediate32(unit, rs1, imm, W.I32ShrS);
      break;
    case Op.Add:
      register64(unit, rs1, rs2, W.I64Add);
      break;
    case Op.Sub:
      register64(unit, rs1, rs2, W.I64Sub);
      break;
    case Op.Sll:
      register64(unit, rs1, rs2, W.I64Shl);
      break;
    case Op.Slt:
      register64(unit, rs1, rs2, W.I64LtS);
      op(W.I64ExtendI32U);
      break;
    case Op.Sltu:
      register64(unit, rs1, rs2, W.I64LtU);
      op(W.I64ExtendI32U);
      break;
    case Op.Xor:
      register64(unit, rs1, rs2, W.I64Xor);
      break;
    case Op.Srl:
      register64(unit, rs1, rs2, W.I64ShrU);
      break;
    case Op.Sra:
      register64(unit, rs1, rs2, W.I64ShrS);
      break;
    case Op.Or:
      register64(unit, rs1, rs2, W.I64Or);
      break;
    case Op.And:
      register64(unit, rs1, rs2, W.I64And);
      break;
    case Op.Addw:
      register32(unit, rs1, rs2, W.I32Add);
      break;
    case Op.Subw:
      register32(unit, rs1, rs2, W.I32Sub);
      break;
    case Op.Sllw:
      register32(unit, rs1, rs2, W.I32Shl);
      break;
    case Op.Srlw:
      register32(unit, rs1, rs2, W.I32ShrU);
      break;
    case Op.Sraw:
      register32(unit, rs1, rs2, W.I32ShrS);
      break;
    case Op.Mul:
      register64(unit, rs1, rs2, W.I64Mul);
      break;
    case Op.Mulw:
      register32(unit, rs1, rs2, W.I32Mul);
      break;
    case Op.Mulhu:
      highProduct(unit, rs1, rs2, false, false);
      break;
    case Op.Mulhsu:
      highProduct(unit, rs1, rs2, true, false);
      break;
    case Op.Mulh:
      highProduct(unit, rs1, rs2, true, true);
      break;
    case Op.Div:
      signedDivision(unit, rs1, rs2, W.I64DivS);
      break;
    case Op.Rem:
      signedDivision(unit, rs1, rs2, W.I64RemS);
      break;
    case Op.Divu:
      unsignedDivision(unit, rs1, rs2, W.I64DivU);
      break;
    case Op.Remu:
      unsignedDivision(unit, rs1, rs2, W.I64RemU);
      break;
    case Op.Divw:
      division32(unit, rs1, rs2, W.I64DivS);
      break;
    case Op.Divuw:
      division32(unit, rs1, rs2, W.I64DivU);
      break;
    case Op.Remw:
      division32(unit, rs1, rs2, W.I64RemS);
      break;
    case Op.Remuw:
      division32(unit, rs1, rs2, W.I64RemU);
      break;
    default:
      // No other operation writes a register: the interpreter's switch is the list.
      unreachable();
  }
  setResult(unit, rd);
}

function register64(unit: Unit, rs1: u32, rs2: u32, code: W): void {
  push(unit, rs1);
  push(unit, rs2);
  op(code);
}

function immediate64(unit: Unit, rs1: u32, imm: i64, code: W): void {
  push(unit, rs1);
  i64Const(imm);
  op(code);
}

/** On the low halves, sign-extended. */
function register32(unit: Unit, rs1: u32, rs2: u32, code: W): void {
  push(unit, rs1);
  op(W.I32WrapI64);
  push(unit, rs2);
  op2(W.I32WrapI64, code);
  op(W.I64ExtendI32S);
}

function immediate32(unit: Unit, rs1: u32, imm: i64, code: W): void {
  push(unit, rs1);
  op(W.I32WrapI64);
  i32Const(<i32>imm);
  op2(code, W.I64ExtendI32S);
}

/**
 * Extensions of narrower values, which compilers write as a shift to the left and one back: emits the two as one if they
 * are that, and returns whether they were.
 */
export function emitExtension(unit: Unit, left: u64, right: u64): bool {
  const rd = rdOf(left);
  const bits = immOf(left);
  if (opOf(left) != Op.Slli || rdOf(right) != rd || rs1Of(right) != rd || immOf(right) != bits) return false;
  const isSigned = opOf(right) == Op.Srai;
  if (!isSigned && (opOf(right) != Op.Srli || bits != 32)) return false;
  if (bits != 32 && bits != 48 && bits != 56) return false;
  push(unit, rs1Of(left));
  if (bits == 32) op2(W.I32WrapI64, isSigned ? W.I64ExtendI32S : W.I64ExtendI32U);
  else op(bits == 48 ? W.I64Extend16S : W.I64Extend8S);
  setResult(unit, rd);
  return true;
}

function pushLow(unit: Unit, register: u32): void {
  push(unit, register);
  i64Const(LOW32);
  op(W.I64And);
}

function pushHigh(unit: Unit, register: u32): void {
  push(unit, register);
  i64Const(32);
  op(W.I64ShrU);
}

/** Upper half of the product, from four products of halves; signs are corrected afterwards. */
function highProduct(unit: Unit, rs1: u32, rs2: u32, isSigned1: bool, isSigned2: bool): void {
  // t1 = high1 * low2 + (low1 * low2 >> 32)
  pushHigh(unit, rs1);
  pushLow(unit, rs2);
  op(W.I64Mul);
  pushLow(unit, rs1);
  pushLow(unit, rs2);
  op(W.I64Mul);
  i64Const(32);
  op2(W.I64ShrU, W.I64Add);
  set(unit.t1);
  // t2 = low1 * high2 + low half of t1
  pushLow(unit, rs1);
  pushHigh(unit, rs2);
  op(W.I64Mul);
  get(unit.t1);
  i64Const(LOW32);
  op2(W.I64And, W.I64Add);
  set(unit.t2);
  // high1 * high2 + (t1 >> 32) + (t2 >> 32)
  pushHigh(unit, rs1);
  pushHigh(unit, rs2);
  op(W.I64Mul);
  get(unit.t1);
  i64Const(32);
  op2(W.I64ShrU, W.I64Add);
  get(unit.t2);
  i64Const(32);
  op2(W.I64ShrU, W.I64Add);
  if (isSigned1) subtractIfNegative(unit, rs1, rs2);
  if (isSigned2) subtractIfNegative(unit, rs2, rs1);
}

function subtractIfNegative(unit: Unit, sign: u32, other: u32): void {
  push(unit, sign);
  i64Const(63);
  op(W.I64ShrS);
  push(unit, other);
  op2(W.I64And, W.I64Sub);
}

function unsignedDivision(unit: Unit, rs1: u32, rs2: u32, code: W): void {
  push(unit, rs2);
  op(W.I64Eqz);
  open(W.If, I64);
  if (code == W.I64DivU) i64Const(-1);
  else push(unit, rs1);
  op(W.Else);
  register64(unit, rs1, rs2, code);
  close();
}

/** WebAssembly traps where RISC-V overflows: the smallest number by -1. */
function signedDivision(unit: Unit, rs1: u32, rs2: u32, code: W): void {
  const isDivision = code == W.I64DivS;
  push(unit, rs2);
  op(W.I64Eqz);
  open(W.If, I64);
  if (isDivision) i64Const(-1);
  else push(unit, rs1);
  op(W.Else);
  push(unit, rs2);
  i64Const(-1);
  op(W.I64Eq);
  open(W.If, I64);
  i64Const(0);
  if (isDivision) {
    push(unit, rs1);
    op(W.I64Sub);
  }
  op(W.Else);
  register64(unit, rs1, rs2, code);
  close();
  close();
}

/** In 64 bits, where the smallest 32-bit number by -1 does not overflow. */
function division32(unit: Unit, rs1: u32, rs2: u32, code: W): void {
  const isSigned = code == W.I64DivS || code == W.I64RemS;
  const extension = isSigned ? W.I64ExtendI32S : W.I64ExtendI32U;
  push(unit, rs2);
  op2(W.I32WrapI64, extension);
  tee(unit.t1);
  op(W.I64Eqz);
  open(W.If, I64);
  if (code == W.I64DivS || code == W.I64DivU) i64Const(-1);
  else {
    push(unit, rs1);
    op2(W.I32WrapI64, W.I64ExtendI32S);
  }
  op(W.Else);
  push(unit, rs1);
  op2(W.I32WrapI64, extension);
  get(unit.t1);
  op3(code, W.I32WrapI64, W.I64ExtendI32S);
  close();
}
