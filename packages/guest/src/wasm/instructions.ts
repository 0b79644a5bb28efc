// The instruction table: every WebAssembly instruction of the guest's subset, and the C expression of the numeric ones.
// https://webassembly.github.io/spec/core/binary/instructions.html and …/core/exec/numerics.html
import type { ValueType } from './module.js';

/** A pure operation. `c` gives the C expression; i32 operands are `u32`, i64 operands `u64`, comparisons give 0 or 1. */
export interface NumericInstruction {
  readonly kind: 'numeric';
  readonly name: string;
  readonly operands: readonly ValueType[];
  readonly result: ValueType;
  readonly c: (a: string, b: string) => string;
}

/** Division and remainder: `trap` gives the C statement that traps, to stand before the assignment of `c`. */
export interface DivisionInstruction {
  readonly kind: 'division';
  readonly name: string;
  /** Also the type of both operands. */
  readonly result: ValueType;
  readonly trap: (a: string, b: string) => string;
  readonly c: (a: string, b: string) => string;
}

export interface LoadInstruction {
  readonly kind: 'load';
  readonly name: string;
  readonly result: ValueType;
  /** Bytes read. */
  readonly width: 1 | 2 | 4 | 8;
  readonly signed: boolean;
}

export interface StoreInstruction {
  readonly kind: 'store';
  readonly name: string;
  readonly operand: ValueType;
  /** Bytes written: the operand's lowest. */
  readonly width: 1 | 2 | 4 | 8;
}

/** The instructions that open, divide or close a construct. */
export interface StructureInstruction {
  readonly kind: 'structure';
  readonly name: 'block' | 'loop' | 'if' | 'else' | 'end';
}

/** Branch, call, variable and memory instructions, each of which the translator handles by name. */
export interface OtherInstruction {
  readonly kind: 'other';
  readonly name: OtherName;
}

export type OtherName =
  | 'unreachable'
  | 'nop'
  | 'br'
  | 'br_if'
  | 'br_table'
  | 'return'
  | 'call'
  | 'call_indirect'
  | 'drop'
  | 'select'
  | 'select_typed'
  | 'local.get'
  | 'local.set'
  | 'local.tee'
  | 'global.get'
  | 'global.set'
  | 'memory.size'
  | 'memory.grow'
  | 'memory.copy'
  | 'memory.fill'
  | 'i32.const'
  | 'i64.const';

export type Instruction =
  | NumericInstruction
  | DivisionInstruction
  | LoadInstruction
  | StoreInstruction
  | StructureInstruction
  | OtherInstruction;

/** By opcode; instructions behind the prefix byte 0xfc stand at 0xfc00 + their number. */
export const instructions: ReadonlyMap<number, Instruction> = new Map<number, Instruction>([
  ...other({
    0x00: 'unreachable',
    0x01: 'nop',
    0x0c: 'br',
    0x0d: 'br_if',
    0x0e: 'br_table',
    0x0f: 'return',
    0x10: 'call',
    0x11: 'call_indirect',
    0x1a: 'drop',
    0x1b: 'select',
    0x1c: 'select_typed',
    0x20: 'local.get',
    0x21: 'local.set',
    0x22: 'local.tee',
    0x23: 'global.get',
    0x24: 'global.set',
    0x3f: 'memory.size',
    0x40: 'memory.grow',
    0x41: 'i32.const',
    0x42: 'i64.const',
    0xfc0a: 'memory.copy',
    0xfc0b: 'memory.fill',
  }),
  structure(0x02, 'block'),
  structure(0x03, 'loop'),
  structure(0x04, 'if'),
  structure(0x05, 'else'),
  structure(0x0b, 'end'),
  load(0x28, 'i32.load', 'i32', 4),
  load(0x29, 'i64.load', 'i64', 8),
  load(0x2c, 'i32.load8_s', 'i32', 1, true),
  load(0x2d, 'i32.load8_u', 'i32', 1),
  load(0x2e, 'i32.load16_s', 'i32', 2, true),
  load(0x2f, 'i32.load16_u', 'i32', 2),
  load(0x30, 'i64.load8_s', 'i64', 1, true),
  load(0x31, 'i64.load8_u', 'i64', 1),
  load(0x32, 'i64.load16_s', 'i64', 2, true),
  load(0x33, 'i64.load16_u', 'i64', 2),
  load(0x34, 'i64.load32_s', 'i64', 4, true),
  load(0x35, 'i64.load32_u', 'i64', 4),
  store(0x36, 'i32.store', 'i32', 4),
  store(0x37, 'i64.store', 'i64', 8),
  store(0x3a, 'i32.store8', 'i32', 1),
  store(0x3b, 'i32.store16', 'i32', 2),
  store(0x3c, 'i64.store8', 'i64', 1),
  store(0x3d, 'i64.store16', 'i64', 2),
  store(0x3e, 'i64.store32', 'i64', 4),
  ...integers('i32', 0x45, 0x67),
  ...integers('i64', 0x50, 0x79),
  numeric(0xa7, 'i32.wrap_i64', ['i64'], 'i32', (a) => `(u32)${a}`),
  numeric(0xac, 'i64.extend_i32_s', ['i32'], 'i64', (a) => `(u64)(s64)(s32)${a}`),
  numeric(0xad, 'i64.extend_i32_u', ['i32'], 'i64', (a) => `(u64)${a}`),
  numeric(0xc0, 'i32.extend8_s', ['i32'], 'i32', (a) => `(u32)(s32)(s8)${a}`),
  numeric(0xc1, 'i32.extend16_s', ['i32'], 'i32', (a) => `(u32)(s32)(s16)${a}`),
  numeric(0xc2, 'i64.extend8_s', ['i64'], 'i64', (a) => `(u64)(s64)(s8)${a}`),
  numeric(0xc3, 'i64.extend16_s', ['i64'], 'i64', (a) => `(u64)(s64)(s16)${a}`),
  numeric(0xc4, 'i64.extend32_s', ['i64'], 'i64', (a) => `(u64)(s64)(s32)${a}`),
]);

