// A whole WebAssembly module as C: `module.h` for the runtime and `module.c`, which the cross compiler makes an ELF of.
import type { FunctionType, WasmModule } from '../wasm/module.js';
import { UnsupportedModuleError } from '../wasm/reader.js';
import { recursiveFunctions } from './call-graph.js';
import { cType, prototype, translateFunction, type FunctionContext } from './function.js';

/** Bytes of a page of linear memory. */
const PAGE = 65536;

/** Pages that a memory may have at most that is one piece: it starts at address 0 and must end below stack and code. */
export const NEAR_PAGES = 31488;

/** Pages of a memory of two parts, the near one and another from 2 GiB on: all that a 32-bit address reaches. */
export const ALL_PAGES = 65536;

/** The imports that the runtime implements, with their types. */
const imports: ReadonlyMap<string, string> = new Map([
  ['preimage_open', 'i32 -> i64'],
  ['preimage_read', 'i32 i32 -> '],
  ['hint', 'i32 i32 -> '],
  ['write', 'i32 i32 i32 -> '],
  ['exit', 'i32 -> '],
  ['mul_high', 'i64 i64 -> i64'],
  ['keccak256', 'i32 i32 i32 -> '],
]);

export interface TranslatedModule {
  /** The module's sizes and entry, which the runtime is compiled with. */
  readonly header: string;
  readonly source: string;
  /** Where the initial content of the linear memory starts. */
  readonly dataAddress: number;
}

/** Translates a module that keeps to packages/program/ABI.md. Throws `UnsupportedModuleError` where it does not. */
export function translateModule(module: WasmModule): TranslatedModule {
  const { minimum, maximum } = module.memory;
  const isFar = minimum === ALL_PAGES && maximum === ALL_PAGES;
  if (maximum > NEAR_PAGES && !isFar) {
    const fault = Number.isFinite(maximum) ? `may grow to ${maximum} pages` : 'has no maximum';
    throw new UnsupportedModuleError(
      `the memory ${fault}; its declared maximum must be at most ${NEAR_PAGES}, below stack and code, or ` +
        `minimum and maximum ${ALL_PAGES}, with nothing of the module's between the two parts (packages/program/ABI.md)`,
    );
  }
  const near = isFar ? NEAR_PAGES : maximum;
  const main = module.exports.get('main');
  if (main?.kind !== 'function') throw new UnsupportedModuleError('the module does not export a function `main`');
  if (module.exports.get('memory')?.kind !== 'memory') {
    throw new UnsupportedModuleError('the module does not export its memory as `memory`');
  }
  for (const { module: from, name, type } of module.imports) {
    const expected = from === 'env' ? imports.get(name) : undefined;
    if (expected === undefined)
      throw new UnsupportedModuleError(`the import ${from}.${name}: the runtime has no such function`);
    if (signature(type) !== expected) {
      throw new UnsupportedModuleError(`the import ${from}.${name} has type ${signature(type)}, not ${expected}`);
    }
  }

  const importCount = module.imports.length;
  const symbols = symbolNames(module);
  const callee = (index: number): { name: string; type: FunctionType } => {
    const imported = module.imports[index];
    if (imported !== undefined) return { name: imported.name, type: imported.type };
    const fn = module.functions[index - importCount];
    if (fn === undefined) throw new UnsupportedModuleError(`function ${index} is missing`);
    return { name: `f${index}`, type: fn.type };
  };
  const typeNumbers = new Map<string, number>();
  const typeNumber = (type: FunctionType): number => {
    const key = signature(type);
    const number = typeNumbers.get(key) ?? typeNumbers.size + 1;
    typeNumbers.set(key, number);
    return number;
  };
  const recursive = recursiveFunctions(module);
  const context = (index: number): FunctionContext => ({
    types: module.types,
    globals: module.globals,
    callee,
    recursive: recursive.has(index),
    bounds: {
      minimumSize: Math.min(minimum, near) * PAGE,
      check: (base, extent) => {
        if (extent > near * PAGE) return 'trap_out_of_bounds();';
        // CHECK subtracts the extent from the memory's size.
        const far = extent > minimum * PAGE ? `if (RARE(MEMORY_SIZE < ${extent}ul)) trap_out_of_bounds(); ` : '';
        return `${far}CHECK(${base}, ${extent});`;
      },
    },
    indirectCall: (type, slot, parameters) => {
      const pointer = `${cType(type.result)} (*)(${type.params.map(cType).join(', ') || 'void'})`;
      return `((${pointer})table_function(${slot}, ${typeNumber(type)}))(${parameters.join(', ')})`;
    },
  });

  const first = callee(main.index);
  if (signature(first.type) !== ' -> ')
    throw new UnsupportedModuleError('`main` must have no parameters and no result');
  const functions = module.functions.map((fn, i) =>
    translateFunction(`f${i + importCount}`, fn, context(i + importCount)),
  );
  const declarations = module.functions.map((fn, i) => {
    const index = i + importCount;
    return `static ${prototype(`f${index}`, fn.type)} __asm__(${JSON.stringify(symbols.get(index) ?? `f${index}`)});`;
  });
  const slots = module.table.map((index) =>
    index < 0 ? '{0, 0}' : `{(void (*)(void))${callee(index).name}, ${typeNumber(callee(index).type)}}`,
  );
  const globals = module.globals.map(
    ({ type, mutable, initial }, i) =>
      `static ${mutable ? '' : 'const '}${cType(type)} g${i} = ${initial}${type === 'i32' ? 'u' : 'ul'};`,
  );
  const data = initialMemory(module);
  const start = module.start === undefined ? '' : `${callee(module.start).name}(); `;
  return {
    header: [
      '#pragma once',
      `#define MEMORY_MINIMUM ${minimum}`,
      `#define MEMORY_MAXIMUM ${maximum}`,
      ...(isFar ? [`#define MEMORY_NEAR ${NEAR_PAGES}`] : []),
      '#include "runtime.h"',
      'void run_module(void);',
      '',
    ].join('\n'),
    source: [
      '#include "module.h"',
      `__attribute__((section(".linear_memory"), used)) static u8 initial_memory[] = {${data.bytes.join(',')}};`,
      ...globals,
      ...declarations,
      `static const struct table_slot table[] = {${slots.join(', ') || '{0, 0}'}};`,
      `static inline void (*table_function(u32 slot, u64 type))(void) {`,
      `  if (RARE(slot >= ${slots.length}u)) trap_table_bounds();`,
      '  if (RARE(table[slot].type != type)) trap_signature();',
      '  return table[slot].function;',
      '}',
      ...functions.map((text) => `static ${text}`),
      `void run_module(void) { ${start}${first.name}(); }`,
      '',
    ].join('\n'),
    dataAddress: data.address,
  };
}

