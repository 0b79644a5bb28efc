// The arithmetic that WebAssembly has no instruction for, as the RISC-V "M" extension defines it: division never traps.

/** Upper 64 bits of the unsigned product. */
export function mulhu(a: u64, b: u64): u64 {
  const a0 = a & 0xffffffff;
  const a1 = a >> 32;
  const b0 = b & 0xffffffff;
  const b1 = b >> 32;
  const low = a1 * b0 + ((a0 * b0) >> 32);
  const middle = a0 * b1 + (low & 0xffffffff);
  return a1 * b1 + (low >> 32) + (middle >> 32);
}


@inline
export function mulh(a: u64, b: u64): u64 {
  return mulhu(a, b) - ((<u64>((<i64>a) >> 63)) & b) - ((<u64>((<i64>b) >> 63)) & a);
}


@inline
export function mulhsu(a: u64, b: u64): u64 {
  return mulhu(a, b) - ((<u64>((<i64>a) >> 63)) & b);
}

/** Division by zero gives -1; the smallest number by -1 gives itself. */
@inline
export function div(a: i64, b: i64): i64 {
  return b == 0 ? -1 : b == -1 ? 0 - a : a / b;
}


@inline
export function divu(a: u64, b: u64): u64 {
  return b == 0 ? 0xffffffffffffffff : a / b;
}

/** Remainder by zero gives the dividend; by -1 it is 0. */
@inline
export function rem(a: i64, b: i64): i64 {
  return b == 0 ? a : b == -1 ? 0 : a % b;
}


@inline
export function remu(a: u64, b: u64): u64 {
  return b == 0 ? a : a % b;
}
