// A WebAssembly module as plain data: the subset the guest is built from (MVP integers, sign extension, mutable
// globals, bulk memory). https://webassembly.github.io/spec/core/binary/modules.html
import { UnsupportedModuleError, WasmReader } from './reader.js';

export type ValueType = 'i32' | 'i64';

export interface FunctionType {
  readonly params: readonly ValueType[];
  /** Undefined where nothing is returned. */
  readonly result: ValueType | undefined;
}

export interface FunctionImport {
  readonly module: string;
  readonly name: string;
  readonly type: FunctionType;
}

export interface WasmFunction {
  readonly type: FunctionType;
  /** Types of the locals after the parameters. */
  readonly locals: readonly ValueType[];
  /** The instructions, as a reader at the first one; the last one is the function's `end`. */
  readonly body: () => WasmReader;
}

export interface WasmGlobal {
  readonly type: ValueType;
  readonly mutable: boolean;
  readonly initial: bigint;
}

export interface DataSegment {
  /** Address it is copied to at instantiation; undefined for a passive segment. */
  readonly address: number | undefined;
  readonly bytes: Uint8Array;
}

export interface WasmModule {
  readonly types: readonly FunctionType[];
  /** Functions of the index space before `functions`. */
  readonly imports: readonly FunctionImport[];
  readonly functions: readonly WasmFunction[];
  /** In 64 KiB pages. */
  readonly memory: { readonly minimum: number; readonly maximum: number };
  readonly globals: readonly WasmGlobal[];
  /** Function index of each table slot, -1 for none. */
  readonly table: readonly number[];
  readonly data: readonly DataSegment[];
  readonly exports: ReadonlyMap<string, { readonly kind: 'function' | 'memory' | 'other'; readonly index: number }>;
  readonly start: number | undefined;
  /** Names of the name section by function index. */
  readonly names: ReadonlyMap<number, string>;
}

const section = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
} as const;

const MAGIC = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/**
 * Decodes a module. It must be valid WebAssembly (an engine's validation comes first); what is valid but outside the
 * guest's subset throws `UnsupportedModuleError` with the name of the feature.
 */
export function decodeModule(bytes: Uint8Array): WasmModule {
  const reader = new WasmReader(bytes);
  for (const byte of MAGIC) {
    if (reader.byte() !== byte)
      throw new UnsupportedModuleError('not a WebAssembly 1.0 module: its first bytes differ');
  }
  let types: FunctionType[] = [];
  let imports: FunctionImport[] = [];
  let typeIndexes: number[] = [];
  let tableSize = 0;
  const memories: { minimum: number; maximum: number }[] = [];
  let globals: WasmGlobal[] = [];
  const exports = new Map<string, { kind: 'function' | 'memory' | 'other'; index: number }>();
  let start: number | undefined;
  const elements: { offset: number; functions: number[] }[] = [];
  let functions: WasmFunction[] = [];
  let data: DataSegment[] = [];
  const names = new Map<number, string>();

  const typeAt = (index: number): FunctionType => {
    const type = types[index];
    if (type === undefined) throw new UnsupportedModuleError(`type ${index} is missing`);
    return type;
  };

  while (!reader.done) {
    const id = reader.byte();
    const body = reader.section(reader.u32());
    switch (id) {
      case section.custom:
        if (body.name() === 'name') readNames(body, names);
        break;
      case section.type:
        types = body.vector(() => readFunctionType(body));
        break;
      case section.import:
        imports = body.vector(() => readImport(body, typeAt));
        break;
      case section.function:
        typeIndexes = body.vector(() => body.u32());
        break;
      case section.table:
        body.vector((index) => {
          if (index > 0) throw new UnsupportedModuleError('more than one table');
          if (body.byte() !== 0x70) throw new UnsupportedModuleError('a table of other references than functions');
          tableSize = readLimits(body).minimum;
        });
        break;
      case section.memory:
        body.vector(() => memories.push(readLimits(body)));
        break;
      case section.global:
        globals = body.vector(() => {
          const type = readValueType(body);
          const mutable = body.byte() === 1;
          return { type, mutable, initial: readConstant(body) };
        });
        break;
      case section.export:
        body.vector(() => {
          const name = body.name();
          const kind = body.byte();
          exports.set(name, { kind: kind === 0 ? 'function' : kind === 2 ? 'memory' : 'other', index: body.u32() });
        });
        break;
      case section.start:
        start = body.u32();
        break;
      case section.element:
        body.vector(() => {
          if (body.u32() !== 0)
            throw new UnsupportedModuleError('an element segment that is not active and of functions');
          elements.push({ offset: Number(readConstant(body)), functions: body.vector(() => body.u32()) });
        });
        break;
      case section.code:
        functions = body.vector((index) => {
          const code = body.section(body.u32());
          const locals: ValueType[] = [];
          code.vector(() => {
            const count = code.u32();
            const type = readValueType(code);
            for (let i = 0; i < count; i += 1) locals.push(type);
          });
          const { position, end } = code;
          const typeIndex = typeIndexes[index];
          if (typeIndex === undefined) throw new UnsupportedModuleError('more function bodies than functions');
          return { type: typeAt(typeIndex), locals, body: () => new WasmReader(bytes, position, end) };
        });
        break;
      case section.data:
        data = body.vector(() => {
          const kind = body.u32();
          if (kind > 1) throw new UnsupportedModuleError('a data segment for another memory than the first');
          const address = kind === 0 ? Number(readConstant(body)) : undefined;
          return { address, bytes: body.take(body.u32()) };
        });
        break;
      case section.dataCount:
        break;
      default:
        throw new UnsupportedModuleError(`section ${id}`);
    }
  }

  const [memory, second] = memories;
  if (memory === undefined) throw new UnsupportedModuleError('the module declares no memory of its own');
  if (second !== undefined) throw new UnsupportedModuleError('more than one memory');
  const table = Array.from({ length: tableSize }, () => -1);
  for (const { offset, functions: indexes } of elements) {
    if (offset + indexes.length > tableSize) throw new UnsupportedModuleError('an element segment beyond its table');
    indexes.forEach((functionIndex, i) => (table[offset + i] = functionIndex));
  }
  for (const { address, bytes: segment } of data) {
    if (address !== undefined && address + segment.length > memory.minimum * 65536) {
      throw new UnsupportedModuleError('a data segment beyond the initial memory');
    }
  }
  return { types, imports, functions, memory, globals, table, data, exports, start, names };
}