function signature({ params, result }: FunctionType): string {
  return `${params.join(' ')} -> ${result ?? ''}`;
}

/** ELF symbols: the names of the name section, made different from each other and from the runtime's. */
function symbolNames(module: WasmModule): ReadonlyMap<number, string> {
  const taken = new Set<string>();
  const names = new Map<number, string>();
  module.functions.forEach((_, i) => {
    const index = i + module.imports.length;
    // asc names a function by its file's path: what comes before the sources' folder says nothing.
    const given = (module.names.get(index) ?? `function/${index}`).replace(/^[^~]*\/assembly\//, '');
    // The runtime's names are plain C identifiers.
    const base = /^\w+$/.test(given) ? `module/${given}` : given;
    const name = taken.has(base) ? `${base}@${index}` : base;
    taken.add(name);
    names.set(index, name);
  });
  return names;
}

/** The active data segments as one run of bytes. */
function initialMemory(module: WasmModule): { address: number; bytes: Uint8Array } {
  const segments = module.data.flatMap(({ address, bytes }) => (address === undefined ? [] : [{ address, bytes }]));
  const used = segments.filter(({ bytes }) => bytes.length > 0);
  const address = used.reduce((least, segment) => Math.min(least, segment.address), Infinity);
  const end = used.reduce((most, segment) => Math.max(most, segment.address + segment.bytes.length), 0);
  if (address === Infinity) return { address: 0, bytes: new Uint8Array(1) };
  const bytes = new Uint8Array(end - address);
  for (const segment of used) bytes.set(segment.bytes, segment.address - address);
  return { address, bytes };
}
