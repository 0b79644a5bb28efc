import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instantiate, random } from './module.js';

const signed = (x: bigint): bigint => BigInt.asIntN(256, x);
const low = (x: bigint): bigint => BigInt.asUintN(256, x);

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let b = base, e = exponent; e > 0n; e >>= 1n, b = low(b * b)) if (e & 1n) result = low(result * b);
  return result;
}

function signExtend(index: bigint, x: bigint): bigint {
  return index > 30n ? x : low(BigInt.asIntN(8 * Number(index) + 8, x));
}

/** What each operation of the test module means, by the numbers of assembly/testing/evm.ts. */
const OPERATIONS: [name: string, meaning: (a: bigint, b: bigint, c: bigint) => bigint][] = [
  ['add', (a, b) => low(a + b)],
  ['mul', (a, b) => low(a * b)],
  ['sub', (a, b) => low(a - b)],
  ['div', (a, b) => (b === 0n ? 0n : a / b)],
  ['sdiv', (a, b) => (b === 0n ? 0n : low(signed(a) / signed(b)))],
  ['mod', (a, b) => (b === 0n ? 0n : a % b)],
  ['smod', (a, b) => (b === 0n ? 0n : low(signed(a) % signed(b)))],
  ['addmod', (a, b, c) => (c === 0n ? 0n : (a + b) % c)],
  ['mulmod', (a, b, c) => (c === 0n ? 0n : (a * b) % c)],
  ['exp', power],
  ['signextend', signExtend],
  ['less', (a, b) => BigInt(a < b)],
  ['lessSigned', (a, b) => BigInt(signed(a) < signed(b))],
  ['equal', (a, b) => BigInt(a === b)],
  ['isZero', (a) => BigInt(a === 0n)],
  ['byteAt', (a, b) => (a > 31n ? 0n : (b >> (8n * (31n - a))) & 0xffn)],
  ['shl', (a, b) => (a > 255n ? 0n : low(b << a))],
  ['shr', (a, b) => (a > 255n ? 0n : b >> a)],
  ['sar', (a, b) => low(signed(b) >> (a > 255n ? 255n : a))],
  ['negate', (a) => low(-a)],
  ['bitLength', (a) => BigInt(a === 0n ? 0 : a.toString(2).length)],
];

const EDGES = [0n, 1n, 2n, 7n, 31n, 32n, 63n, 64n, 65n, 127n, 128n, 192n, 255n, 256n, 257n]
  .concat([64n, 128n, 192n, 255n, 256n].flatMap((n) => [(1n << n) - 1n, 1n << n, (1n << n) + 1n]))
  .concat([(1n << 256n) - (1n << 192n), (1n << 255n) | 1n, (1n << 256n) - (1n << 128n) - 1n])
  .map(low);

for (const [index, [name, meaning]] of OPERATIONS.entries()) {
  test(`${name} agrees with BigInt on edge values and random ones, wherever the result is put`, () => {
    const module = instantiate();
    module.reset();
    const check = (a: bigint, b: bigint, c: bigint): void => {
      const expected = meaning(a, b, c);
      for (const alias of [-1, 0, 1, 2]) {
        const result = module.arithmetic(index, [a, b, c], alias);
        assert.equal(result, expected, `${name}(0x${a.toString(16)}, 0x${b.toString(16)}, 0x${c.toString(16)})`);
      }
    };
    const numbers = random(BigInt(index) + 1n);
    for (const a of EDGES) for (const b of EDGES) check(a, b, numbers.word());
    module.reset();
    for (let i = 0; i < 3000; i++) {
      if (i % 500 === 0) module.reset();
      check(numbers.word(), numbers.word(), numbers.word());
    }
    // Divisors just below and above what the quotient's digits are estimated from.
    for (let i = 0; i < 1000; i++) {
      if (i % 500 === 0) module.reset();
      const b = (numbers.u64() << 128n) | (numbers.word() >> 128n);
      const q = low(numbers.word() >> 64n);
      check(low(b * q - (numbers.u64() & 1n)), b, (1n << 255n) | b);
      check(low((1n << 255n) + (numbers.u64() & 3n)), ((1n << 63n) << 64n) | 0xffff_ffff_ffff_ffffn, b);
    }
  });
}
