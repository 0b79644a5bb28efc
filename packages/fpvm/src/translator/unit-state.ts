// What the emitter knows at a point of a unit: constants in registers, and memory windows already checked.

/** A range of addresses around a base register whose granule has been looked up; valid while the register is unchanged. */
export interface Window {
  /** Offsets from the register's value: at least `low`, below `high`. */
  readonly low: number;
  readonly high: number;
  readonly writable: boolean;
  /** The register's version when the window was opened. */
  readonly version: number;
  /** i32 local with the host address of `low`. */
  readonly local: number;
}

export class UnitState {
  readonly constants: Map<number, bigint>;
  readonly windows: Map<number, Window>;
  readonly #versions: Int32Array;
  static #nextVersion = 1;

  constructor(from?: UnitState) {
    this.constants = new Map(from?.constants);
    this.windows = new Map(from?.windows);
    this.#versions = from === undefined ? new Int32Array(32) : Int32Array.from(from.#versions);
    if (from === undefined) for (let r = 0; r < 32; r++) this.written(r, undefined);
  }

  version(register: number): number {
    return this.#versions[register] ?? 0;
  }

  /** A register has a new value, a known one where `constant` is given. */
  written(register: number, constant: bigint | undefined): void {
    UnitState.#nextVersion = (UnitState.#nextVersion + 1) | 0;
    this.#versions[register] = UnitState.#nextVersion;
    if (constant === undefined) this.constants.delete(register);
    else this.constants.set(register, BigInt.asIntN(64, constant));
  }

  constant(register: number): bigint | undefined {
    return register === 0 ? 0n : this.constants.get(register);
  }
}
