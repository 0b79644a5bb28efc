// The instruction table: one row an opcode, whence block analysis takes gas and stack bounds (analysis.ts) and which the
// interpreter's cases are named after. Static gas is the same in all covered revisions; what grew is the set of opcodes.
import { Revision } from './revisions';

export const enum Op {
  STOP = 0x00,
  ADD = 0x01,
  MUL = 0x02,
  SUB = 0x03,
  DIV = 0x04,
  SDIV = 0x05,
  MOD = 0x06,
  SMOD = 0x07,
  ADDMOD = 0x08,
  MULMOD = 0x09,
  EXP = 0x0a,
  SIGNEXTEND = 0x0b,
  LT = 0x10,
  GT = 0x11,
  SLT = 0x12,
  SGT = 0x13,
  EQ = 0x14,
  ISZERO = 0x15,
  AND = 0x16,
  OR = 0x17,
  XOR = 0x18,
  NOT = 0x19,
  BYTE = 0x1a,
  SHL = 0x1b,
  SHR = 0x1c,
  SAR = 0x1d,
  CLZ = 0x1e,
  KECCAK256 = 0x20,
  ADDRESS = 0x30,
  BALANCE = 0x31,
  ORIGIN = 0x32,
  CALLER = 0x33,
  CALLVALUE = 0x34,
  CALLDATALOAD = 0x35,
  CALLDATASIZE = 0x36,
  CALLDATACOPY = 0x37,
  CODESIZE = 0x38,
  CODECOPY = 0x39,
  GASPRICE = 0x3a,
  EXTCODESIZE = 0x3b,
  EXTCODECOPY = 0x3c,
  RETURNDATASIZE = 0x3d,
  RETURNDATACOPY = 0x3e,
  EXTCODEHASH = 0x3f,
  BLOCKHASH = 0x40,
  COINBASE = 0x41,
  TIMESTAMP = 0x42,
  NUMBER = 0x43,
  PREVRANDAO = 0x44,
  GASLIMIT = 0x45,
  CHAINID = 0x46,
  SELFBALANCE = 0x47,
  BASEFEE = 0x48,
  BLOBHASH = 0x49,
  BLOBBASEFEE = 0x4a,
  POP = 0x50,
  MLOAD = 0x51,
  MSTORE = 0x52,
  MSTORE8 = 0x53,
  SLOAD = 0x54,
  SSTORE = 0x55,
  JUMP = 0x56,
  JUMPI = 0x57,
  PC = 0x58,
  MSIZE = 0x59,
  GAS = 0x5a,
  JUMPDEST = 0x5b,
  TLOAD = 0x5c,
  TSTORE = 0x5d,
  MCOPY = 0x5e,
  PUSH0 = 0x5f,
  PUSH1 = 0x60,
  PUSH2 = 0x61,
  PUSH3 = 0x62,
  PUSH4 = 0x63,
  PUSH5 = 0x64,
  PUSH6 = 0x65,
  PUSH7 = 0x66,
  PUSH8 = 0x67,
  PUSH9 = 0x68,
  PUSH10 = 0x69,
  PUSH11 = 0x6a,
  PUSH12 = 0x6b,
  PUSH13 = 0x6c,
  PUSH14 = 0x6d,
  PUSH15 = 0x6e,
  PUSH16 = 0x6f,
  PUSH17 = 0x70,
  PUSH18 = 0x71,
  PUSH19 = 0x72,
  PUSH20 = 0x73,
  PUSH21 = 0x74,
  PUSH22 = 0x75,
  PUSH23 = 0x76,
  PUSH24 = 0x77,
  PUSH25 = 0x78,
  PUSH26 = 0x79,
  PUSH27 = 0x7a,
  PUSH28 = 0x7b,
  PUSH29 = 0x7c,
  PUSH30 = 0x7d,
  PUSH31 = 0x7e,
  PUSH32 = 0x7f,
  DUP1 = 0x80,
  DUP2 = 0x81,
  DUP3 = 0x82,
  DUP4 = 0x83,
  DUP5 = 0x84,
  DUP6 = 0x85,
  DUP7 = 0x86,
  DUP8 = 0x87,
  DUP9 = 0x88,
  DUP10 = 0x89,
  DUP11 = 0x8a,
  DUP12 = 0x8b,
  DUP13 = 0x8c,
  DUP14 = 0x8d,
  DUP15 = 0x8e,
  DUP16 = 0x8f,
  SWAP1 = 0x90,
  SWAP2 = 0x91,
  SWAP3 = 0x92,
  SWAP4 = 0x93,
  SWAP5 = 0x94,
  SWAP6 = 0x95,
  SWAP7 = 0x96,
  SWAP8 = 0x97,
  SWAP9 = 0x98,
  SWAP10 = 0x99,
  SWAP11 = 0x9a,
  SWAP12 = 0x9b,
  SWAP13 = 0x9c,
  SWAP14 = 0x9d,
  SWAP15 = 0x9e,
  SWAP16 = 0x9f,
  LOG0 = 0xa0,
  LOG1 = 0xa1,
  LOG2 = 0xa2,
  LOG3 = 0xa3,
  LOG4 = 0xa4,
  CREATE = 0xf0,
  CALL = 0xf1,
  CALLCODE = 0xf2,
  RETURN = 0xf3,
  DELEGATECALL = 0xf4,
  CREATE2 = 0xf5,
  STATICCALL = 0xfa,
  REVERT = 0xfd,
  INVALID = 0xfe,
  SELFDESTRUCT = 0xff,
}

