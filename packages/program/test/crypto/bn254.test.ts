import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bn254 } from '@noble/curves/bn254.js';
import { bigEndian, buffer, call, hex, randomBytes, toBigInt } from './module.js';
import { precompile } from './precompiles.js';

const { Point } = bn254.G1;
const { p, n } = Point.CURVE();
const random = randomBytes(0xb254);
const scalar = (): bigint => toBigInt(random(32));

function encode(point: InstanceType<typeof Point>): Uint8Array {
  if (point.is0()) return new Uint8Array(64);
  const { x, y } = point.toAffine();
  return Buffer.concat([bigEndian(x, 32), bigEndian(y, 32)]);
}

/** The result's 64 bytes as hex, or null where the function refuses. */
function run(name: string, ...parts: Uint8Array[]): string | null {
  const { ptr, bytes } = buffer(0, 256);
  bytes.set(Buffer.concat(parts));
  bytes.fill(0xee, 192);
  if (call(name, ptr, ptr + 192) !== 0) return hex(bytes.subarray(192));
  assert.equal(hex(bytes.subarray(192)), 'ee'.repeat(64), 'a refusal writes nothing');
  return null;
}

const points = [0n, 1n, 2n, 3n, n - 1n, n - 2n, 1n << 128n].map((k) => Point.BASE.multiplyUnsafe(k));
for (let i = 0; i < 6; i++) points.push(Point.BASE.multiplyUnsafe(scalar() % n));

test('sums equal those of @noble/curves, with doublings, cancellations and infinity among them', () => {
  for (const a of points) {
    for (const b of points) {
      assert.equal(run('bn254Add', encode(a), encode(b)), hex(encode(a.add(b))));
    }
  }
});

test('multiples equal those of @noble/curves for any 256-bit factor', () => {
  const factors = [0n, 1n, 2n, 15n, 16n, 31n, n - 1n, n, n + 1n, 2n * n, (1n << 256n) - 1n, 1n << 255n];
  // The endomorphism multiplies by λ: factors of which one half is small, or none.
  const lambda = 0x30644e72e131a029048b6e193fd84104cc37a73fec2bc5e9b8ca0b2d36636f23n;
  assert.equal(lambda ** 3n % n, 1n);
  for (const half of [lambda, n - lambda])
    factors.push(half, half + 1n, half - 1n, (2n * half) % n, (half << 126n) % n);
  for (let i = 0; i < 12; i++) factors.push(scalar());
  for (const point of points) {
    for (const factor of factors) {
      const expected = point.multiplyUnsafe(factor % n);
      assert.equal(run('bn254Multiply', encode(point), bigEndian(factor, 32)), hex(encode(expected)));
    }
  }
});

test('coordinates of p or more and points off the curve are refused, in either place', () => {
  const { x, y } = Point.BASE.toAffine();
  const bad: [bigint, bigint][] = [
    [p, 0n],
    [0n, p],
    [x + p, y],
    [x, y + p],
    [(1n << 256n) - 1n, y],
    [x, y + 1n],
    [1n, 1n],
    [0n, 1n],
    [3n, 0n],
  ];
  for (const [badX, badY] of bad) {
    const encoded = Buffer.concat([bigEndian(badX, 32), bigEndian(badY, 32)]);
    for (const good of [Point.BASE, Point.ZERO]) {
      assert.equal(run('bn254Add', encoded, encode(good)), null);
      assert.equal(run('bn254Add', encode(good), encoded), null);
    }
    assert.equal(run('bn254Multiply', encoded, bigEndian(0n, 32)), null);
  }
});

test("results agree with @ethereumjs/evm's precompiles 0x06 and 0x07", async () => {
  for (const a of points.slice(0, 9)) {
    const b = points.at(-1) ?? Point.ZERO;
    const sum = Buffer.concat([encode(a), encode(b)]);
    assert.equal(run('bn254Add', sum), hex((await precompile(6, sum)) ?? Uint8Array.of(1)));
    const product = Buffer.concat([encode(a), random(32)]);
    assert.equal(run('bn254Multiply', product), hex((await precompile(7, product)) ?? Uint8Array.of(1)));
  }
  const offCurve = Buffer.concat([bigEndian(1n, 32), bigEndian(3n, 32), new Uint8Array(64)]);
  assert.equal(await precompile(6, offCurve), null);
  assert.equal(run('bn254Add', offCurve), null);
});
