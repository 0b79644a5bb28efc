// What the interpreter does to the stack. The stack grows downwards: `sp` is the item on top, the one below it 32 bytes
// higher. The functions name all places from one address, so that one bounds check serves them.
import { bitLength, setU64 } from '../u256';

// @ts-ignore: decorator
@inline
export function duplicate(sp: usize, distance: usize): usize {
  const to = sp - 32;
  const from = to + 32 + distance;
  store<u64>(to, load<u64>(from));
  store<u64>(to, load<u64>(from, 8), 8);
  store<u64>(to, load<u64>(from, 16), 16);
  store<u64>(to, load<u64>(from, 24), 24);
  return to;
}

/** Takes two items and puts a truth value. */
// @ts-ignore: decorator
@inline
export function decide(sp: usize, truth: bool): usize {
  store<u64>(sp, u64(truth), 32);
  store<u64>(sp, 0, 40);
  store<u64>(sp, 0, 48);
  store<u64>(sp, 0, 56);
  return sp + 32;
}

/** The sum of the two items on top. */
// @ts-ignore: decorator
@inline
export function addTop(sp: usize): usize {
  const a0 = load<u64>(sp);
  const b3 = load<u64>(sp, 56);
  const r0 = a0 + load<u64>(sp, 32);
  let carry = u64(r0 < a0);
  const a1 = load<u64>(sp, 8);
  const s1 = a1 + load<u64>(sp, 40);
  const r1 = s1 + carry;
  carry = u64(s1 < a1) | u64(r1 < carry);
  const a2 = load<u64>(sp, 16);
  const s2 = a2 + load<u64>(sp, 48);
  const r2 = s2 + carry;
  carry = u64(s2 < a2) | u64(r2 < carry);
  store<u64>(sp, r0, 32);
  store<u64>(sp, r1, 40);
  store<u64>(sp, r2, 48);
  store<u64>(sp, load<u64>(sp, 24) + b3 + carry, 56);
  return sp + 32;
}

/** The item on top less the one below it. */
// @ts-ignore: decorator
@inline
export function subTop(sp: usize): usize {
  const a0 = load<u64>(sp);
  const b3 = load<u64>(sp, 56);
  const b0 = load<u64>(sp, 32);
  let borrow = u64(a0 < b0);
  const a1 = load<u64>(sp, 8);
  const b1 = load<u64>(sp, 40);
  const d1 = a1 - b1;
  const r1 = d1 - borrow;
  borrow = u64(a1 < b1) | u64(d1 < borrow);
  const a2 = load<u64>(sp, 16);
  const b2 = load<u64>(sp, 48);
  const d2 = a2 - b2;
  const r2 = d2 - borrow;
  borrow = u64(a2 < b2) | u64(d2 < borrow);
  store<u64>(sp, a0 - b0, 32);
  store<u64>(sp, r1, 40);
  store<u64>(sp, r2, 48);
  store<u64>(sp, load<u64>(sp, 24) - b3 - borrow, 56);
  return sp + 32;
}

/** Whether the item on top is less than the one below it, unsigned. */
// @ts-ignore: decorator
@inline
export function lessTop(sp: usize): bool {
  let x = load<u64>(sp, 24);
  let y = load<u64>(sp, 56);
  if (x == y) {
    x = load<u64>(sp, 16);
    y = load<u64>(sp, 48);
    if (x == y) {
      x = load<u64>(sp, 8);
      y = load<u64>(sp, 40);
      if (x == y) {
        x = load<u64>(sp);
        y = load<u64>(sp, 32);
      }
    }
  }
  return x < y;
}

/** Whether the item on top is greater than the one below it, unsigned. */
// @ts-ignore: decorator
@inline
export function greaterTop(sp: usize): bool {
  let x = load<u64>(sp, 24);
  let y = load<u64>(sp, 56);
  if (x == y) {
    x = load<u64>(sp, 16);
    y = load<u64>(sp, 48);
    if (x == y) {
      x = load<u64>(sp, 8);
      y = load<u64>(sp, 40);
      if (x == y) {
        x = load<u64>(sp);
        y = load<u64>(sp, 32);
      }
    }
  }
  return x > y;
}

