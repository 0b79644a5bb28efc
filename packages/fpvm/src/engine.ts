// The engine: one instance of the engine module (assembly/engine.ts) with the registers and memory of one guest.
import { readFileSync } from 'node:fs';
import { MachineMemoryError } from './paging/memory-limit.js';
import { type InstructionFormat, instructions, operationNumber, operationTable } from './instructions.js';

/** Why the engine came back; numbers as in assembly/interpreter/interpreter.ts. */
export const stopReasons = { steps: 0, waiting: 1, requested: 2, exited: 3, reverted: 4 } as const;

/** What a system call's handler answers the engine; numbers as there. */
export const systemCallAnswers = { done: 0, wait: 1, doneAndStop: 2, exited: 3, reverted: 4 } as const;

/** The module's exports: functions, and globals that say where things lie in its memory. */
export interface EngineExports {
  readonly memory: WebAssembly.Memory;
  initialize(): void;
  run(steps: bigint): number;
  runTranslated(steps: bigint): number;
  /** What translated code calls: the interpreter, in the place of code that is not translated, and where that cannot go on. */
  enter(fuel: bigint, depth: number): bigint;
  miss(fuel: bigint, depth: number, exit: number): bigint;
  /** Translates what waits for a batch to become full. */
  flush(): void;
  /** What the translator does about what the interpreter tells of; see assembly/interpreter/events.ts. */
  request(pc: bigint): void;
  requestIfLong(pc: bigint): void;
  codeFound(granule: bigint): void;
  drop(): void;
  /** The next three: host address of a granule, 0 if it is absent. Here it is brought back if it was paged out, */
  hostOfGranule(granule: bigint): number;
  /** it is 0 then, */
  residentHost(granule: bigint): number;
  /** it is made to write to if it is absent, */
  mapGranule(granule: bigint): number;
  /** Has the first write to each granule from now on reported, by translated code too; until `thaw` that takes longer. */
  freeze(): void;
  thaw(): void;
  /** Has the pool not take more bytes from here on. */
  limitPool(size: number): void;
  /** The pages that the granule at a host address has, as bits. */
  pageMask(host: number): number;
  /** Pages of guest memory in linear memory, and in its pool. */
  countPages(): number;
  countPoolPages(): number;
  pagesEnd(): number;
  nextPage(from: number, end: number): number;
  peek(address: bigint): bigint;
  word(at: number): bigint;
  /** Writes the first bytes at `layout.transfer` to guest memory, at most `layout.transferSize` of them. */
  writeTransferred(address: bigint, count: number): void;
  decode(word: number, pc: bigint): bigint;
  readonly [global: string]: unknown;
}

/** Where things lie in the engine's memory; assembly/interpreter/layout.ts says what they are. */
const globals = {
  registers: 'REGISTERS',
  pc: 'PC',
  fuel: 'FUEL',
  loadReservation: 'LOAD_RESERVATION',
  revertCode: 'REVERT_CODE',
  nextFree: 'NEXT_FREE',
  outOfMemory: 'OUT_OF_MEMORY',
  pageStates: 'PAGE_STATES',
  guestOfHost: 'GUEST_OF_HOST',
  firstFree: 'FIRST_FREE',
  granuleCount: 'GRANULE_COUNT',
  frozen: 'FROZEN',
  hot: 'HOT',
  statistics: 'STATISTICS',
  transfer: 'TRANSFER',
  transferSize: 'TRANSFER_SIZE',
} as const;

export type EngineLayout = { readonly [name in keyof typeof globals]: number };

/** What the engine asks for its paging; assembly/interpreter/paging.ts says when. */
export interface PagingCalls {
  mayGrow(): number;
  isStored(granule: number): number;
  restore(granule: number, host: number): number;
  pageOut(granule: number, host: number): void;
  preserve(granule: number): void;
}

/** What the engine asks of its surroundings. */
export interface EngineCalls extends PagingCalls {
  /** Handles the ECALL the engine stands at and returns one of `systemCallAnswers`. */
  systemCall(): number;
  /** Instantiates a module of translated code that lies in memory. */
  install(start: number, length: number): void;
  /** Gives the function table more slots; returns how many it has. */
  makeSlots(): number;
  /** Puts the interpreter into all slots of translated code, from `first` on. */
  forgetUnits(first: number): void;
}