type Entry = [number, Instruction];

function other(names: Record<number, OtherName>): Entry[] {
  return Object.entries(names).map(([opcode, name]) => [Number(opcode), { kind: 'other', name }]);
}

function structure(opcode: number, name: StructureInstruction['name']): Entry {
  return [opcode, { kind: 'structure', name }];
}

function load(opcode: number, name: string, result: ValueType, width: 1 | 2 | 4 | 8, signed = false): Entry {
  return [opcode, { kind: 'load', name, result, width, signed }];
}

function store(opcode: number, name: string, operand: ValueType, width: 1 | 2 | 4 | 8): Entry {
  return [opcode, { kind: 'store', name, operand, width }];
}

function numeric(
  opcode: number,
  name: string,
  operands: ValueType[],
  result: ValueType,
  c: (a: string, b: string) => string,
): Entry {
  return [opcode, { kind: 'numeric', name, operands, result, c }];
}

/** Test, comparisons (from opcode `compare`) and arithmetic (from opcode `arithmetic`) of one integer type. */
function integers(type: ValueType, compare: number, arithmetic: number): Entry[] {
  const [u, s, bits] = type === 'i32' ? ['u32', 's32', 32] : ['u64', 's64', 64];
  const minimum = type === 'i32' ? '0x80000000u' : '0x8000000000000000ul';
  const relation = (i: number, name: string, operator: string, signed: boolean): Entry =>
    numeric(compare + i, `${type}.${name}`, [type, type], 'i32', (a, b) =>
      signed ? `(u32)((${s})${a} ${operator} (${s})${b})` : `(u32)(${a} ${operator} ${b})`,
    );
  const unary = (i: number, name: string, c: (a: string) => string): Entry =>
    numeric(arithmetic + i, `${type}.${name}`, [type], type, c);
  const binary = (i: number, name: string, c: (a: string, b: string) => string): Entry =>
    numeric(arithmetic + i, `${type}.${name}`, [type, type], type, c);
  const division = (
    i: number,
    name: string,
    trap: (a: string, b: string) => string,
    c: (a: string, b: string) => string,
  ): Entry => [arithmetic + i, { kind: 'division', name: `${type}.${name}`, result: type, trap, c }];
  return [
    numeric(compare, `${type}.eqz`, [type], 'i32', (a) => `(u32)(${a} == 0)`),
    relation(1, 'eq', '==', false),
    relation(2, 'ne', '!=', false),
    relation(3, 'lt_s', '<', true),
    relation(4, 'lt_u', '<', false),
    relation(5, 'gt_s', '>', true),
    relation(6, 'gt_u', '>', false),
    relation(7, 'le_s', '<=', true),
    relation(8, 'le_u', '<=', false),
    relation(9, 'ge_s', '>=', true),
    relation(10, 'ge_u', '>=', false),
    unary(0, 'clz', (a) => `clz${bits}(${a})`),
    unary(1, 'ctz', (a) => `ctz${bits}(${a})`),
    unary(2, 'popcnt', (a) => `popcnt${bits}(${a})`),
    binary(3, 'add', (a, b) => `${a} + ${b}`),
    binary(4, 'sub', (a, b) => `${a} - ${b}`),
    binary(5, 'mul', (a, b) => `${a} * ${b}`),
    division(
      6,
      'div_s',
      (a, b) =>
        `if (RARE(${b} == 0)) trap_divide(); if (RARE(${a} == ${minimum} && ${b} == (${u})-1)) trap_overflow();`,
      (a, b) => `(${u})((${s})${a} / (${s})${b})`,
    ),
    division(
      7,
      'div_u',
      (_, b) => `if (RARE(${b} == 0)) trap_divide();`,
      (a, b) => `${a} / ${b}`,
    ),
    division(
      8,
      'rem_s',
      (_, b) => `if (RARE(${b} == 0)) trap_remainder();`,
      // The remainder by -1 is 0 for every dividend; C leaves the smallest one undefined.
      (a, b) => `${b} == (${u})-1 ? 0 : (${u})((${s})${a} % (${s})${b})`,
    ),
    division(
      9,
      'rem_u',
      (_, b) => `if (RARE(${b} == 0)) trap_remainder();`,
      (a, b) => `${a} % ${b}`,
    ),
    binary(10, 'and', (a, b) => `${a} & ${b}`),
    binary(11, 'or', (a, b) => `${a} | ${b}`),
    binary(12, 'xor', (a, b) => `${a} ^ ${b}`),
    binary(13, 'shl', (a, b) => `${a} << (${b} & ${bits - 1})`),
    binary(14, 'shr_s', (a, b) => `(${u})((${s})${a} >> (${b} & ${bits - 1}))`),
    binary(15, 'shr_u', (a, b) => `${a} >> (${b} & ${bits - 1})`),
    binary(16, 'rotl', (a, b) => `rotl${bits}(${a}, ${b})`),
    binary(17, 'rotr', (a, b) => `rotr${bits}(${a}, ${b})`),
  ];
}
