// Writes small WebAssembly modules for the tests. https://webassembly.github.io/spec/core/binary/index.html
import type { FunctionType, ValueType } from '../src/wasm/module.js';

/** Bytes of instructions. */
export type Code = readonly number[];

export interface BuiltFunction {
  readonly name: string;
  readonly type: FunctionType;
  readonly locals?: readonly ValueType[];
  /** Without the final `end`. */
  readonly code: Code;
}

export interface BuiltModule {
  /** Of module `env`; they come first in the index space. */
  readonly imports: readonly { readonly name: string; readonly type: FunctionType }[];
  readonly functions: readonly BuiltFunction[];
  readonly memory: { readonly minimum: number; readonly maximum?: number };
  readonly globals?: readonly { readonly type: ValueType; readonly initial: bigint }[];
  /** Function indexes; undefined for an empty slot. */
  readonly table?: readonly (number | undefined)[];
  readonly data?: readonly { readonly address: number; readonly bytes: readonly number[] }[];
  /** Index of the function exported as `main`. */
  readonly main: number;
}

/** The imports of packages/program/ABI.md, at indexes 0 to 6. */
export const abi = {
  preimage_open: 0,
  preimage_read: 1,
  hint: 2,
  write: 3,
  exit: 4,
  mul_high: 5,
  keccak256: 6,
} as const;

export const abiImports: BuiltModule['imports'] = [
  { name: 'preimage_open', type: { params: ['i32'], result: 'i64' } },
  { name: 'preimage_read', type: { params: ['i32', 'i32'], result: undefined } },
  { name: 'hint', type: { params: ['i32', 'i32'], result: undefined } },
  { name: 'write', type: { params: ['i32', 'i32', 'i32'], result: undefined } },
  { name: 'exit', type: { params: ['i32'], result: undefined } },
  { name: 'mul_high', type: { params: ['i64', 'i64'], result: 'i64' } },
  { name: 'keccak256', type: { params: ['i32', 'i32', 'i32'], result: undefined } },
];

export const none: FunctionType = { params: [], result: undefined };

export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest % 128) + (rest >= 128 ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return bytes;
}

export function signed(value: bigint): number[] {
  const bytes: number[] = [];
  for (let rest = value; ;) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    if ((rest === 0n && low < 64) || (rest === -1n && low >= 64)) return [...bytes, low];
    bytes.push(low | 128);
  }
}

export const drop = 0x1a;
// What `access` takes.
export const load8 = 0x2d;
export const load32 = 0x28;
export const load64 = 0x29;
export const store8 = 0x3a;
export const store32 = 0x36;
export const store64 = 0x37;

/** Instructions that belong together. */
export const line = (...bytes: number[]): Code => bytes;
export const i32 = (value: number): Code => [0x41, ...signed(BigInt(value | 0))];
export const i64 = (value: bigint): Code => [0x42, ...signed(BigInt.asIntN(64, value))];
export const call = (index: number): Code => [0x10, ...unsigned(index)];
export const localGet = (index: number): Code => [0x20, ...unsigned(index)];
export const localSet = (index: number): Code => [0x21, ...unsigned(index)];
/** A load or store: opcode, alignment 1, offset. */
export const access = (opcode: number, offset = 0): Code => [opcode, 0, ...unsigned(offset)];

const typeByte = { i32: 0x7f, i64: 0x7e } as const;

export function buildModule(module: BuiltModule): Uint8Array {
  const types: string[] = [];
  const typeIndex = ({ params, result }: FunctionType): number => {
    const bytes = [
      0x60,
      ...vector(params.map((type) => [typeByte[type]])),
      ...vector(result === undefined ? [] : [[typeByte[result]]]),
    ];
    const key = bytes.join(' ');
    if (!types.includes(key)) types.push(key);
    return types.indexOf(key);
  };
  const imports = module.imports.map(({ name, type }) => [
    ...text('env'),
    ...text(name),
    0,
    ...unsigned(typeIndex(type)),
  ]);
  const functions = module.functions.map(({ type }) => unsigned(typeIndex(type)));
  const bodies = module.functions.map(({ locals = [], code }) => {
    const body = [...vector(locals.map((type) => [1, typeByte[type]])), ...code, 0x0b];
    return [...unsigned(body.length), ...body];
  });
  const { minimum, maximum } = module.memory;
  const limits = maximum === undefined ? [0, ...unsigned(minimum)] : [1, ...unsigned(minimum), ...unsigned(maximum)];
  const globals = (module.globals ?? []).map(({ type, initial }) => [
    typeByte[type],
    1,
    ...(type === 'i32' ? i32(Number(BigInt.asIntN(32, initial))) : i64(initial)),
    0x0b,
  ]);
  const table = module.table ?? [];
  const elements = table.flatMap((index, slot) =>
    index === undefined ? [] : [[0, ...i32(slot), 0x0b, 1, ...unsigned(index)]],
  );
  const data = (module.data ?? []).map(({ address, bytes }) => [
    0,
    ...i32(address),
    0x0b,
    ...unsigned(bytes.length),
    ...bytes,
  ]);
  const names = module.functions.map(({ name }, i) => [...unsigned(module.imports.length + i), ...text(name)]);
  const nameSection = vector(names);
  return Uint8Array.from([
    ...line(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00),
    ...section(1, vector(types.map((type) => type.split(' ').map(Number)))),
    ...section(2, vector(imports)),
    ...section(3, vector(functions)),
    ...section(4, vector([[0x70, 0, ...unsigned(table.length)]])),
    ...section(5, vector([limits])),
    ...section(6, vector(globals)),
    ...section(
      7,
      vector([
        [...text('memory'), 2, 0],
        [...text('main'), 0, ...unsigned(module.main)],
      ]),
    ),
    ...section(9, vector(elements)),
    ...section(10, vector(bodies)),
    ...section(11, vector(data)),
    ...section(0, [...text('name'), 1, ...unsigned(nameSection.length), ...nameSection]),
  ]);
}

function section(id: number, content: Code): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function vector(elements: readonly Code[]): number[] {
  return [...unsigned(elements.length), ...elements.flat()];
}

function text(value: string): number[] {
  const bytes = [...new TextEncoder().encode(value)];
  return [...unsigned(bytes.length), ...bytes];
}
