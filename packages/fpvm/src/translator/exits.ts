// How translated code is left where that is seldom: functions, made once for each machine, that take the values of the
// registers to be written back as parameters. Written out in the units, this was a third of their code, and as much of
// the time that the host needs to compile them.
import type { EngineLayout } from '../engine.js';
import { Code, I32, I64, memoryOp, op } from './wasm-code.js';
import { functionModule, type ImportedFunction } from './wasm-module.js';

/** What happens once all is written back. */
export const exitKinds = [
  'miss', // the interpreter goes on
  'leave', // the code in a slot of the function table goes on
  'stop', // the address is returned to whoever called
] as const;
export type ExitKind = (typeof exitKinds)[number];

/** Numbers of registers that there are functions for. */
const sizes = [2, 4, 6, 8, 10, 12, 14, 16, 20, 24, 31] as const;

/** Parameters, in this order; behind them the registers' values. */
const parameter = {
  fuel: 0,
  depth: 1,
  /** Address of the next instruction (i64). */
  pc: 2,
  /** Slot to go on in, of a `leave` (i32). */
  slot: 3,
  /** Registers whose values follow, as a bit mask, lowest first (i32). */
  given: 4,
  /** Those of them that are to be written back (i32). */
  dirty: 5,
} as const;
const PARAMETERS = [I64, I32, I64, I32, I32, I32];

/** The functions' types and names, in the order in which units import them behind their first import. */
export const exitImports: readonly ImportedFunction[] = exitKinds.flatMap((kind) =>
  sizes.map((size) => ({
    name: `${kind}${size}`,
    parameters: [...PARAMETERS, ...Array.from({ length: size }, () => I64)],
  })),
);

/** Which function to leave by with that many registers: its place among the imports, and how many it takes. */
export function exitFunction(kind: ExitKind, registers: number): { readonly index: number; readonly size: number } {
  const place = sizes.findIndex((size) => size >= registers);
  return { index: exitKinds.indexOf(kind) * sizes.length + place, size: sizes[place] ?? 31 };
}

/** Makes the functions; `miss` is the interpreter's. */
export function makeExits(
  layout: EngineLayout,
  engine: Readonly<Record<string, WebAssembly.ImportValue>>,
): Record<string, WebAssembly.ExportValue> {
  const functions = exitImports.map((imported, i) => ({
    ...imported,
    body: exitBody(layout, exitKinds[Math.floor(i / sizes.length)] ?? 'miss', imported.parameters.length),
  }));
  const module = new WebAssembly.Module(functionModule([], functions));
  return new WebAssembly.Instance(module, { engine }).exports;
}

function exitBody({ registers, pc, fuel }: EngineLayout, kind: ExitKind, parameters: number): Uint8Array {
  const code = new Code();
  const given = parameter.given;
  const register = parameters;
  for (let value = PARAMETERS.length; value < parameters; value++) {
    // Behind the last there is none: that is written to the place of pc, which is overwritten below.
    code.get(given);
    code.op(op.i32Ctz);
    code.tee(register);
    code.i32(3);
    code.op(op.i32Shl);
    code.i32(pc - registers);
    code.get(parameter.dirty);
    code.get(register);
    code.op(op.i32ShrU);
    code.i32(1);
    code.op(op.i32And, op.select);
    code.get(value);
    code.memory(memoryOp.i64Store, registers);
    code.get(given);
    code.get(given);
    code.i32(1);
    code.op(op.i32Sub, op.i32And);
    code.set(given);
  }
  code.i32(0);
  code.get(parameter.pc);
  code.memory(memoryOp.i64Store, pc);
  if (kind === 'stop') {
    code.i32(0);
    code.get(parameter.fuel);
    code.memory(memoryOp.i64Store, fuel);
    code.get(parameter.pc);
  } else {
    code.get(parameter.fuel);
    code.get(parameter.depth);
    if (kind === 'miss') code.tailCall(0);
    else {
      code.get(parameter.slot);
      code.tailCallIndirect();
    }
  }
  return code.finish([[1, I32]]);
}
