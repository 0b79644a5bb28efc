// The translator: RV64IMA that has become hot to WebAssembly at run time, behind the interpreter. Translated code and
// interpreter call each other through one function table; `slot` is a place in it.
import type { Engine } from '../engine.js';
import { findUnit } from './control-flow.js';
import { exitImports, makeExits } from './exits.js';
import { NO_REGION, Regions } from './regions.js';
import { type Assumption, registerMoves, type RegisterMoves, UnitEmitter } from './unit-emitter.js';
import { Code, I64, memoryOp, op } from './wasm-code.js';
import { unitModule } from './wasm-module.js';

export interface TranslationOptions {
  /**
   * Executions of a jump's or call's target before it is translated. Lower wastes time on what is over soon: 200 cost
   * more than it gained on every guest measured.
   */
  readonly threshold?: number;
}

/** What the translator has done so far. */
export interface TranslationStatistics {
  units: number;
  modules: number;
  guestInstructions: number;
  bytes: number;
  /** Times that all translations were dropped. */
  drops: number;
  /** Units that were translated anew because they had taken for granted what did not hold. */
  revisions: number;
  /** Milliseconds spent on making WebAssembly, and on handing it to the host. */
  emitTime: number;
  compileTime: number;
}

const DEFAULT_THRESHOLD = 3000;
/** A module's instance costs more than a unit in it: later ones, of code that is less hot, hold more units. */
const batchSize = (modules: number) => (modules < 8 ? 1 : modules < 24 ? 4 : 16);
/** A guest that overwrites its code this often is interpreted from then on. */
const MAX_DROPS = 50;
/** A unit is translated anew this often before it takes nothing for granted any more. */
const MAX_REVISIONS = 6;
const INTERPRETER_SLOT = 0;

export class Translator {
  readonly statistics: TranslationStatistics = {
    units: 0,
    modules: 0,
    guestInstructions: 0,
    bytes: 0,
    drops: 0,
    revisions: 0,
    emitTime: 0,
    compileTime: 0,
  };
  readonly #engine: Engine;
  /** For calls and jumps to code that is not translated, and for going on where translated code cannot. */
  readonly #enter: CallableFunction;
  /** What units import. */
  readonly #imports: WebAssembly.Imports;
  readonly #regions: Regions;
  readonly #moves: RegisterMoves;
  readonly #slots = new Map<number, number>();
  #nextSlot = 1;
  #queue: number[] = [];
  /** Addresses with a unit, and what that takes for granted. */
  readonly #translated = new Map<number, readonly Assumption[]>();
  /** Times that the unit at an address was translated anew. */
  readonly #revisions = new Map<number, number>();
  /** Granules that translated code stores to directly: none of them may become code unnoticed. */
  readonly #directlyStored = new Set<bigint>();
  /** Places of granules that have code. */
  readonly #code = new Map<number, { readonly host: number; readonly block: number }>();

