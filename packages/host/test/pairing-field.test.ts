/** The fields' arithmetic (assembly/pairing) at the limits that its comments name, held to integers of any size. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { bn254 } from '@noble/curves/bn254.js';

type Field = {
  memory: WebAssembly.Memory;
  place(i: number): number;
  digits(): number;
  bits(): number;
  multiply(out: number, a: number, b: number): void;
  sumOfProducts(out: number, a: number, b: number, c: number, d: number): void;
  differenceOfProducts(out: number, a: number, b: number, c: number, d: number): void;
  normalize(out: number, a: number): void;
  invert(out: number, a: number): void;
  isZero(a: number): number;
  isOdd(a: number): number;
  read(out: number, bytes: number): number;
  write(bytes: number, a: number): void;
};

const CURVES = [
  { name: 'bls12-381', p: bls12_381.fields.Fp.ORDER, bytes: 48, mostMagnitude: 13n },
  { name: 'bn254', p: bn254.fields.Fp.ORDER, bytes: 32, mostMagnitude: 29n },
];

for (const { name, p, bytes, mostMagnitude } of CURVES) {
  const module = new WebAssembly.Module(readFileSync(new URL(`../test-field-${name}.wasm`, import.meta.url)));
  const field = new WebAssembly.Instance(module).exports as unknown as Field;
  const [count, bits] = [field.digits(), BigInt(field.bits())];
  const [out, a, b, c, d] = [0, 1, 2, 3, 4].map((i) => field.place(i)) as [number, number, number, number, number];
  const mod = (value: bigint) => ((value % p) + p) % p;
  const power = (base: bigint, exponent: bigint): bigint =>
    exponent === 0n ? 1n : mod(power(mod(base * base), exponent >> 1n) * (exponent & 1n ? base : 1n));
  const montgomery = 1n << (bits * BigInt(count));
  const inverseOfMontgomery = power(montgomery % p, p - 2n);
  const half = 1n << (bits - 1n);
  const top = p >> (bits * BigInt(count - 1));

  const put = (at: number, digits: readonly bigint[]) => {
    const view = new DataView(field.memory.buffer);
    for (const [i, digit] of digits.entries()) view.setInt32(at + 4 * i, Number(digit), true);
  };
  const digitsAt = (at: number) => {
    const view = new DataView(field.memory.buffer);
    return Array.from({ length: count }, (_, i) => BigInt(view.getInt32(at + 4 * i, true)));
  };
  const putBytes = (at: number, number: bigint) =>
    new Uint8Array(field.memory.buffer, at, bytes).set(
      Buffer.from(number.toString(16).padStart(2 * bytes, '0'), 'hex'),
    );
  const value = (digits: readonly bigint[]) => digits.reduceRight((sum, digit) => (sum << bits) + digit, 0n);
  /** Of magnitude 1, as a product's result. */
  const isReduced = (digits: readonly bigint[]) => {
    for (const digit of digits.slice(0, -1)) assert(digit <= half + 1024n && digit >= -half - 1024n, `${digit}`);
    assert(value(digits) <= p + p / 64n && value(digits) >= -p / 64n, `${value(digits)}`);
  };
  /** Digits of a magnitude, as far from zero as they may be, of a value that is as well; signs by the bits of `signs`. */
  const extreme = (magnitude: bigint, signs: number): bigint[] =>
    Array.from({ length: count }, (_, i) => {
      const most = magnitude * (i === count - 1 ? top : half + 512n);
      return (signs >> i) & 1 ? -most : most;
    });
  const SIGNS = [0, -1, 0x5555, 0x2aaa, 0x3fff, 0x1fff, 0x2000, 0x0f0f, 0x1234];

  test(`${name}: products of the largest magnitudes that are allowed are reduced rightly`, () => {
    for (const [x, y] of [
      [1n, 1n],
      [4n, 8n],
      [2n, 15n],
    ] as const) {
      for (const s of SIGNS) {
        for (const t of SIGNS) {
          const [first, second] = [extreme(x, s), extreme(y, t)];
          put(a, first);
          put(b, second);
          field.multiply(out, a, b);
          isReduced(digitsAt(out));
          const product = value(first) * value(second) * inverseOfMontgomery;
          assert.equal(mod(value(digitsAt(out))), mod(product));
          put(c, extreme(2n, t));
          put(d, extreme(y / 2n, s));
          put(a, extreme(x, s));
          put(b, extreme(y / 2n, t));
          const [one, other] = [
            value(extreme(x, s)) * value(extreme(y / 2n, t)),
            value(extreme(2n, t)) * value(extreme(y / 2n, s)),
          ];
          field.sumOfProducts(out, a, b, c, d);
          isReduced(digitsAt(out));
          assert.equal(mod(value(digitsAt(out))), mod((one + other) * inverseOfMontgomery));
          field.differenceOfProducts(out, a, b, c, d);
          isReduced(digitsAt(out));
          assert.equal(mod(value(digitsAt(out))), mod((one - other) * inverseOfMontgomery));
        }
      }
    }
  });

  test(`${name}: sums of the largest magnitude that is allowed are made small`, () => {
    for (let magnitude = 1n; magnitude <= mostMagnitude; magnitude++) {
      for (const s of SIGNS) {
        put(a, extreme(magnitude, s));
        field.normalize(out, a);
        const digits = digitsAt(out);
        for (const digit of digits) assert(digit <= half + 64n && digit >= -half - 64n);
        assert(2n * value(digits) <= p + p / 32n && 2n * value(digits) >= -p - p / 32n);
        assert.equal(mod(value(digits)), mod(value(extreme(magnitude, s))));
        field.normalize(a, a);
        assert.deepEqual(digitsAt(a), digits, 'in its own place');
      }
    }
  });

  test(`${name}: inverses are those, of zero zero`, () => {
    const numbers = [
      0n,
      1n,
      2n,
      p - 1n,
      p - 2n,
      (p + 1n) / 2n,
      montgomery % p,
      ...SIGNS.map((s) => mod(value(extreme(1n, s)))),
    ];
    for (let i = 0n; i < 100n; i++) numbers.push(power(5n + i, p / (i + 3n)), 1n << (i * 2n), mod(-(1n << (i * 2n))));
    for (const number of numbers) {
      putBytes(c, number);
      assert.equal(field.read(a, c), 1);
      isReduced(digitsAt(a));
      assert.equal(field.isZero(a), number === 0n ? 1 : 0);
      assert.equal(field.isOdd(a), Number(number & 1n));
      field.invert(b, a);
      field.write(d, b);
      const written = BigInt(`0x${Buffer.from(new Uint8Array(field.memory.buffer, d, bytes)).toString('hex')}`);
      assert.equal(written, power(number, p - 2n));
    }
  });

  test(`${name}: what is not below the modulus is no element`, () => {
    for (const number of [p, p + 1n, (1n << BigInt(8 * bytes)) - 1n]) {
      putBytes(c, number);
      assert.equal(field.read(a, c), 0);
    }
  });
}