function readValueType(reader: WasmReader): ValueType {
  const byte = reader.byte();
  if (byte === 0x7f) return 'i32';
  if (byte === 0x7e) return 'i64';
  const name = { 0x7d: 'f32', 0x7c: 'f64', 0x7b: 'v128', 0x70: 'funcref', 0x6f: 'externref' }[byte];
  throw new UnsupportedModuleError(
    `a value of type ${name ?? `0x${byte.toString(16)}`}: only i32 and i64 are supported`,
  );
}

function readFunctionType(reader: WasmReader): FunctionType {
  if (reader.byte() !== 0x60) throw new UnsupportedModuleError('a type that is not a function type');
  const params = reader.vector(() => readValueType(reader));
  const results = reader.vector(() => readValueType(reader));
  if (results.length > 1) throw new UnsupportedModuleError('a function with more than one result');
  return { params, result: results[0] };
}

function readImport(reader: WasmReader, typeAt: (index: number) => FunctionType): FunctionImport {
  const module = reader.name();
  const name = reader.name();
  const kind = reader.byte();
  if (kind !== 0) throw new UnsupportedModuleError(`the import ${module}.${name}, which is not a function`);
  return { module, name, type: typeAt(reader.u32()) };
}

function readLimits(reader: WasmReader): { minimum: number; maximum: number } {
  const flags = reader.byte();
  if (flags > 1) throw new UnsupportedModuleError('a shared or 64-bit memory or table');
  const minimum = reader.u32();
  return { minimum, maximum: flags === 1 ? reader.u32() : Infinity };
}

/** A constant expression. Globals as initial values are not supported: no import can provide one. */
function readConstant(reader: WasmReader): bigint {
  const opcode = reader.byte();
  if (opcode !== 0x41 && opcode !== 0x42) {
    throw new UnsupportedModuleError(`opcode 0x${opcode.toString(16)} in a constant expression`);
  }
  const value = reader.signed();
  if (reader.byte() !== 0x0b) throw new UnsupportedModuleError('an extended constant expression');
  return opcode === 0x41 ? BigInt.asUintN(32, value) : BigInt.asUintN(64, value);
}

function readNames(reader: WasmReader, names: Map<number, string>): void {
  while (!reader.done) {
    const id = reader.byte();
    const body = reader.section(reader.u32());
    if (id === 1) body.vector(() => names.set(body.u32(), body.name()));
  }
}