/**
 * Whether the block of instructions ends with this one: because control leaves it, or because it looks at the gas left,
 * which is exact only where a block begins.
 */
// @ts-ignore: decorator
@inline const FLOWS: i32 = 0;
// @ts-ignore: decorator
@inline const ENDS: i32 = 1;

// @ts-ignore: decorator
@inline const COLUMNS: i32 = 6;

// Opcode, static gas, items taken from the stack, items put on it, the revision that brought it, whether it ends a
// block. PUSH1..32, DUP1..16, SWAP1..16 and LOG0..4 follow their rule in `select`.
// prettier-ignore
const TABLE: StaticArray<i32> = [
  Op.STOP, 0, 0, 0, Revision.Paris, ENDS,
  Op.ADD, 3, 2, 1, Revision.Paris, FLOWS,
  Op.MUL, 5, 2, 1, Revision.Paris, FLOWS,
  Op.SUB, 3, 2, 1, Revision.Paris, FLOWS,
  Op.DIV, 5, 2, 1, Revision.Paris, FLOWS,
  Op.SDIV, 5, 2, 1, Revision.Paris, FLOWS,
  Op.MOD, 5, 2, 1, Revision.Paris, FLOWS,
  Op.SMOD, 5, 2, 1, Revision.Paris, FLOWS,
  Op.ADDMOD, 8, 3, 1, Revision.Paris, FLOWS,
  Op.MULMOD, 8, 3, 1, Revision.Paris, FLOWS,
  Op.EXP, 10, 2, 1, Revision.Paris, FLOWS,
  Op.SIGNEXTEND, 5, 2, 1, Revision.Paris, FLOWS,
  Op.LT, 3, 2, 1, Revision.Paris, FLOWS,
  Op.GT, 3, 2, 1, Revision.Paris, FLOWS,
  Op.SLT, 3, 2, 1, Revision.Paris, FLOWS,
  Op.SGT, 3, 2, 1, Revision.Paris, FLOWS,
  Op.EQ, 3, 2, 1, Revision.Paris, FLOWS,
  Op.ISZERO, 3, 1, 1, Revision.Paris, FLOWS,
  Op.AND, 3, 2, 1, Revision.Paris, FLOWS,
  Op.OR, 3, 2, 1, Revision.Paris, FLOWS,
  Op.XOR, 3, 2, 1, Revision.Paris, FLOWS,
  Op.NOT, 3, 1, 1, Revision.Paris, FLOWS,
  Op.BYTE, 3, 2, 1, Revision.Paris, FLOWS,
  Op.SHL, 3, 2, 1, Revision.Paris, FLOWS,
  Op.SHR, 3, 2, 1, Revision.Paris, FLOWS,
  Op.SAR, 3, 2, 1, Revision.Paris, FLOWS,
  Op.CLZ, 5, 1, 1, Revision.Osaka, FLOWS,
  Op.KECCAK256, 30, 2, 1, Revision.Paris, FLOWS,
  Op.ADDRESS, 2, 0, 1, Revision.Paris, FLOWS,
  Op.BALANCE, 100, 1, 1, Revision.Paris, FLOWS,
  Op.ORIGIN, 2, 0, 1, Revision.Paris, FLOWS,
  Op.CALLER, 2, 0, 1, Revision.Paris, FLOWS,
  Op.CALLVALUE, 2, 0, 1, Revision.Paris, FLOWS,
  Op.CALLDATALOAD, 3, 1, 1, Revision.Paris, FLOWS,
  Op.CALLDATASIZE, 2, 0, 1, Revision.Paris, FLOWS,
  Op.CALLDATACOPY, 3, 3, 0, Revision.Paris, FLOWS,
  Op.CODESIZE, 2, 0, 1, Revision.Paris, FLOWS,
  Op.CODECOPY, 3, 3, 0, Revision.Paris, FLOWS,
  Op.GASPRICE, 2, 0, 1, Revision.Paris, FLOWS,
  Op.EXTCODESIZE, 100, 1, 1, Revision.Paris, FLOWS,
  Op.EXTCODECOPY, 100, 4, 0, Revision.Paris, FLOWS,
  Op.RETURNDATASIZE, 2, 0, 1, Revision.Paris, FLOWS,
  Op.RETURNDATACOPY, 3, 3, 0, Revision.Paris, FLOWS,
  Op.EXTCODEHASH, 100, 1, 1, Revision.Paris, FLOWS,
  Op.BLOCKHASH, 20, 1, 1, Revision.Paris, FLOWS,
  Op.COINBASE, 2, 0, 1, Revision.Paris, FLOWS,
  Op.TIMESTAMP, 2, 0, 1, Revision.Paris, FLOWS,
  Op.NUMBER, 2, 0, 1, Revision.Paris, FLOWS,
  Op.PREVRANDAO, 2, 0, 1, Revision.Paris, FLOWS,
  Op.GASLIMIT, 2, 0, 1, Revision.Paris, FLOWS,
  Op.CHAINID, 2, 0, 1, Revision.Paris, FLOWS,
  Op.SELFBALANCE, 5, 0, 1, Revision.Paris, FLOWS,
  Op.BASEFEE, 2, 0, 1, Revision.Paris, FLOWS,
  Op.BLOBHASH, 3, 1, 1, Revision.Cancun, FLOWS,
  Op.BLOBBASEFEE, 2, 0, 1, Revision.Cancun, FLOWS,
  Op.POP, 2, 1, 0, Revision.Paris, FLOWS,
  Op.MLOAD, 3, 1, 1, Revision.Paris, FLOWS,
  Op.MSTORE, 3, 2, 0, Revision.Paris, FLOWS,
  Op.MSTORE8, 3, 2, 0, Revision.Paris, FLOWS,
  Op.SLOAD, 0, 1, 1, Revision.Paris, FLOWS,
  Op.SSTORE, 0, 2, 0, Revision.Paris, ENDS,
  Op.JUMP, 8, 1, 0, Revision.Paris, ENDS,
  Op.JUMPI, 10, 2, 0, Revision.Paris, ENDS,
  Op.PC, 2, 0, 1, Revision.Paris, FLOWS,
  Op.MSIZE, 2, 0, 1, Revision.Paris, FLOWS,
  Op.GAS, 2, 0, 1, Revision.Paris, ENDS,
  Op.JUMPDEST, 1, 0, 0, Revision.Paris, FLOWS,
  Op.TLOAD, 100, 1, 1, Revision.Cancun, FLOWS,
  Op.TSTORE, 100, 2, 0, Revision.Cancun, FLOWS,
  Op.MCOPY, 3, 3, 0, Revision.Cancun, FLOWS,
  Op.PUSH0, 2, 0, 1, Revision.Shanghai, FLOWS,
  Op.CREATE, 32000, 3, 1, Revision.Paris, ENDS,
  Op.CALL, 100, 7, 1, Revision.Paris, ENDS,
  Op.CALLCODE, 100, 7, 1, Revision.Paris, ENDS,
  Op.RETURN, 0, 2, 0, Revision.Paris, ENDS,
  Op.DELEGATECALL, 100, 6, 1, Revision.Paris, ENDS,
  Op.CREATE2, 32000, 4, 1, Revision.Paris, ENDS,
  Op.STATICCALL, 100, 6, 1, Revision.Paris, ENDS,
  Op.REVERT, 0, 2, 0, Revision.Paris, ENDS,
  Op.SELFDESTRUCT, 5000, 1, 0, Revision.Paris, ENDS,
];

