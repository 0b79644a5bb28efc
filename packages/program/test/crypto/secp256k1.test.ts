import assert from 'node:assert/strict';
import { test } from 'node:test';

import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { precompile } from './precompiles.js';
import { bigEndian, buffer, call, globalAddress, hex, randomBytes, readLimbs, toBigInt, writeLimbs } from './module.js';

const { Point } = secp256k1;
const n = Point.CURVE().n;
const p = Point.CURVE().p;
const LAMBDA = 0x5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72n;
const random = randomBytes(0xec);
const scalar = (): bigint => toBigInt(random(32)) % n;
const edges = [0n, 1n, 2n, 3n, n - 1n, n - 2n, (n - 1n) / 2n, (n + 1n) / 2n, 1n << 128n, (1n << 128n) - 1n, LAMBDA];

/** The public key as hex, or null where recovery refuses. */
function recover(hash: bigint, r: bigint, s: bigint, parity: number): string | null {
  const { ptr, bytes } = buffer(0, 192);
  bytes.set(bigEndian(hash, 32), 0);
  bytes.set(bigEndian(r, 32), 32);
  bytes.set(bigEndian(s, 32), 64);
  bytes.fill(0xee, 128);
  if (call('recoverPublicKey', ptr, ptr + 32, ptr + 64, parity, ptr + 128) !== 0) return hex(bytes.subarray(128));
  assert.equal(hex(bytes.subarray(128)), 'ee'.repeat(64), 'a refusal writes nothing');
  return null;
}

const uncompressed = (point: InstanceType<typeof Point>): string => hex(point.toBytes(false).subarray(1));

test('recovers the keys of @noble/curves signatures', () => {
  for (let i = 0; i < 150; i++) {
    const secret = bigEndian(scalar() || 1n, 32);
    const hash = random(32);
    const signature = secp256k1.Signature.fromBytes(
      secp256k1.sign(hash, secret, { prehash: false, format: 'recovered' }),
      'recovered',
    );
    const recovery = signature.recovery ?? 9;
    const key = hex(secp256k1.getPublicKey(secret, false).subarray(1));
    const h = toBigInt(hash);
    assert.equal(recover(h, signature.r, signature.s, recovery), key);
    // The other parity with the negated s says the same; s itself is another key.
    assert.equal(recover(h, signature.r, n - signature.s, 1 - recovery), key);
    assert.notEqual(recover(h, signature.r, signature.s, 1 - recovery), key);
  }
});

test('u·G + v·P is right for every pair of edge scalars', () => {
  // A signature (r, s) of hash z recovers (s/r)·P - (z/r)·G for the point P with abscissa r.
  const point = Point.BASE.multiply(0x1234567890abcdefn);
  const { x, y } = point.toAffine();
  for (const u of edges) {
    for (const v of edges) {
      if (v === 0n) continue;
      const expected = Point.BASE.multiplyUnsafe(u).add(point.multiplyUnsafe(v));
      const result = recover((((n - u) % n) * x) % n, x, (v * x) % n, Number(y & 1n));
      assert.equal(result, expected.is0() ? null : uncompressed(expected), `u = ${u}, v = ${v}`);
    }
  }
});

test('multiples of G itself: sums that meet doublings, cancellations and the point at infinity', () => {
  const { x, y } = Point.BASE.toAffine();
  const parity = Number(y & 1n);
  for (let u = -20n; u <= 20n; u++) {
    for (let v = 1n; v <= 20n; v++) {
      const sum = (((u + v) % n) + n) % n;
      const result = recover((((n - u) % n) * x) % n, x, (v * x) % n, parity);
      assert.equal(result, sum === 0n ? null : uncompressed(Point.BASE.multiply(sum)), `${u} + ${v}`);
    }
  }
  for (let i = 0; i < 20; i++) {
    const v = scalar();
    assert.equal(recover((v * x) % n, x, (v * x) % n, parity), null, 'cancels to infinity');
    const doubled = recover((((n - v) % n) * x) % n, x, (v * x) % n, parity);
    assert.equal(doubled, uncompressed(Point.BASE.multiply((2n * v) % n)));
  }
});