/** Puts the `n` (5 to 32) bytes at `p` on the stack. */
// @ts-ignore: decorator
@inline
export function pushBytes(sp: usize, p: usize, n: i32): void {
  store<u64>(sp, 0);
  store<u64>(sp, 0, 8);
  store<u64>(sp, 0, 16);
  store<u64>(sp, 0, 24);
  // Byte i of the number, counted from the lowest, is 31 - i behind this.
  const from = p + <usize>n - 32;
  switch (n) {
    case 32:
      store<u8>(sp, load<u8>(from, 0), 31);
    case 31:
      store<u8>(sp, load<u8>(from, 1), 30);
    case 30:
      store<u8>(sp, load<u8>(from, 2), 29);
    case 29:
      store<u8>(sp, load<u8>(from, 3), 28);
    case 28:
      store<u8>(sp, load<u8>(from, 4), 27);
    case 27:
      store<u8>(sp, load<u8>(from, 5), 26);
    case 26:
      store<u8>(sp, load<u8>(from, 6), 25);
    case 25:
      store<u8>(sp, load<u8>(from, 7), 24);
    case 24:
      store<u8>(sp, load<u8>(from, 8), 23);
    case 23:
      store<u8>(sp, load<u8>(from, 9), 22);
    case 22:
      store<u8>(sp, load<u8>(from, 10), 21);
    case 21:
      store<u8>(sp, load<u8>(from, 11), 20);
    case 20:
      store<u8>(sp, load<u8>(from, 12), 19);
    case 19:
      store<u8>(sp, load<u8>(from, 13), 18);
    case 18:
      store<u8>(sp, load<u8>(from, 14), 17);
    case 17:
      store<u8>(sp, load<u8>(from, 15), 16);
    case 16:
      store<u8>(sp, load<u8>(from, 16), 15);
    case 15:
      store<u8>(sp, load<u8>(from, 17), 14);
    case 14:
      store<u8>(sp, load<u8>(from, 18), 13);
    case 13:
      store<u8>(sp, load<u8>(from, 19), 12);
    case 12:
      store<u8>(sp, load<u8>(from, 20), 11);
    case 11:
      store<u8>(sp, load<u8>(from, 21), 10);
    case 10:
      store<u8>(sp, load<u8>(from, 22), 9);
    case 9:
      store<u8>(sp, load<u8>(from, 23), 8);
    case 8:
      store<u8>(sp, load<u8>(from, 24), 7);
    case 7:
      store<u8>(sp, load<u8>(from, 25), 6);
    case 6:
      store<u8>(sp, load<u8>(from, 26), 5);
    default:
      store<u8>(sp, load<u8>(from, 27), 4);
      store<u8>(sp, load<u8>(from, 28), 3);
      store<u8>(sp, load<u8>(from, 29), 2);
      store<u8>(sp, load<u8>(from, 30), 1);
      store<u8>(sp, load<u8>(from, 31), 0);
  }
}

// @ts-ignore: decorator
@inline
export function swap(sp: usize, distance: usize): void {
  const other = sp + distance;
  const a0 = load<u64>(sp);
  const a1 = load<u64>(sp, 8);
  const a2 = load<u64>(sp, 16);
  const a3 = load<u64>(sp, 24);
  store<u64>(sp, load<u64>(other));
  store<u64>(sp, load<u64>(other, 8), 8);
  store<u64>(sp, load<u64>(other, 16), 16);
  store<u64>(sp, load<u64>(other, 24), 24);
  store<u64>(other, a0);
  store<u64>(other, a1, 8);
  store<u64>(other, a2, 16);
  store<u64>(other, a3, 24);
}

/** Makes room on the stack and puts a value below 2^64 there. */
// @ts-ignore: decorator
@inline
export function push(sp: usize, value: u64): usize {
  sp -= 32;
  setU64(sp, value);
  return sp;
}

/** Whether a word at the u256 `offset` lies within `size` bytes. */
// @ts-ignore: decorator
@inline
export function wordFits(offset: usize, size: u32): bool {
  const low = load<u64>(offset);
  return (
    (load<u64>(offset, 8) | load<u64>(offset, 16) | load<u64>(offset, 24) | (low >> 32)) == 0 && low + 32 <= <u64>size
  );
}

/** Leading zero bits of the u256 at `a`. */
// @ts-ignore: decorator
@inline
export function leadingZeros(a: usize): u64 {
  return 256 - <u64>bitLength(a);
}
