// What the emitter knows at a point of a unit: constants in registers, and memory windows already checked.

/** A range of addresses around a base register that is known to be in linear memory; gone when the register is written. */
export interface Window {
  /** Offsets from the register's value: at least `low`, below `high`. */
  readonly low: number;
  readonly high: number;
  readonly writable: boolean;
  /**
   * Where it is: i32 local with the host address of `low`, found in the TLB; or the window is in a region, whose host
   * addresses are the low halves of guest addresses and `difference` (modulo 2^32).
   */
  readonly place: { readonly local: number } | { readonly difference: number };
}

const noConstants: readonly (number | undefined)[] = Array.from({ length: 32 }, () => undefined);
const noWindows: readonly (Window | undefined)[] = Array.from({ length: 32 }, () => undefined);

/**
 * Knowledge by register number. Copies are made when something changes: most blocks change little. Constants are kept
 * where they are exact as numbers; addresses are.
 */
export class UnitState {
  #constants: readonly (number | undefined)[];
  #windows: readonly (Window | undefined)[];

  constructor(from?: UnitState) {
    this.#constants = from === undefined ? noConstants : from.#constants;
    this.#windows = from === undefined ? noWindows : from.#windows;
  }

  constant(register: number): number | undefined {
    return register === 0 ? 0 : this.#constants[register];
  }

  window(register: number): Window | undefined {
    return this.#windows[register];
  }

  /** A register has a new value, a known one where `constant` is given. */
  written(register: number, constant: number | undefined): void {
    const known = constant !== undefined && Number.isSafeInteger(constant) ? constant : undefined;
    if (this.#constants[register] !== known) {
      const constants = this.#constants.slice();
      constants[register] = known;
      this.#constants = constants;
    }
    if (this.#windows[register] !== undefined) this.setWindow(register, undefined);
  }

  setWindow(register: number, window: Window | undefined): void {
    const windows = this.#windows.slice();
    windows[register] = window;
    this.#windows = windows;
  }
}
