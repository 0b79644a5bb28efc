// The host's part of the translator (assembly/translator), which writes modules into the engine's memory: they are
// compiled here, and put their functions into the engine's table.
import type { Engine } from './engine.js';

export interface TranslationOptions {
  /**
   * Executions of a jump's or call's target before it is translated. Lower wastes time on what is over soon: 200 cost
   * more than it gained on every guest measured.
   */
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
  /** Milliseconds spent on handing WebAssembly to the host. */
  readonly compileTime: number;
}

const DEFAULT_THRESHOLD = 3000;
/** Slots of the interpreter and of the function that it calls translated code with; units follow. */
const FIRST_UNIT_SLOT = 2;
const FEWEST_SLOTS = 1024;

export class Translator {
  readonly #engine: Engine;
  /** What units import, by the letters that assembly/translator/module.ts names it with. */
  #imports: Record<string, WebAssembly.ImportValue>;
  #compileTime = 0;

  constructor(engine: Engine, { threshold = DEFAULT_THRESHOLD }: TranslationOptions = {}) {
    this.#engine = engine;
    const { memory, enter, miss } = engine.exports;
    this.#imports = { m: memory, t: engine.table, n: enter, x: miss };
    engine.view.setUint32(engine.layout.hot, threshold, true);
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
      compileTime: this.#compileTime,
    };
  }

  /** Translates what waits for a batch to become full. To be called now and then. */
  flush(): void {
    this.#engine.exports.flush();
  }

  /** Instantiates the module of `length` bytes at an address of the engine's memory; the first is that of the exits. */
  install(start: number, length: number): void {
    const begin = performance.now();
    const { bytes, table, exports } = this.#engine;
    const isFirst = this.#interpreter === undefined;
    const module = new WebAssembly.Module(bytes.slice(start, start + length));
    const instance = new WebAssembly.Instance(module, { e: this.#imports });
    if (isFirst) this.#imports = { ...instance.exports, m: exports.memory, t: table };
    this.#compileTime += performance.now() - begin;
  }

  /** Gives the function table more slots, with the interpreter in them; returns how many it has. */
  makeSlots(): number {
    const { table } = this.#engine;
    table.grow(Math.max(FEWEST_SLOTS, table.length), this.#interpreter);
    return table.length;
  }

  /** Translations are gone: the interpreter stands in for them. */
  forgetUnits(): void {
    const { table } = this.#engine;
    for (let slot = FIRST_UNIT_SLOT; slot < table.length; slot++) table.set(slot, this.#interpreter);
  }

  /** The function that stands in for code that is not translated, once there are exits. */
  get #interpreter(): CallableFunction | undefined {
    return (this.#engine.table.get(0) as CallableFunction | null) ?? undefined;
  }
}
