// WebAssembly's binary format, appended to one buffer.
// https://webassembly.github.io/spec/core/binary/index.html
import { OUTPUT } from './scratch';

export const I32: u32 = 0x7f;
export const I64: u32 = 0x7e;
export const VOID: u32 = 0x40;

/** Instructions. Loads and stores have alignment (as a hint: 0) and offset behind them. */
export const enum W {
  Unreachable = 0x00,
  Block = 0x02,
  Loop = 0x03,
  If = 0x04,
  Else = 0x05,
  End = 0x0b,
  Br = 0x0c,
  BrIf = 0x0d,
  Return = 0x0f,
  Call = 0x10,
  CallIndirect = 0x11,
  ReturnCall = 0x12,
  ReturnCallIndirect = 0x13,
  Drop = 0x1a,
  Select = 0x1b,
  Get = 0x20,
  Set = 0x21,
  Tee = 0x22,
  I32Load = 0x28,
  I64Load = 0x29,
  I32Load8U = 0x2d,
  I32Load16U = 0x2f,
  I64Load8S = 0x30,
  I64Load8U = 0x31,
  I64Load16S = 0x32,
  I64Load16U = 0x33,
  I64Load32S = 0x34,
  I64Load32U = 0x35,
  I32Store = 0x36,
  I64Store = 0x37,
  I32Store8 = 0x3a,
  I64Store8 = 0x3c,
  I64Store16 = 0x3d,
  I64Store32 = 0x3e,
  I32Const = 0x41,
  I64Const = 0x42,
  I32Eqz = 0x45,
  I32Eq = 0x46,
  I64Eqz = 0x50,
  I64Eq = 0x51,
  I64Ne = 0x52,
  I64LtS = 0x53,
  I64LtU = 0x54,
  I64GtS = 0x55,
  I64GtU = 0x56,
  I64GeS = 0x59,
  I64GeU = 0x5a,
  I32LtS = 0x48,
  I32Ctz = 0x68,
  I32Add = 0x6a,
  I32Sub = 0x6b,
  I32Mul = 0x6c,
  I32And = 0x71,
  I32Or = 0x72,
  I32Shl = 0x74,
  I32ShrS = 0x75,
  I32ShrU = 0x76,
  I64Add = 0x7c,
  I64Sub = 0x7d,
  I64Mul = 0x7e,
  I64DivS = 0x7f,
  I64DivU = 0x80,
  I64RemS = 0x81,
  I64RemU = 0x82,
  I64And = 0x83,
  I64Or = 0x84,
  I64Xor = 0x85,
  I64Shl = 0x86,
  I64ShrS = 0x87,
  I64ShrU = 0x88,
  I32WrapI64 = 0xa7,
  I64ExtendI32S = 0xac,
  I64ExtendI32U = 0xad,
  I64Extend8S = 0xc2,
  I64Extend16S = 0xc3,
}

let at: usize = OUTPUT;
/** Blocks, loops and ifs that are open in the function at hand. */
let nesting: i32 = 0;

/** Address behind the last byte. */
export function here(): usize {
  return at;
}

/** Goes on writing elsewhere. */
export function moveTo(address: usize): void {
  at = address;
}


@inline
export function byte(value: u32): void {
  store<u8>(at++, <u8>value);
}


@inline
export function op(code: W): void {
  byte(code);
}


@inline
export function op2(first: W, second: W): void {
  store<u16>(at, <u16>((<u32>first) | ((<u32>second) << 8)));
  at += 2;
}


@inline
export function op3(first: W, second: W, third: W): void {
  op2(first, second);
  byte(third);
}

export function unsigned(value: u32): void {
  let rest = value;
  while (rest >= 0x80) {
    byte((rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  byte(rest);
}

function signed(value: i64): void {
  let rest = value;
  while (rest < -0x40 || rest >= 0x40) {
    byte(((<u32>rest) & 0x7f) | 0x80);
    rest >>= 7;
  }
  byte((<u32>rest) & 0x7f);
}

/** A number whose value is filled in later, by `patch` with the same number of bytes. */
export function placeholder(bytes: i32): usize {
  const start = at;
  at += bytes;
  return start;
}

/** Fills in a placeholder: LEB128 may be longer than need be. */
export function patch(start: usize, bytes: i32, value: u32): void {
  let rest = value;
  for (let i = 0; i < bytes - 1; i++) {
    store<u8>(start + i, <u8>((rest & 0x7f) | 0x80));
    rest >>= 7;
  }
  store<u8>(start + bytes - 1, <u8>(rest & 0x7f));
}

export function i32Const(value: i32): void {
  op(W.I32Const);
  signed(<i64>value);
}

export function i64Const(value: i64): void {
  op(W.I64Const);
  signed(value);
}


@inline
export function get(local: u32): void {
  op(W.Get);
  unsigned(local);
}


@inline
export function set(local: u32): void {
  op(W.Set);
  unsigned(local);
}


@inline
export function tee(local: u32): void {
  op(W.Tee);
  unsigned(local);
}

/** A load or store at the address on the stack plus `offset`. */
export function access(code: W, offset: u32): void {
  op2(code, 0);
  unsigned(offset);
}

/** A load from a constant address. */
export function loadFrom(code: W, address: usize): void {
  op2(W.I32Const, 0);
  access(code, <u32>address);
}

/** Opens a block, loop or if; returns what branches to it name it by. */
export function open(code: W, type: u32): i32 {
  op(code);
  byte(type);
  return ++nesting;
}

export function close(): void {
  nesting -= 1;
  op(W.End);
}

/** A branch to an open block, by its name. */
export function branch(code: W, label: i32): void {
  op(code);
  unsigned(nesting - label);
}

/** The function type `type`'s function in the table's slot on the stack. */
export function callIndirect(code: W, type: u32): void {
  op(code);
  unsigned(type);
  byte(0);
}
