// Reading of single instructions. https://webassembly.github.io/spec/core/binary/instructions.html
import { instructions, type Instruction } from './instructions.js';
import type { ValueType } from './module.js';
import { UnsupportedModuleError, type WasmReader } from './reader.js';

export interface DecodedInstruction {
  /** Position of the opcode in the module. */
  readonly position: number;
  readonly instruction: Instruction;
  /** The index or branch depth that it names; of loads and stores the offset; of `br_table` the default's depth. */
  readonly index: number;
  /** A constant's value, unsigned. */
  readonly value: bigint;
  /** The depths of a `br_table`, without the default. */
  readonly depths: readonly number[];
  /** The result of a block, loop or if. */
  readonly blockResult: ValueType | undefined;
}

/** Reads the next instruction. Throws `UnsupportedModuleError` for one outside the guest's subset. */
export function decodeInstruction(reader: WasmReader): DecodedInstruction {
  const position = reader.position;
  const first = reader.byte();
  const opcode = first === 0xfc ? 0xfc00 + reader.u32() : first;
  const instruction = instructions.get(opcode);
  if (instruction === undefined) {
    throw new UnsupportedModuleError(
      `opcode 0x${opcode.toString(16)} at byte ${position} has no translation ` +
        '(floating point, tables, references, vectors and exceptions have none)',
    );
  }
  let index = 0;
  let value = 0n;
  let depths: number[] = [];
  let blockResult: ValueType | undefined;
  if (instruction.kind === 'load' || instruction.kind === 'store') {
    reader.u32(); // the alignment is a hint only
    index = reader.u32();
  } else if (instruction.kind === 'structure') {
    if (instruction.name !== 'else' && instruction.name !== 'end') blockResult = readBlockResult(reader);
  } else if (instruction.kind === 'other') {
    switch (instruction.name) {
      case 'br':
      case 'br_if':
      case 'call':
      case 'local.get':
      case 'local.set':
      case 'local.tee':
      case 'global.get':
      case 'global.set':
        index = reader.u32();
        break;
      case 'br_table':
        depths = reader.vector(() => reader.u32());
        index = reader.u32();
        break;
      case 'call_indirect':
        index = reader.u32();
        readZero(reader);
        break;
      case 'select_typed':
        reader.vector(() => reader.byte());
        break;
      case 'memory.size':
      case 'memory.grow':
      case 'memory.fill':
        readZero(reader);
        break;
      case 'memory.copy':
        readZero(reader);
        readZero(reader);
        break;
      case 'i32.const':
        value = BigInt.asUintN(32, reader.signed());
        break;
      case 'i64.const':
        value = BigInt.asUintN(64, reader.signed());
        break;
      default:
        break;
    }
  }
  return { position, instruction, index, value, depths, blockResult };
}

/** All instructions of a function's body, up to its last `end`. */
export function* decodeBody(reader: WasmReader): Generator<DecodedInstruction> {
  while (!reader.done) yield decodeInstruction(reader);
}

/** The index of a memory or table: there is one of each. */
function readZero(reader: WasmReader): void {
  if (reader.byte() !== 0) throw new UnsupportedModuleError('a second memory or table');
}

function readBlockResult(reader: WasmReader): ValueType | undefined {
  const byte = reader.byte();
  if (byte === 0x40) return undefined;
  if (byte === 0x7f) return 'i32';
  if (byte === 0x7e) return 'i64';
  throw new UnsupportedModuleError('a block with parameters, with several results or of floating point');
}
