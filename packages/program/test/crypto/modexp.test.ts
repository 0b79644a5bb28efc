import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { bigEndian, randomBytes, toBigInt } from './module.js';

const load = (name: string): WebAssembly.Module =>
  new WebAssembly.Module(readFileSync(new URL(`../../${name}`, import.meta.url)));
const { exports } = new WebAssembly.Instance(load('test-modexp-native.wasm'), {
  env: { abort: (): never => assert.fail('it does not abort') },
});
const call = (name: string, ...args: number[]): number => {
  const f = exports[name];
  assert.ok(typeof f === 'function');
  return f(...args) as number;
};
const memory = exports.memory as WebAssembly.Memory;
const [baseAt, exponentAt, modulusAt, outAt] = [0, 0, 0, 0].map(() => call('allocate', 4096)) as [
  number,
  number,
  number,
  number,
];

function modexp(base: Uint8Array, exponent: Uint8Array, modulus: Uint8Array): bigint {
  new Uint8Array(memory.buffer, baseAt, base.length).set(base);
  new Uint8Array(memory.buffer, exponentAt, exponent.length).set(exponent);
  new Uint8Array(memory.buffer, modulusAt, modulus.length).set(modulus);
  call('modexp', baseAt, base.length, exponentAt, exponent.length, modulusAt, modulus.length, outAt);
  return toBigInt(new Uint8Array(memory.buffer, outAt, modulus.length).slice());
}

/** The same with BigInt. */
function expected(base: Uint8Array, exponent: Uint8Array, modulus: Uint8Array): bigint {
  const m = toBigInt(modulus);
  if (m === 0n) return 0n;
  let result = 1n % m;
  let factor = toBigInt(base) % m;
  for (let e = toBigInt(exponent); e > 0n; e >>= 1n) {
    if (e & 1n) result = (result * factor) % m;
    factor = (factor * factor) % m;
  }
  return result;
}

function check(base: Uint8Array, exponent: Uint8Array, modulus: Uint8Array): void {
  const say = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  assert.equal(
    modexp(base, exponent, modulus),
    expected(base, exponent, modulus),
    `${say(base)} ^ ${say(exponent)} mod ${say(modulus)}`,
  );
}

test('numbers of all lengths around the limbs', () => {
  const random = randomBytes(0xe4b);
  for (let length = 0; length <= 40; length++) {
    for (const baseLength of [0, 1, 7, 8, 9, length, 2 * length + 3, 70]) {
      for (const exponentLength of [0, 1, 2, 9]) check(random(baseLength), random(exponentLength), random(length));
    }
  }
});

test('moduli of every number of trailing zeros', () => {
  const random = randomBytes(0x2e20);
  for (let twos = 0n; twos <= 200n; twos++) {
    for (const oddLength of [0, 5, 16]) {
      const odd = oddLength === 0 ? 1n : toBigInt(random(oddLength)) | 1n;
      check(random(30), random(3), bigEndian(odd << twos, 48));
    }
  }
});

test('small moduli, exhaustively', () => {
  for (let m = 0; m <= 40; m++) {
    for (let b = 0; b <= 12; b++)
      for (let e = 0; e <= 8; e++) check(Uint8Array.of(b), Uint8Array.of(e), Uint8Array.of(m));
  }
});

test('numbers near the limits of their limbs', () => {
  const ones = new Uint8Array(32).fill(0xff);
  const nearly = [ones, bigEndian((1n << 256n) - 2n, 32), bigEndian(1n << 255n, 32), bigEndian((1n << 192n) + 1n, 32)];
  for (const base of nearly) for (const modulus of nearly) check(base, ones, modulus);
  // Two limbs have a multiplication of their own.
  const limbs = [0n, 1n, 1n << 63n, (1n << 64n) - 2n, (1n << 64n) - 1n];
  const pairs = limbs.flatMap((high) => limbs.map((low) => bigEndian((high << 64n) | low, 16)));
  for (const base of pairs) for (const modulus of pairs) check(base, Uint8Array.of(0xd7, 0xff), modulus);
});

test('the lengths of RSA', () => {
  const random = randomBytes(0x45a);
  for (const length of [128, 256, 512]) check(random(length), Uint8Array.of(1, 0, 1), random(length));
  check(random(256), random(256), random(256));
  check(random(1000), random(20), random(100));
});

test('exponents of every number of bits around the windows, and all ones', () => {
  const random = randomBytes(0x51de);
  for (const bits of [1, 2, 3, 7, 8, 9, 31, 32, 33, 95, 96, 97, 319, 320, 321, 700]) {
    const length = Math.ceil(bits / 8);
    const ones = (1n << BigInt(bits)) - 1n;
    for (const exponent of [
      ones,
      1n << BigInt(bits - 1),
      (toBigInt(random(length)) & ones) | (1n << BigInt(bits - 1)),
    ]) {
      for (const modulus of [random(8), random(16), random(24), bigEndian(1n << 127n, 16), bigEndian(3n << 70n, 16)]) {
        check(random(33), bigEndian(exponent, length), modulus);
      }
    }
  }
});

test('quotient digits that are estimated too large', () => {
  // Divisors whose second limb is large beside a top limb that is least, and dividends just below multiples of them.
  for (const top of [1n << 63n, (1n << 63n) + 1n, (1n << 64n) - 1n]) {
    for (const low of [1n, (1n << 64n) - 1n]) {
      const m = (((top << 64n) | ((1n << 64n) - 1n)) << 64n) | low;
      for (const k of [1n, 2n, (1n << 64n) - 1n, (1n << 128n) - 1n, (1n << 191n) + 1n]) {
        for (const off of [-1n, 0n, 1n]) check(bigEndian(m * k + off, 60), Uint8Array.of(1), bigEndian(m, 24));
      }
    }
  }
});
