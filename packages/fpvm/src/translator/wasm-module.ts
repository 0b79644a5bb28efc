// Modules of the translator's functions, around bodies that wasm-code.ts builds.
// https://webassembly.github.io/spec/core/binary/modules.html
import { I32, I64, pushUnsigned } from './wasm-code.js';

/** A function of a module: what it is called, and the types of its parameters; its result is an i64. */
export interface ImportedFunction {
  readonly name: string;
  readonly parameters: readonly number[];
}

/** Pages of a WebAssembly memory at most. */
const MEMORY_PAGES = 65536;
/** Type 0, that of all translated code: steps left, bytes left on the host's stack → address of the next instruction. */
const UNIT_PARAMETERS: readonly number[] = [I64, I32];

/** A module of translated units, exported as f0, f1, …; see `functionModule`. The names are for profilers of the host. */
export function unitModule(
  bodies: readonly Uint8Array[],
  names: readonly string[],
  imports: readonly ImportedFunction[] = [],
): Uint8Array<ArrayBuffer> {
  const units = bodies.map((body, i) => ({ name: `f${i}`, parameters: UNIT_PARAMETERS, body }));
  return functionModule(imports, units, names);
}

/**
 * A module of exported functions. Imports from `engine`: `memory`, `table`, the function `miss` of type 0, which is
 * function 0, and the given ones behind it.
 */
export function functionModule(
  imports: readonly ImportedFunction[],
  functions: readonly (ImportedFunction & { readonly body: Uint8Array })[],
  names: readonly string[] = functions.map(({ name }) => name),
): Uint8Array<ArrayBuffer> {
  const sections: Uint8Array[] = [Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)];
  const section = (id: number, build: (bytes: number[]) => void) => {
    const bytes: number[] = [];
    build(bytes);
    const head = [id];
    pushUnsigned(head, bytes.length);
    sections.push(Uint8Array.from(head), Uint8Array.from(bytes));
  };
  const types = new Map([[UNIT_PARAMETERS.join(), 0]]);
  const typeOf = ({ parameters }: ImportedFunction): number => {
    const key = parameters.join();
    const known = types.get(key) ?? types.size;
    types.set(key, known);
    return known;
  };
  const [importTypes, functionTypes] = [imports.map(typeOf), functions.map(typeOf)];
  section(1, (bytes) => {
    pushUnsigned(bytes, types.size);
    for (const key of types.keys()) {
      const parameters = key.split(',').map(Number);
      bytes.push(0x60, parameters.length, ...parameters, 1, I64);
    }
  });
  section(2, (bytes) => {
    pushUnsigned(bytes, 3 + imports.length);
    pushName(bytes, 'engine');
    pushName(bytes, 'memory');
    bytes.push(2, 1);
    pushUnsigned(bytes, 1);
    pushUnsigned(bytes, MEMORY_PAGES);
    pushName(bytes, 'engine');
    pushName(bytes, 'table');
    bytes.push(1, 0x70, 0, 1);
    pushName(bytes, 'engine');
    pushName(bytes, 'miss');
    bytes.push(0, 0);
    for (const [i, { name }] of imports.entries()) {
      pushName(bytes, 'engine');
      pushName(bytes, name);
      bytes.push(0);
      pushUnsigned(bytes, importTypes[i] ?? 0);
    }
  });
  const firstFunction = 1 + imports.length;
  section(3, (bytes) => {
    pushUnsigned(bytes, functions.length);
    for (const type of functionTypes) pushUnsigned(bytes, type);
  });
  section(7, (bytes) => {
    pushUnsigned(bytes, functions.length);
    for (const [i, { name }] of functions.entries()) {
      pushName(bytes, name);
      bytes.push(0);
      pushUnsigned(bytes, firstFunction + i);
    }
  });
  const heads = functions.map(({ body }) => {
    const head: number[] = [];
    pushUnsigned(head, body.length);
    return Uint8Array.from(head);
  });
  const count: number[] = [];
  pushUnsigned(count, functions.length);
  const size = functions.reduce((sum, { body }, i) => sum + body.length + (heads[i]?.length ?? 0), count.length);
  const codeHead = [10];
  pushUnsigned(codeHead, size);
  sections.push(Uint8Array.from(codeHead), Uint8Array.from(count));
  functions.forEach(({ body }, i) => sections.push(heads[i] ?? new Uint8Array(0), body));
  section(0, (bytes) => {
    pushName(bytes, 'name');
    const functionNames: number[] = [];
    pushUnsigned(functionNames, names.length);
    for (const [i, name] of names.entries()) {
      pushUnsigned(functionNames, firstFunction + i);
      pushName(functionNames, name);
    }
    bytes.push(1);
    pushUnsigned(bytes, functionNames.length);
    for (const byte of functionNames) bytes.push(byte);
  });
  return concatenated(sections);
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function pushName(bytes: number[], name: string): void {
  pushUnsigned(bytes, name.length);
  for (const char of name) bytes.push(char.charCodeAt(0));
}