test('refuses r and s outside [1, n-1] and an r that is no abscissa', () => {
  const { x } = Point.BASE.toAffine();
  for (const bad of [0n, n, n + 1n, p, p + 1n, (1n << 256n) - 1n]) {
    assert.equal(recover(5n, bad, 1n, 0), null);
    assert.equal(recover(5n, x, bad, 0), null);
  }
  assert.notEqual(recover(5n, x, n - 1n, 0), null);
  const isAbscissa = (candidate: bigint): boolean => {
    try {
      Point.fromAffine({ x: candidate, y: Point.Fp.sqrt((candidate ** 3n + 7n) % p) });
      return true;
    } catch {
      return false;
    }
  };
  let refused = 0;
  for (const r of [1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, n - 1n, n - 2n, n - 3n, n - 4n]) {
    const result = recover(5n, r, 1n, 1);
    assert.equal(result !== null, isAbscissa(r), `r = ${r}`);
    if (result === null) refused += 1;
  }
  assert.ok(refused > 2 && refused < 10);
});

test('a hash of n or more counts modulo n', () => {
  const { x } = Point.BASE.toAffine();
  for (const extra of [0n, 1n, 12345n]) {
    assert.equal(recover(n + extra, x, 7n, 0), recover(extra, x, 7n, 0));
  }
  assert.notEqual(recover((1n << 256n) - 1n, x, 7n, 0), null);
});

test("recoverAddress agrees with @ethereumjs/evm's precompile 0x01", async () => {
  for (let i = 0; i < 12; i++) {
    const input = Buffer.concat([random(32), new Uint8Array(31), Uint8Array.of(27 + (i & 1)), random(64)]);
    const { ptr, bytes } = buffer(0, 192);
    bytes.set(input);
    const ok = call('recoverAddress', ptr, ptr + 64, ptr + 96, i & 1, ptr + 128) !== 0;
    const expected = hex((await precompile(1, input)) ?? Uint8Array.of(0xff));
    assert.equal(ok ? `${'00'.repeat(12)}${hex(bytes.subarray(128, 148))}` : '', expected);
  }
});

test('the address is the tail of the key’s Keccak-256', () => {
  const { ptr, bytes } = buffer(0, 192);
  bytes.set(bigEndian(5n, 32), 0);
  bytes.set(bigEndian(Point.BASE.toAffine().x, 32), 32);
  bytes.set(bigEndian(9n, 32), 64);
  assert.equal(call('recoverAddress', ptr, ptr + 32, ptr + 64, 0, ptr + 128), 1);
  const key = recover(5n, Point.BASE.toAffine().x, 9n, 0);
  assert.ok(key !== null);
  call('recoverAddress', ptr, ptr + 32, ptr + 64, 0, ptr + 128);
  assert.equal(hex(bytes.subarray(128, 148)), hex(keccak_256(Buffer.from(key, 'hex')).subarray(12)));
});

test("the generator's tables hold the odd multiples of G and 2^128·G", () => {
  const { ptr } = buffer(0, 64);
  for (const [name, base] of [
    ['GENERATOR_TABLE', 1n],
    ['HIGH_GENERATOR_TABLE', 1n << 128n],
  ] as const) {
    for (let i = 0; i < 64; i++) {
      const { x, y } = Point.BASE.multiply(base * BigInt(2 * i + 1)).toAffine();
      const entry = globalAddress(name) + 80 * i;
      call('fieldToLimbs', ptr, entry);
      call('fieldToLimbs', ptr + 32, entry + 40);
      assert.equal(readLimbs(ptr, 4), x);
      assert.equal(readLimbs(ptr + 32, 4), y);
    }
  }
});

