// Which accesses to the linear memory need a bounds check.
//
// The machine's memory has no end to run into, so every access that is not known to be inside the module's memory is
// checked. A check of one base address serves all later accesses from the same base that it dominates, and it is made
// for the furthest of them that is certain to follow: up to the next label, branch, call or other kind of trap, so that
// the run ends in the same trap, after the same output, as it does natively. Memory never shrinks: what was in bounds
// once stays so.
import type { ValueType } from '../wasm/module.js';

/** An i32 or i64 whose content does not change: two values with the same number are equal. */
export type ValueNumber = number;

/** A check in the text of a function, to be settled when the run of instructions it stands in ends. */
interface PendingCheck {
  readonly line: number;
  readonly base: ValueNumber;
  /** C expression of the base address. */
  readonly expression: string;
}

/** What is known at one point of a function. */
export interface Knowledge {
  /** The value that each local holds. */
  readonly locals: ValueNumber[];
  /** Per base address b: the n for which b + n is known not to exceed the memory's size. */
  readonly extents: Map<ValueNumber, number>;
}

export interface BoundsOptions {
  /** The size that the memory has at least, in bytes. */
  readonly minimumSize: number;
  /** C statement that traps unless `base` + `extent` is within the memory. */
  readonly check: (base: string, extent: number) => string;
}

/** Follows one function's instructions in order and writes checks into its lines. */
export class BoundsTracker {
  readonly #options: BoundsOptions;
  readonly #lines: string[];
  #next: ValueNumber = 0;
  readonly #byExpression = new Map<string, ValueNumber>();
  readonly #constants = new Map<ValueNumber, bigint>();
  readonly #sums = new Map<ValueNumber, { base: ValueNumber; added: number }>();
  #pending: PendingCheck[] = [];
  /** Furthest extent asked of each base since the last barrier. */
  #wanted = new Map<ValueNumber, number>();
  #known: Knowledge;

  /** `lines` is the function's text; a check takes the place of a line reserved for it. */
  constructor(options: BoundsOptions, lines: string[], locals: number) {
    this.#options = options;
    this.#lines = lines;
    this.#known = { locals: Array.from({ length: locals }, () => this.fresh()), extents: new Map() };
  }

  /** A value of which nothing is known. */
  fresh(): ValueNumber {
    this.#next += 1;
    return this.#next;
  }

  constant(type: ValueType, value: bigint): ValueNumber {
    const number = this.operation(`${type}.const ${value}`, []);
    this.#constants.set(number, value);
    return number;
  }

  /** The result of a pure operation: the same number for the same operation on the same values. */
  operation(name: string, operands: readonly ValueNumber[]): ValueNumber {
    const key = `${name} ${operands.join(' ')}`;
    const existing = this.#byExpression.get(key);
    if (existing !== undefined) return existing;
    const number = this.fresh();
    this.#byExpression.set(key, number);
    const [a, b] = operands;
    if (name === 'i32.add' && a !== undefined && b !== undefined) {
      const right = this.#constants.get(b);
      const left = this.#constants.get(a);
      // An addend with the high bit set is a subtraction: it may wrap below 0.
      if (right !== undefined && right < 0x80000000n) this.#sums.set(number, { base: a, added: Number(right) });
      else if (left !== undefined && left < 0x80000000n) this.#sums.set(number, { base: b, added: Number(left) });
    }
    return number;
  }

  local(index: number): ValueNumber {
    const value = this.#known.locals[index];
    if (value === undefined) throw new RangeError(`no local ${index}`);
    return value;
  }

  setLocal(index: number, value: ValueNumber): void {
    this.#known.locals[index] = value;
  }

  /** Makes sure that an access of `width` bytes at `base` + `offset` traps or is in bounds. */
  access(base: ValueNumber, expression: string, offset: number, width: number): void {
    const extent = offset + width;
    if (this.#isKnown(base, extent)) return;
    const wanted = this.#wanted.get(base);
    if (wanted === undefined) {
      this.#pending.push({ line: this.#lines.length, base, expression });
      this.#lines.push('');
    }
    this.#wanted.set(base, Math.max(wanted ?? 0, extent));
  }

  #isKnown(base: ValueNumber, extent: number): boolean {
    const constant = this.#constants.get(base);
    if (constant !== undefined && Number(constant) + extent <= this.#options.minimumSize) return true;
    if ((this.#known.extents.get(base) ?? 0) >= extent) return true;
    // base = b + c with b + (c + extent) in bounds: the sum cannot have wrapped.
    const sum = this.#sums.get(base);
    return sum !== undefined && (this.#known.extents.get(sum.base) ?? 0) >= sum.added + extent;
  }

  /** Nothing after this point is certain to be executed (or may be seen from outside before a later trap). */
  barrier(): void {
    for (const { line, base, expression } of this.#pending) {
      const extent = this.#wanted.get(base) ?? 0;
      this.#lines[line] = this.#options.check(expression, extent);
      this.#known.extents.set(base, Math.max(this.#known.extents.get(base) ?? 0, extent));
    }
    this.#pending = [];
    this.#wanted = new Map();
  }

  /** A copy of what is known here, for an edge that leaves from here. A barrier stands before it. */
  snapshot(): Knowledge {
    return { locals: [...this.#known.locals], extents: new Map(this.#known.extents) };
  }

  /** Continues with what is known on all of the edges that arrive here. */
  resume(edges: readonly Knowledge[]): void {
    const [first, ...others] = edges;
    if (first === undefined) return;
    const locals = first.locals.map((value, index) =>
      others.every((edge) => edge.locals[index] === value) ? value : this.fresh(),
    );
    const extents = new Map<ValueNumber, number>();
    for (const [base, extent] of first.extents) {
      const common = others.reduce((least, edge) => Math.min(least, edge.extents.get(base) ?? 0), extent);
      if (common > 0) extents.set(base, common);
    }
    this.#known = { locals, extents };
  }
}