/**
 * The selected revision's table, 256 entries of u32: static gas (bits 0 to 14), items taken (15 to 19), items put (20 to
 * 24), bytes that the instruction takes with its data (25 to 30), whether it ends a block (31). An opcode that the
 * revision lacks, INVALID among them, ends a block and asks for nothing: the interpreter meets it and fails.
 */
// @ts-ignore: decorator
@lazy export const SELECTED: usize = memory.data(1024, 8);

/** The fields of the entry of an opcode. */
// @ts-ignore: decorator
@inline
export function entryOf(op: u32): u32 {
  return load<u32>(SELECTED + ((<usize>op) << 2));
}
// @ts-ignore: decorator
@inline
export function gasOf(entry: u32): u32 {
  return entry & 0x7fff;
}
// @ts-ignore: decorator
@inline
export function takenOf(entry: u32): i32 {
  return (entry >> 15) & 31;
}
// @ts-ignore: decorator
@inline
export function givenOf(entry: u32): i32 {
  return (entry >> 20) & 31;
}
// @ts-ignore: decorator
@inline
export function lengthOf(entry: u32): u32 {
  return (entry >> 25) & 63;
}
// @ts-ignore: decorator
@inline
export function endsBlock(entry: u32): bool {
  return <i32>entry < 0;
}