/** One guest's registers and memory with the interpreter that steps them. Addresses in `layout` are in `memory`. */
export class Engine {
  readonly exports: EngineExports;
  /** Functions of translated code by slot. */
  readonly table = new WebAssembly.Table({ initial: 16, element: 'anyfunc' });
  readonly layout: EngineLayout;
  /** Counts what may have changed guest memory: runs, and writes from outside. */
  changes = 0;
  #buffer: ArrayBufferLike | undefined;
  #view = new DataView(new ArrayBuffer(0));
  #bytes = new Uint8Array(0);

  /** With `regions`, guest memory is laid out as translated code finds it quickest; that reserves 4 GiB of addresses. */
  constructor(calls: EngineCalls, regions = false) {
    const memory = reserveMemory(regions);
    const env = { ...calls, ...this.#tidings, table: this.table, memory };
    const instance = new WebAssembly.Instance(engineModule(), { env });
    this.exports = { ...(instance.exports as unknown as EngineExports), memory };
    const address = (name: string): number => {
      const global = this.exports[name];
      if (!(global instanceof WebAssembly.Global)) throw new Error(`engine.wasm does not export ${name}`);
      return global.value as number;
    };
    this.layout = Object.fromEntries(
      Object.entries(globals).map(([name, global]) => [name, address(global)]),
    ) as EngineLayout;
    this.exports.initialize();
    this.bytes.set(operationTable, address('DECODE_TABLE'));
    this.bytes.set(tables.formats, address('FORMATS'));
    tables.reverts.forEach((code, i) => this.view.setUint32(address('REVERTS') + 4 * i, code, true));
  }

  /** What the interpreter tells of (assembly/interpreter/events.ts), handed on to the translator. */
  readonly #tidings = {
    becameHot: (pc: bigint): void => this.exports.request(pc),
    becameWarm: (pc: bigint): void => this.exports.requestIfLong(pc),
    becameCode: (granule: bigint): void => this.exports.codeFound(granule),
    coveredCodeWritten: (): void => this.exports.drop(),
  };

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

  /** As `run`, entering translated code where there is some. */
  runTranslated(steps: bigint): number {
    return this.guarded(() => this.exports.runTranslated(steps));
  }

  /** Calls that may change guest memory: tells the engine's lack of memory from every other trap. */
  guarded<T>(call: () => T): T {
    this.changes += 1;
    try {
      return call();
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError && this.view.getUint32(this.layout.outOfMemory, true) === 1) {
        const size = Math.floor((this.view.getUint32(this.layout.nextFree, true) - this.layout.firstFree) / 2 ** 20);
        throw new MachineMemoryError(
          `the guest executes more code than the machine can hold: ${size} MiB are in use for it and for memory that ` +
            `translated code has the address of, and nothing is left to page out: give the guest less work`,
          { cause: error },
        );
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

/** Pages of 64 KiB: what the engine's own tables take, and all that a linear memory can have. */
const OWN_PAGES = 304;
const ALL_PAGES = 65536;

/** Linear memory as large as it can be, which costs nothing until it is touched; a small one if the host refuses that. */
function reserveMemory(all: boolean): WebAssembly.Memory {
  if (all) {
    try {
      return new WebAssembly.Memory({ initial: ALL_PAGES, maximum: ALL_PAGES });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return new WebAssembly.Memory({ initial: OWN_PAGES, maximum: ALL_PAGES });
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

/** The instruction table in the form the engine decodes with; see assembly/interpreter/decode.ts. */
const tables = engineTables();

function engineTables(): { formats: Uint8Array; reverts: Uint32Array } {
  const formats = new Uint8Array(256);
  const reverts = new Uint32Array(256);
  for (const instruction of instructions) {
    formats[operationNumber(instruction)] = formatNumbers[instruction.format];
    reverts[operationNumber(instruction)] = instruction.revert ?? 0;
  }
  return { formats, reverts };
}

let compiled: WebAssembly.Module | undefined;

function engineModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('../engine.wasm', import.meta.url)));
  return compiled;
}
