// Register arithmetic to WebAssembly, one entry for each row of the instruction table.
import type { DecodedInstruction } from '../instructions.js';
import { local, type UnitEmitter } from './unit-emitter.js';
import { I64, op } from './wasm-code.js';

type Emit = (unit: UnitEmitter, decoded: DecodedInstruction) => void;

const LOW32 = 0xffffffff;

/** Two registers and a 64-bit operation. */
const register64 =
  (code: number, then = -1): Emit =>
  (unit, { rs1, rs2 }) => {
    unit.get(rs1);
    unit.get(rs2);
    unit.code.op(code, then);
  };

/** Register, immediate and a 64-bit operation. */
const immediate64 =
  (code: number, then = -1): Emit =>
  (unit, { rs1, imm }) => {
    unit.get(rs1);
    unit.code.i64(imm);
    unit.code.op(code, then);
  };

/** Two registers' low halves and a 32-bit operation, sign-extended. */
const register32 =
  (code: number): Emit =>
  (unit, { rs1, rs2 }) => {
    unit.get(rs1);
    unit.code.op(op.i32WrapI64);
    unit.get(rs2);
    unit.code.op(op.i32WrapI64, code, op.i64ExtendI32S);
  };

const immediate32 =
  (code: number): Emit =>
  (unit, { rs1, imm }) => {
    unit.get(rs1);
    unit.code.op(op.i32WrapI64);
    unit.code.i32(imm);
    unit.code.op(code, op.i64ExtendI32S);
  };

const emitters: Record<string, Emit> = {
  addi: (unit, decoded) => {
    unit.get(decoded.rs1);
    if (decoded.imm === 0) return;
    unit.code.i64(decoded.imm);
    unit.code.op(op.i64Add);
  },
  slli: immediate64(op.i64Shl),
  slti: immediate64(op.i64LtS, op.i64ExtendI32U),
  sltiu: immediate64(op.i64LtU, op.i64ExtendI32U),
  xori: immediate64(op.i64Xor),
  srli: immediate64(op.i64ShrU),
  srai: immediate64(op.i64ShrS),
  ori: immediate64(op.i64Or),
  andi: immediate64(op.i64And),
  addiw: immediate32(op.i32Add),
  slliw: immediate32(op.i32Shl),
  srliw: immediate32(op.i32ShrU),
  sraiw: immediate32(op.i32ShrS),
  add: register64(op.i64Add),
  sub: register64(op.i64Sub),
  sll: register64(op.i64Shl),
  slt: register64(op.i64LtS, op.i64ExtendI32U),
  sltu: register64(op.i64LtU, op.i64ExtendI32U),
  xor: register64(op.i64Xor),
  srl: register64(op.i64ShrU),
  sra: register64(op.i64ShrS),
  or: register64(op.i64Or),
  and: register64(op.i64And),
  addw: register32(op.i32Add),
  subw: register32(op.i32Sub),
  sllw: register32(op.i32Shl),
  srlw: register32(op.i32ShrU),
  sraw: register32(op.i32ShrS),
  mul: register64(op.i64Mul),
  mulw: register32(op.i32Mul),
  mulhu: (unit, decoded) => highProduct(unit, decoded, false, false),
  mulhsu: (unit, decoded) => highProduct(unit, decoded, true, false),
  mulh: (unit, decoded) => highProduct(unit, decoded, true, true),
  div: (unit, decoded) => signedDivision(unit, decoded, op.i64DivS),
  rem: (unit, decoded) => signedDivision(unit, decoded, op.i64RemS),
  divu: (unit, decoded) => unsignedDivision(unit, decoded, op.i64DivU),
  remu: (unit, decoded) => unsignedDivision(unit, decoded, op.i64RemU),
  divw: (unit, decoded) => division32(unit, decoded, op.i64DivS),
  divuw: (unit, decoded) => division32(unit, decoded, op.i64DivU),
  remw: (unit, decoded) => division32(unit, decoded, op.i64RemS),
  remuw: (unit, decoded) => division32(unit, decoded, op.i64RemU),
};

/** Emits an instruction that only writes rd, which is not x0. */
export function emitArithmetic(unit: UnitEmitter, decoded: DecodedInstruction, pc: number): void {
  const constant = constantOf(unit, decoded, pc);
  if (constant !== undefined) {
    unit.code.i64(constant);
    unit.set(decoded.rd, constant);
    return;
  }
  const emit = emitters[decoded.instruction.name];
  if (emit === undefined) throw new Error(`the translator has no ${decoded.instruction.name}`);
  emit(unit, decoded);
  unit.set(decoded.rd);
}

/** Extensions of narrower values, which compilers write as a shift to the left and one back: one instruction each. */
const extensions: Record<string, readonly [number, number?]> = {
  'srli 32': [op.i32WrapI64, op.i64ExtendI32U],
  'srai 32': [op.i32WrapI64, op.i64ExtendI32S],
  'srai 48': [op.i64Extend16S],
  'srai 56': [op.i64Extend8S],
};

