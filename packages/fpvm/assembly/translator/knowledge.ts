// What the emitter knows at a point of a unit: constants in registers, and windows of memory already checked.
import { KNOWLEDGE } from './scratch';

/**
 * A range of addresses around a base register that is known to be in linear memory; gone when the register is written.
 * Offsets are from the register's value.
 */
@unmanaged
export class Window {
  low: i32;
  high: i32;
  isWritable: bool;
  /**
   * Whether a host address is the low half of the guest address plus `place`; offsets make no difference to that. Else
   * `place` is the i32 local with the host address of `low`.
   */
  isAdded: bool;
  place: i64;
  /** Offsets of which the pages are marked as written; none while the first is not below the second. */
  markedLow: i32;
  markedHigh: i32;
}

const WINDOWS: usize = 8 + 32 * 8;
const SIZE: usize = WINDOWS + 32 * offsetof<Window>();

let top: usize = KNOWLEDGE;


@inline
function constants(): u32 {
  return load<u32>(top);
}


@inline
function windows(): u32 {
  return load<u32>(top, 4);
}

/** Nothing is known, nor to be come back to. */
export function reset(): void {
  top = KNOWLEDGE;
  forget();
}

/** Nothing is known any more at the point at hand. */
export function forget(): void {
  store<u64>(top, 0);
}

/** Goes on with a copy of what is known; `pop` comes back. */
export function push(): void {
  memory.copy(top + SIZE, top, SIZE);
  top += SIZE;
}

export function pop(): void {
  top -= SIZE;
}


@inline
export function isConstant(register: u32): bool {
  return register == 0 || ((constants() >> register) & 1) != 0;
}


@inline
export function constant(register: u32): u64 {
  return register == 0 ? 0 : load<u64>(top + 8 + ((<usize>register) << 3));
}

/** A register has a new value that is not known. */
export function written(register: u32): void {
  store<u32>(top, constants() & ~(1 << register));
  store<u32>(top, windows() & ~(1 << register), 4);
}

export function writtenConstant(register: u32, value: u64): void {
  store<u32>(top, constants() | (1 << register));
  store<u32>(top, windows() & ~(1 << register), 4);
  store<u64>(top + 8 + ((<usize>register) << 3), value);
}


@inline
export function hasWindow(register: u32): bool {
  return ((windows() >> register) & 1) != 0;
}

/** The window of a register, if it has one; to be filled in behind `openWindow`. */
@inline
export function windowOf(register: u32): Window {
  return changetype<Window>(top + WINDOWS + offsetof<Window>() * <usize>register);
}

export function openWindow(register: u32): Window {
  store<u32>(top, windows() | (1 << register), 4);
  return windowOf(register);
}