/** As they are computed natively, and in the machine. */
const PRODUCTS: readonly ((out: number, a: number, b: number) => void)[] = [
  (out, a, b) => call('fieldMultiply', out, a, b),
  (out, a, b) => call('fieldMachineProduct', out, a, b, 6n),
];

test('field products, squares and roots equal BigInt arithmetic, also for operands of high magnitude', () => {
  const { ptr } = buffer(0, 512);
  const values = [0n, 1n, 2n, p - 1n, p - 2n, p, p + 1n, (1n << 256n) - 1n, (1n << 52n) - 1n, (1n << 255n) + 19n];
  for (let i = 0; i < 100; i++) values.push(toBigInt(random(32)));
  const [a, b, out] = [ptr + 64, ptr + 104, ptr + 144];
  const result = (): bigint => {
    call('fieldNormalize', out);
    call('fieldToLimbs', ptr, out);
    return readLimbs(ptr, 4);
  };
  const magnify = (element: number, factor: bigint): void =>
    writeLimbs(
      element,
      [0, 1, 2, 3, 4].map((i) => factor * readLimbs(element + 8 * i, 1)),
    );
  for (const x of values) {
    for (const y of values.slice(0, 20)) {
      for (const [magnitudeX, magnitudeY] of [
        [1n, 1n],
        [20n, 20n],
        [64n, 6n],
        [6n, 64n],
      ] as const) {
        writeLimbs(ptr, [x]);
        call('fieldFromLimbs', a, ptr);
        writeLimbs(ptr, [y]);
        call('fieldFromLimbs', b, ptr);
        magnify(a, magnitudeX);
        magnify(b, magnitudeY);
        for (const product of PRODUCTS) {
          product(out, a, b);
          assert.equal(result(), (x * y * magnitudeX * magnitudeY) % p);
        }
        assert.equal(call('fieldIsZero', a) !== 0, (x * magnitudeX) % p === 0n);
        if (magnitudeX <= 20n) {
          for (const square of ['fieldSquare', 'fieldMachineSquare']) {
            call(square, out, a);
            assert.equal(result(), (x * x * magnitudeX * magnitudeX) % p);
          }
        }
      }
    }
    writeLimbs(ptr, [(x * x) % p]);
    call('fieldFromLimbs', a, ptr);
    call('fieldSquareRoot', out, a);
    const root = result();
    assert.ok(root === x % p || root === (p - (x % p)) % p);
  }
});

test('inverses modulo p and n', () => {
  const { ptr } = buffer(0, 64);
  for (const [name, modulus] of [
    ['INVERSE_OF_P', p],
    ['INVERSE_OF_N', n],
  ] as const) {
    const values = [0n, 1n, 2n, 3n, modulus - 1n, modulus - 2n, (modulus + 1n) / 2n, 1n << 255n, 1n << 62n, 1n << 248n];
    for (let i = 0; i < 300; i++) values.push(toBigInt(random(32)) % modulus);
    for (let i = 0; i < 100; i++) values.push(toBigInt(random(1 + (i % 31))));
    for (const value of values) {
      writeLimbs(ptr, [value]);
      call('inverse', ptr, ptr, globalAddress(name));
      assert.equal((readLimbs(ptr, 4) * value) % modulus, value === 0n ? 0n : 1n);
    }
  }
});

test('the split of a scalar by the endomorphism', () => {
  const { ptr } = buffer(0, 96);
  const values = edges.filter((value) => value < n);
  for (let i = 0; i < 500; i++) values.push(scalar());
  for (const k of values) {
    writeLimbs(ptr, [k]);
    const signs = call('splitScalar', ptr + 32, ptr);
    const k1 = readLimbs(ptr + 32, 2) * (signs & 1 ? -1n : 1n);
    const k2 = readLimbs(ptr + 48, 2) * (signs & 2 ? -1n : 1n);
    assert.equal((k1 + k2 * LAMBDA - k) % n, 0n);
  }
});
