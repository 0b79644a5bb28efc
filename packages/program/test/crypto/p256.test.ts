import assert from 'node:assert/strict';
import { test } from 'node:test';
import { p256 } from '@noble/curves/nist.js';
import { bigEndian, buffer, call, hex, randomBytes, toBigInt } from './module.js';
import { precompile } from './precompiles.js';

const { Point } = p256;
const { p, n } = Point.CURVE();
const random = randomBytes(0x256);

interface Signed {
  hash: bigint;
  r: bigint;
  s: bigint;
  x: bigint;
  y: bigint;
}

function verify({ hash, r, s, x, y }: Signed): boolean {
  const { ptr, bytes } = buffer(0, 160);
  bytes.set(Buffer.concat([hash, r, s, x, y].map((value) => bigEndian(value, 32))));
  return call('p256Verify', ptr) !== 0;
}

function sign(hash: Uint8Array, secret: bigint): Signed {
  const bytes = p256.sign(hash, bigEndian(secret, 32), { prehash: false, lowS: false });
  const { r, s } = p256.Signature.fromBytes(bytes);
  return { hash: toBigInt(hash), r, s, ...Point.BASE.multiply(secret).toAffine() };
}

const signatures = [1n, 2n, n - 1n, ...Array.from({ length: 25 }, () => toBigInt(random(32)) % n || 1n)].map((secret) =>
  sign(random(32), secret),
);

test('signatures of @noble/curves verify, of both s', () => {
  for (const signed of signatures) {
    assert.ok(verify(signed));
    assert.ok(verify({ ...signed, s: n - signed.s }));
  }
});

test('a change anywhere is refused', () => {
  for (const signed of signatures) {
    for (const field of ['hash', 'r', 's', 'x', 'y'] as const) {
      const bit = BigInt(toBigInt(random(1)) % 256n);
      assert.ok(!verify({ ...signed, [field]: signed[field] ^ (1n << bit) }), field);
    }
    assert.ok(!verify({ ...signed, y: p - signed.y }));
  }
});

test('r and s outside [1, n-1] and keys that are no points are refused', () => {
  const [signed] = signatures;
  assert.ok(signed !== undefined);
  for (const bad of [0n, n, n + 1n, signed.r + n, (1n << 256n) - 1n]) {
    assert.ok(!verify({ ...signed, r: bad % (1n << 256n) }));
    assert.ok(!verify({ ...signed, s: bad % (1n << 256n) }));
  }
  for (const [x, y] of [
    [0n, 0n],
    [p, signed.y],
    [signed.x, p],
    [(1n << 256n) - 1n, (1n << 256n) - 1n],
    [1n, 1n],
  ] as const) {
    assert.ok(!verify({ ...signed, x, y }));
  }
});

/** A signature of `hash` by the key q·G that was made backwards: the sum is (a + b·q)·G for a, b of our choice. */
function forged(q: bigint, a: bigint, b: bigint): Signed {
  const sum = Point.BASE.multiplyUnsafe((((a + b * q) % n) + n) % n);
  const r = sum.is0() ? 5n : sum.toAffine().x % n;
  const s = (r * Point.Fn.inv(b)) % n;
  return { hash: (a * s) % n, r, s, ...Point.BASE.multiply(q).toAffine() };
}

test('sums that double, cancel or end at infinity', () => {
  for (let q = 1n; q < 12n; q++) {
    for (let a = 1n; a < 12n; a++) {
      for (const b of [1n, 2n, 7n, n - 1n, n - 3n]) {
        assert.equal(verify(forged(q, a, b)), (a + b * q) % n !== 0n, `${a}·G + ${b}·${q}·G`);
      }
    }
  }
});

test('a hash of n or more counts modulo n, as does an abscissa', () => {
  const base = forged(3n, 5n, 7n);
  if (base.hash + n < 1n << 256n) assert.ok(verify({ ...base, hash: base.hash + n }));
  const small = forged(3n, 0n, 1n);
  assert.ok(verify(small));
  assert.ok(verify({ ...small, hash: n }));
});

test("agrees with @ethereumjs/evm's P256VERIFY", async () => {
  for (const signed of signatures.slice(0, 8)) {
    const input = Buffer.concat(
      [signed.hash, signed.r, signed.s, signed.x, signed.y].map((value) => bigEndian(value, 32)),
    );
    assert.equal(hex((await precompile(0x100, input)) ?? Uint8Array.of()), '00'.repeat(31) + '01');
    input[40] = (input[40] ?? 0) ^ 1;
    assert.equal(hex((await precompile(0x100, input)) ?? Uint8Array.of(9)), '');
  }
});