let selected: i32 = -1;

/** The revision whose table is selected. */
// @ts-ignore: decorator
@inline
export function selectedRevision(): Revision {
  return <Revision>selected;
}

/** Makes `revision` the one whose rules hold. */
export function select(revision: Revision): void {
  if (selected == <i32>revision) return;
  selected = revision;
  for (let op: u32 = 0; op < 256; op++) put(op, 0, 0, 0, ENDS);
  for (let i = 0; i < TABLE.length; i += COLUMNS) {
    if (<i32>TABLE[i + 4] > selected) continue;
    put(TABLE[i], TABLE[i + 1], TABLE[i + 2], TABLE[i + 3], TABLE[i + 5]);
  }
  for (let n: u32 = 1; n <= 32; n++) put(Op.PUSH1 + n - 1, 3, 0, 1, FLOWS);
  for (let n: u32 = 1; n <= 16; n++) put(Op.DUP1 + n - 1, 3, n, n + 1, FLOWS);
  for (let n: u32 = 1; n <= 16; n++) put(Op.SWAP1 + n - 1, 3, n + 1, n + 1, FLOWS);
  for (let n: u32 = 0; n <= 4; n++) put(Op.LOG0 + n, 375 + 375 * n, n + 2, 0, FLOWS);
}

function put(op: u32, gas: u32, taken: u32, given: u32, ends: u32): void {
  const data = op - Op.PUSH1 < 32 ? op - Op.PUSH0 : 0;
  store<u32>(SELECTED + ((<usize>op) << 2), gas | (taken << 15) | (given << 20) | ((1 + data) << 25) | (ends << 31));
}
