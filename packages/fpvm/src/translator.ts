// The host's part of the translator (assembly/translator), which writes modules into the engine's memory: they are
// compiled here, and put their functions into the engine's table.
import type { Engine } from './engine.js';

export interface TranslationOptions {
  /** Executions of a jump's or call's target before it is translated, in the beginning of a run. */
  readonly threshold?: number;
}

/** What the translator has done so far. */
export interface TranslationStatistics {
  readonly units: number;
  readonly modules: number;
  readonly guestInstructions: number;
  readonly bytes: number;
  /** Times that all translations were dropped. */
  readonly drops: number;
  /** Units that were translated anew because they had taken for granted what did not hold. */
  readonly revisions: number;
  /** Times that translated code was left where a check failed or the interpreter alone can go on. */
  readonly misses: number;
  /** Milliseconds spent on handing WebAssembly to the host. */
  readonly compileTime: number;
}

const DEFAULT_THRESHOLD = 1500;
/** Steps after which half as many executions are enough, and what is enough in the end. */
const HALVED_AFTER = 50e6;
const LOWEST_THRESHOLD = 300;
const MORE_SLOTS = 1024;

export class Translator {
  readonly #engine: Engine;
  /** What modules import, by the letters that assembly/translator/module.ts names it with. */
  readonly #imports: WebAssembly.Imports;
  #interpreter: WebAssembly.ExportValue | undefined;
  #compileTime = 0;
  readonly #threshold: number;
  #steps = 0;

  constructor(engine: Engine, { threshold = DEFAULT_THRESHOLD }: TranslationOptions = {}) {
    this.#engine = engine;
    const { memory, enter, miss } = engine.exports;
    this.#imports = { e: { m: memory, t: engine.table, n: enter, x: miss } };
    this.#threshold = threshold;
    this.#setThreshold();
  }

  get statistics(): TranslationStatistics {
    const { view, layout } = this.#engine;
    const at = (place: number) => view.getUint32(layout.statistics + 4 * place, true);
    return {
      units: at(0),
      modules: at(1),
      guestInstructions: at(2),
      bytes: at(3),
      drops: at(4),
      revisions: at(5),
      misses: at(6),
      compileTime: this.#compileTime,
    };
  }

  /** To be called after each so many steps: translates what waits for a batch to become full. */
  steps(count: number): void {
    this.#engine.exports.flush();
    this.#steps += count;
    this.#setThreshold();
  }

  /** The longer a run has taken, the longer it is likely to take still: translating pays sooner. */
  #setThreshold(): void {
    const { view, layout } = this.#engine;
    const lowered = (this.#threshold * HALVED_AFTER) / (HALVED_AFTER + this.#steps);
    view.setUint32(layout.hot, Math.max(Math.min(this.#threshold, LOWEST_THRESHOLD), Math.round(lowered)), true);
  }

  /** Instantiates the module of `length` bytes at an address of the engine's memory; the first is that of the exits. */
  install(start: number, length: number): void {
    const begin = performance.now();
    const module = new WebAssembly.Module(this.#engine.bytes.slice(start, start + length));
    const { exports } = new WebAssembly.Instance(module, this.#imports);
    this.#interpreter ??= exports['n'];
    this.#compileTime += performance.now() - begin;
  }

  /** Gives the function table more slots, with the interpreter in them; returns how many it has. */
  makeSlots(): number {
    const { table } = this.#engine;
    table.grow(Math.max(MORE_SLOTS, table.length), this.#interpreter);
    return table.length;
  }

  /** Translations are gone: from a slot on, the interpreter stands in for them. */
  forgetUnits(first: number): void {
    const { table } = this.#engine;
    for (let slot = first; slot < table.length; slot++) table.set(slot, this.#interpreter);
  }
}