  constructor(engine: Engine, { threshold = DEFAULT_THRESHOLD }: TranslationOptions = {}) {
    this.#engine = engine;
    this.#enter = withTailCall(engine, 'enter');
    const own = { memory: engine.exports.memory, table: engine.table, miss: withTailCall(engine, 'miss') };
    this.#imports = { engine: { ...own, ...makeExits(engine.layout, own) } };
    this.#regions = new Regions(engine);
    this.#moves = registerMoves(engine.layout);
    engine.table.set(INTERPRETER_SLOT, this.#enter);
    engine.view.setUint32(engine.layout.hot, threshold, true);
  }

  /** The code at `pc` is hot: it is translated now or with the next few. */
  request(pc: bigint): void {
    if (pc >= 1n << 53n || this.statistics.drops > MAX_DROPS) return;
    this.#queue.push(Number(pc));
    if (this.#queue.length >= batchSize(this.statistics.modules)) this.flush();
  }

  /** Translates what waits for a batch to become full. To be called now and then: an instance costs about 1 ms. */
  flush(): void {
    if (this.#queue.length > 0) this.#translateQueue();
  }

  /** A granule has become code; direct stores to it would not be noticed. */
  codeFound(granule: bigint): void {
    const unnoticed = this.#regions.foundCode(granule);
    if (unnoticed || this.#directlyStored.has(granule)) this.drop();
  }

  /** Translated code hands over at `pc` often: what was taken for granted there and does not hold is translated anew. */
  reconsider(pc: bigint): void {
    for (const [entry, assumptions] of this.#translated) {
      if (!assumptions.some((assumption) => assumption.pc === Number(pc) && this.#fails(assumption))) continue;
      this.#translated.delete(entry);
      this.#revisions.set(entry, 1 + (this.#revisions.get(entry) ?? 0));
      this.statistics.revisions += 1;
      this.#queue.push(entry);
    }
    this.flush();
  }

  #fails({ pc, met, region, writable, start, size }: Assumption): boolean {
    if ((this.#met(pc) & ~met) !== 0) return true;
    const now = this.#regions.at(region, writable);
    return now.start < start || now.size > size;
  }

  /** Regions that the load or store at an address has met, as bits of the layout's BLOCK_REGIONS. */
  #met(pc: number): number {
    const { bytes, layout } = this.#engine;
    return bytes[this.#blockOf(pc) + layout.blockRegions + ((pc & 0xffff) >>> 2)] ?? NO_REGION;
  }

  /** Drops all translations: code that they come from was overwritten. */
  drop(): void {
    const { view, layout, table } = this.#engine;
    for (const pc of this.#translated.keys()) {
      table.set(this.#slotOf(pc), this.#enter);
      const block = this.#blockOf(pc);
      view.setUint32(block + layout.blockSlots + (pc & 0xffff), 0, true);
      // It may become hot again as what it is now.
      view.setUint16(block + layout.blockCounts + ((pc & 0xffff) >>> 1), 0, true);
      view.setUint32(block + layout.blockTranslated + 4, 0, true);
    }
    this.#translated.clear();
    this.#directlyStored.clear();
    this.#regions.forgetStores();
    view.setUint32(layout.dropped, 1, true);
    this.statistics.drops += 1;
  }

  #translateQueue(): void {
    const start = performance.now();
    const { statistics } = this;
    const bodies: Uint8Array[] = [];
    const entries: number[] = [];
    const taken: (readonly Assumption[])[] = [];
    for (const pc of this.#queue) {
      if (this.#translated.has(pc)) continue;
      const unit = findUnit(pc, (at) => this.#fetch(at));
      if (unit === undefined) continue;
      const isWary = (this.#revisions.get(pc) ?? 0) >= MAX_REVISIONS;
      const emitter = new UnitEmitter(unit, {
        layout: this.#engine.layout,
        moves: this.#moves,
        slotOf: (at) => this.#slotOf(at),
        met: (at) => (isWary ? NO_REGION : this.#met(at)),
        region: (index, writable) => (writable ? this.#regions.forStores(index) : this.#regions.at(index, false)),
        directAddress: (address, size, store) => this.#directAddress(address, size, store),
      });
      bodies.push(emitter.emit());
      entries.push(pc);
      taken.push(emitter.assumptions);
      for (const block of unit.blocks) this.#coverCode(block.pc, block.instructions.length + 1);
      statistics.guestInstructions += unit.instructionCount;
    }
    this.#queue = [];
    if (bodies.length === 0) return;
    const module = unitModule(
      bodies,
      entries.map((pc) => `guest_${pc.toString(16)}`),
      exitImports,
    );
    const emitted = performance.now();
    const instance = new WebAssembly.Instance(new WebAssembly.Module(module), this.#imports);
    const { view, layout, table } = this.#engine;
    for (const [i, pc] of entries.entries()) {
      const slot = this.#slotOf(pc);
      table.set(slot, instance.exports[`f${i}`] as CallableFunction);
      view.setUint32(this.#blockOf(pc) + layout.blockSlots + (pc & 0xffff), slot, true);
      this.#translated.set(pc, taken[i] ?? []);
    }
    statistics.units += entries.length;
    statistics.modules += 1;
    statistics.bytes += module.length;
    statistics.emitTime += emitted - start;
    statistics.compileTime += performance.now() - emitted;
  }

  #slotOf(pc: number): number {
    const known = this.#slots.get(pc);
    if (known !== undefined) return known;
    const { table } = this.#engine;
    const slot = this.#nextSlot++;
    if (slot >= table.length) table.grow(table.length);
    table.set(slot, this.#enter);
    this.#slots.set(pc, slot);
    return slot;
  }

  /**
   * Code is read where it has been executed before: only there writes to it are noticed, and the rest is most often the
   * handling of errors. Leaving it out made units half as large (reference client, 448 million steps).
   */
  #fetch(pc: number): number | undefined {
    if (pc < 0 || !Number.isSafeInteger(pc)) return undefined;
    const { host, block } = this.#codeAt(pc);
    if (block === 0) return undefined;
    const { view } = this.#engine;
    const offset = pc & 0xffff;
    const isDecoded = view.getUint32(block + 2 * offset, true) !== 0;
    return isDecoded ? view.getUint32(host + offset, true) : undefined;
  }

  /** Where the granule of an address and its code block are in linear memory, 0 for none. Granules with code never move. */
  #codeAt(pc: number): { readonly host: number; readonly block: number } {
    const granule = Math.floor(pc / 0x10000);
    const known = this.#code.get(granule);
    if (known !== undefined) return known;
    const { exports } = this.#engine;
    const host = exports.hostOfGranule(BigInt(granule)) >>> 0;
    const block = exports.existingCodeBlock(BigInt(granule)) >>> 0;
    const found = { host, block };
    if (block !== 0) this.#code.set(granule, found);
    return found;
  }

  #blockOf(pc: number): number {
    return this.#codeAt(pc).block;
  }

  /** Has writes to these instructions reported. */
  #coverCode(pc: number, count: number): void {
    const { view, layout } = this.#engine;
    const block = this.#blockOf(pc);
    if (block === 0) return;
    const at = block + layout.blockTranslated;
    const first = pc & 0xffff;
    const last = Math.min(first + 4 * count - 1, 0xffff);
    const covered = view.getUint32(at + 4, true);
    if (covered === 0 || first < view.getUint32(at, true)) view.setUint32(at, first, true);
    if (last > covered) view.setUint32(at + 4, last, true);
  }

  #directAddress(address: number, size: number, store: boolean): number | undefined {
    if (address < 0) return undefined;
    const granule = Math.floor(address / 0x10000);
    if (Math.floor((address + size - 1) / 0x10000) !== granule) return undefined;
    const host = this.#regions.hostOf(BigInt(granule));
    if (host === undefined) return undefined;
    if (store) {
      if (this.#blockOf(address) !== 0) return undefined;
      this.#directlyStored.add(BigInt(granule));
      this.#engine.exports.storeDirectly(BigInt(granule));
    }
    return host + (address % 0x10000);
  }
}

/** One of the interpreter's functions; it goes on by a tail call in translated code that the interpreter has come to. */
function withTailCall({ exports, layout, table }: Engine, name: 'enter' | 'miss'): CallableFunction {
  const [fuel, depth, result, slot] = [0, 1, 2, 3];
  const code = new Code();
  code.get(fuel);
  code.get(depth);
  code.call(0);
  code.set(result);
  code.i32(0);
  code.memory(memoryOp.i32Load, layout.nextSlot);
  code.tee(slot);
  code.op(op.i32Eqz);
  code.if(() => {
    code.get(result);
    code.op(op.return);
  });
  code.i32(0);
  code.i32(0);
  code.memory(memoryOp.i32Store, layout.nextSlot);
  code.i32(0);
  code.memory(memoryOp.i64Load, layout.fuel);
  code.get(depth);
  code.get(slot);
  code.tailCallIndirect();
  const body = code.finish([
    [1, I64],
    [1, 0x7f],
  ]);
  const module = new WebAssembly.Module(unitModule([body], [name]));
  const instance = new WebAssembly.Instance(module, {
    engine: { memory: exports.memory, table, miss: exports[name] as CallableFunction },
  });
  return instance.exports['f0'] as CallableFunction;
}