/** Emits two instructions as one if they are an extension of a narrower value; returns whether they were. */
export function emitExtension(
  unit: UnitEmitter,
  left: DecodedInstruction,
  right: DecodedInstruction | undefined,
): boolean {
  if (left.instruction.name !== 'slli' || right === undefined || left.rd === 0) return false;
  if (right.rd !== left.rd || right.rs1 !== left.rd || right.imm !== left.imm) return false;
  const extension = extensions[`${right.instruction.name} ${right.imm}`];
  if (extension === undefined) return false;
  unit.get(left.rs1);
  unit.code.op(extension[0], extension[1]);
  unit.set(left.rd);
  return true;
}

/** Results that are known: what builds addresses. */
function constantOf(unit: UnitEmitter, { instruction, rs1, imm }: DecodedInstruction, pc: number): number | undefined {
  switch (instruction.name) {
    case 'lui':
      return imm;
    case 'auipc':
      return pc + imm;
    case 'csr':
      return 0;
    case 'addi': {
      const base = unit.state.constant(rs1);
      return base === undefined || !Number.isSafeInteger(base + imm) ? undefined : base + imm;
    }
    default:
      return undefined;
  }
}

/** Upper half of the product, from four products of halves; signs are corrected afterwards. */
function highProduct(unit: UnitEmitter, { rs1, rs2 }: DecodedInstruction, signed1: boolean, signed2: boolean): void {
  const { code } = unit;
  const low = (register: number) => {
    unit.get(register);
    code.i64(LOW32);
    code.op(op.i64And);
  };
  const high = (register: number) => {
    unit.get(register);
    code.i64(32);
    code.op(op.i64ShrU);
  };
  // t1 = high1 * low2 + (low1 * low2 >> 32)
  high(rs1);
  low(rs2);
  code.op(op.i64Mul);
  low(rs1);
  low(rs2);
  code.op(op.i64Mul);
  code.i64(32);
  code.op(op.i64ShrU, op.i64Add);
  code.set(local.t1);
  // t2 = low1 * high2 + low half of t1
  low(rs1);
  high(rs2);
  code.op(op.i64Mul);
  code.get(local.t1);
  code.i64(LOW32);
  code.op(op.i64And, op.i64Add);
  code.set(local.t2);
  // high1 * high2 + (t1 >> 32) + (t2 >> 32)
  high(rs1);
  high(rs2);
  code.op(op.i64Mul);
  for (const part of [local.t1, local.t2]) {
    code.get(part);
    code.i64(32);
    code.op(op.i64ShrU, op.i64Add);
  }
  const correct = (sign: number, other: number) => {
    unit.get(sign);
    code.i64(63);
    code.op(op.i64ShrS);
    unit.get(other);
    code.op(op.i64And, op.i64Sub);
  };
  if (signed1) correct(rs1, rs2);
  if (signed2) correct(rs2, rs1);
}

function unsignedDivision(unit: UnitEmitter, { rs1, rs2 }: DecodedInstruction, code: number): void {
  unit.get(rs2);
  unit.code.op(op.i64Eqz);
  unit.code.if(
    () => (code === op.i64DivU ? unit.code.i64(-1) : unit.get(rs1)),
    () => {
      unit.get(rs1);
      unit.get(rs2);
      unit.code.op(code);
    },
    I64,
  );
}

/** WebAssembly traps where RISC-V overflows: the smallest number by -1. */
function signedDivision(unit: UnitEmitter, { rs1, rs2 }: DecodedInstruction, operation: number): void {
  const { code } = unit;
  const isDivision = operation === op.i64DivS;
  unit.get(rs2);
  code.op(op.i64Eqz);
  code.if(
    () => (isDivision ? code.i64(-1) : unit.get(rs1)),
    () => {
      unit.get(rs2);
      code.i64(-1);
      code.op(op.i64Eq);
      code.if(
        () => {
          code.i64(0);
          if (!isDivision) return;
          unit.get(rs1);
          code.op(op.i64Sub);
        },
        () => {
          unit.get(rs1);
          unit.get(rs2);
          code.op(operation);
        },
        I64,
      );
    },
    I64,
  );
}

/** In 64 bits, where the smallest 32-bit number by -1 does not overflow. */
function division32(unit: UnitEmitter, { rs1, rs2 }: DecodedInstruction, operation: number): void {
  const { code } = unit;
  const signed = operation === op.i64DivS || operation === op.i64RemS;
  const isDivision = operation === op.i64DivS || operation === op.i64DivU;
  const widened = (register: number) => {
    unit.get(register);
    code.op(op.i32WrapI64, signed ? op.i64ExtendI32S : op.i64ExtendI32U);
  };
  widened(rs2);
  code.tee(local.t1);
  code.op(op.i64Eqz);
  code.if(
    () => {
      if (isDivision) {
        code.i64(-1);
        return;
      }
      unit.get(rs1);
      code.op(op.i32WrapI64, op.i64ExtendI32S);
    },
    () => {
      widened(rs1);
      code.get(local.t1);
      code.op(operation, op.i32WrapI64, op.i64ExtendI32S);
    },
    I64,
  );
}
