// The engine: one instance of the interpreter module (assembly/interpreter) with the registers and memory of one guest.
import { readFileSync } from 'node:fs';
import { type InstructionFormat, instructions, operationNumber } from './instructions.js';

/** Why the engine came back; numbers as in assembly/interpreter/interpreter.ts. */
export const stopReasons = { steps: 0, waiting: 1, requested: 2, exited: 3, reverted: 4 } as const;

/** What a system call's handler answers the engine; numbers as there. */
export const systemCallAnswers = { done: 0, wait: 1, doneAndStop: 2, exited: 3, reverted: 4 } as const;

/** The module's exports: functions, and globals that say where things lie in its memory. */
export interface EngineExports {
  readonly memory: WebAssembly.Memory;
  initialize(): void;
  run(steps: bigint): number;
  flushTlb(): void;
  hostOfGranule(granule: bigint): number;
  mapGranule(granule: bigint): number;
  write8(address: bigint, value: number): void;
  decode(word: number, pc: bigint): bigint;
  readonly [global: string]: unknown;
}

/** The guest needs more memory than one WebAssembly memory holds. */
export class MachineMemoryError extends Error {
  override readonly name = 'MachineMemoryError';
  constructor(bytes: number) {
    super(
      `the guest has touched more memory than the machine can hold (${Math.floor(bytes / 2 ** 20)} MiB in use, ` +
        `the limit is 4096 MiB): give it less work, e.g. a shorter block range`,
    );
  }
}

/** One guest's registers and memory with the interpreter that steps them. Addresses in `layout` are in `memory`. */
export class Engine {
  readonly exports: EngineExports;
  readonly layout: {
    readonly registers: number;
    readonly pc: number;
    readonly fuel: number;
    readonly loadReservation: number;
    readonly revertCode: number;
    readonly nextFree: number;
    readonly outOfMemory: number;
    readonly pageStates: number;
    readonly guestOfHost: number;
  };
  #buffer: ArrayBufferLike | undefined;
  #view = new DataView(new ArrayBuffer(0));
  #bytes = new Uint8Array(0);

  /** `systemCall` handles the ECALL the engine stands at and returns one of `systemCallAnswers`. */
  constructor(systemCall: () => number) {
    const instance = new WebAssembly.Instance(interpreterModule(), { env: { systemCall } });
    this.exports = instance.exports as unknown as EngineExports;
    const address = (name: string): number => {
      const global = this.exports[name];
      if (!(global instanceof WebAssembly.Global)) throw new Error(`interpreter.wasm does not export ${name}`);
      return global.value as number;
    };
    this.layout = {
      registers: address('REGISTERS'),
      pc: address('PC'),
      fuel: address('FUEL'),
      loadReservation: address('LOAD_RESERVATION'),
      revertCode: address('REVERT_CODE'),
      nextFree: address('NEXT_FREE'),
      outOfMemory: address('OUT_OF_MEMORY'),
      pageStates: address('PAGE_STATES'),
      guestOfHost: address('GUEST_OF_HOST'),
    };
    this.exports.initialize();
    this.bytes.set(tables.decode, address('DECODE_TABLE'));
    this.bytes.set(tables.formats, address('FORMATS'));
    tables.reverts.forEach((code, i) => this.view.setUint32(address('REVERTS') + 4 * i, code, true));
  }

  /** The linear memory now; growth detaches earlier views, so get it anew after everything that runs the guest. */
  get view(): DataView {
    this.#refresh();
    return this.#view;
  }

  /** As `view`, in bytes. */
  get bytes(): Uint8Array {
    this.#refresh();
    return this.#bytes;
  }

  /** Takes up to `steps` steps; see `stopReasons`. Throws MachineMemoryError. */
  run(steps: bigint): number {
    return this.guarded(() => this.exports.run(steps));
  }

  /** Calls into the engine, telling its lack of memory from every other trap. */
  guarded<T>(call: () => T): T {
    try {
      return call();
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError && this.view.getUint32(this.layout.outOfMemory, true) === 1) {
        throw new MachineMemoryError(this.view.getUint32(this.layout.nextFree, true));
      }
      throw error;
    }
  }

  #refresh(): void {
    const { buffer } = this.exports.memory;
    if (buffer === this.#buffer) return;
    this.#buffer = buffer;
    this.#view = new DataView(buffer);
    this.#bytes = new Uint8Array(buffer);
  }
}

const formatNumbers: Record<InstructionFormat, number> = {
  none: 0,
  r: 1,
  i: 2,
  load: 3,
  store: 4,
  branch: 5,
  u: 6,
  jal: 7,
  shift64: 8,
  shift32: 9,
  amo: 10,
  csr: 11,
};

/** The instruction table in the form the engine decodes with; see assembly/interpreter/code.ts. */
const tables = engineTables();

function engineTables(): { decode: Uint8Array; formats: Uint8Array; reverts: Uint32Array } {
  const decode = new Uint8Array(1 << 15);
  for (let key = 0; key < decode.length; key++) {
    const word = (((key & 127) << 25) | (((key >> 7) & 7) << 12) | ((key >> 10) << 2) | 3) >>> 0;
    const found = instructions.find(({ mask, match }) => (word & mask) >>> 0 === match);
    decode[key] = found === undefined ? 0 : operationNumber(found);
  }
  const formats = new Uint8Array(256);
  const reverts = new Uint32Array(256);
  for (const instruction of instructions) {
    formats[operationNumber(instruction)] = formatNumbers[instruction.format];
    reverts[operationNumber(instruction)] = instruction.revert ?? 0;
  }
  return { decode, formats, reverts };
}

let compiled: WebAssembly.Module | undefined;

function interpreterModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('../interpreter.wasm', import.meta.url)));
  return compiled;
}
