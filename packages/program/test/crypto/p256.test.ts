import assert from 'node:assert/strict';
import { test } from 'node:test';
import { p256 } from '@noble/curves/nist.js';
import { bigEndian, buffer, call, globalAddress, hex, randomBytes, readLimbs, toBigInt, writeLimbs } from './module.js';
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

test("the generator's table holds the odd multiples of G", () => {
  const { ptr } = buffer(0, 32);
  for (let i = 0; i < 64; i++) {
    const { x, y } = Point.BASE.multiply(BigInt(2 * i + 1)).toAffine();
    const entry = globalAddress('P256_GENERATOR_TABLE') + 64 * i;
    for (const [at, value] of [
      [entry, x],
      [entry + 32, y],
    ] as const) {
      call('p256Leave', ptr, at);
      assert.equal(readLimbs(ptr, 4), value);
    }
  }
});

test('field arithmetic of four limbs equals that of BigInt, at the edges too', () => {
  const { ptr } = buffer(0, 160);
  const [a, b, c, d, out] = [ptr, ptr + 32, ptr + 64, ptr + 96, ptr + 128];
  const inverseOfR = Point.Fp.inv(Point.Fp.create(1n << 256n));
  const limb = (i: number, value: bigint): bigint => value << BigInt(64 * i);
  // Numbers whose limbs are all zeros, all ones or the prime's, give or take one: where carries and borrows run through.
  const edges = [0n, 1n, 2n, p - 1n, p - 2n, (p - 1n) / 2n, (p + 1n) / 2n];
  for (let pattern = 0; pattern < 81; pattern++) {
    let value = 0n;
    for (let i = 0, rest = pattern; i < 4; i++, rest = Math.floor(rest / 3)) {
      const own = (p >> BigInt(64 * i)) & ((1n << 64n) - 1n);
      value += limb(i, [0n, (1n << 64n) - 1n, own][rest % 3] ?? 0n);
    }
    for (const near of [value - 1n, value, value + 1n]) if (near >= 0n && near < p) edges.push(near);
  }
  const values = [...edges, ...Array.from({ length: 60 }, () => toBigInt(random(32)) % p)];
  const is = (expected: bigint, what: string): void => assert.equal(readLimbs(out, 4), ((expected % p) + p) % p, what);
  for (const [i, x] of values.entries()) {
    writeLimbs(a, [x]);
    call('p256Halve', out, a);
    is(Point.Fp.div(x, 2n), `${x}/2`);
    call('p256Triple', out, a);
    is(3n * x, `3·${x}`);
    call('p256Square', out, a);
    is(x * x * inverseOfR, `${x}²`);
    for (const y of values) {
      writeLimbs(b, [y]);
      call('p256Add', out, a, b);
      is(x + y, `${x} + ${y}`);
      call('p256Subtract', out, a, b);
      is(x - y, `${x} - ${y}`);
      call('p256Multiply', out, a, b);
      is(x * y * inverseOfR, `${x}·${y}`);
      const [v, w] = [values[(i * 7 + 3) % values.length] ?? 0n, values[(i * 11 + 5) % values.length] ?? 0n];
      writeLimbs(c, [v]);
      writeLimbs(d, [w]);
      call('p256SumOfProducts', out, a, b, c, d);
      is((x * y + v * w) * inverseOfR, `${x}·${y} + ${v}·${w}`);
      call('p256SumOfProducts', out, a, b, b, a);
      is(2n * x * y * inverseOfR, `2·${x}·${y}`);
    }
  }
});

const LIMBS = 9;
const BITS = 29n;
const LIMB = (1n << BITS) - 1n;

/** The number of the nine limbs at `ptr`, of which all but the highest must be within 29 bits. */
function readNative(ptr: number): bigint {
  const limbs = [...new BigInt64Array(buffer(0, 4096).bytes.slice(ptr - buffer(0, 0).ptr).buffer, 0, LIMBS)];
  for (const limb of limbs.slice(0, -1)) assert.ok(limb >= 0n && limb <= LIMB, `${limb}`);
  return limbs.reduceRight((sum, limb) => (sum << BITS) + limb, 0n);
}

function writeNative(ptr: number, value: bigint): void {
  writeLimbs(
    ptr,
    Array.from({ length: LIMBS }, (_, i) => {
      const rest = value >> (BITS * BigInt(i));
      return i === LIMBS - 1 ? rest : rest & LIMB;
    }),
  );
}

test('field arithmetic of nine limbs equals that of BigInt on whatever stands for a number', () => {
  const { ptr } = buffer(0, 5 * 72);
  const [a, b, c, d, out] = [ptr, ptr + 72, ptr + 144, ptr + 216, ptr + 288];
  const { Fp } = Point;
  const inverseOfR = Fp.inv(Fp.create(1n << 261n));
  // Multiples of the prime and their neighbours, limbs of zeros and ones, up to 10p on either side: what the formulas reach.
  const edges = [-10n, -3n, -1n, 0n, 1n, 2n, 10n].flatMap((m) => [m * p - 1n, m * p, m * p + 1n]);
  for (let pattern = 0; pattern < 512; pattern += 7) {
    let value = 0n;
    for (let i = 0; i < LIMBS - 1; i++) if (((pattern >> i) & 1) === 1) value += LIMB << (BITS * BigInt(i));
    edges.push(value, value + 8n * p, value - 10n * p);
  }
  // All limbs as large as they get.
  edges.push((1n << 259n) - 1n, -(1n << 259n), -(1n << 259n) + (1n << 232n) - 1n);
  const values = [...edges, ...Array.from({ length: 20 }, () => (toBigInt(random(33)) % (20n * p)) - 10n * p)];
  const is = (expected: bigint, what: string, most: bigint): void => {
    const value = readNative(out);
    assert.equal(Fp.create(value), Fp.create(expected), what);
    assert.ok(value <= most * p && value >= -most * p, `${what} is beyond ${most}p`);
  };
  for (const [i, x] of values.entries()) {
    writeNative(a, x);
    assert.equal(readNative(a), x);
    call('p256NativeHalve', out, a);
    is(Fp.div(Fp.create(x), 2n), `${x}/2`, 6n);
    call('p256NativeTriple', out, a);
    is(3n * x, `3·${x}`, 31n);
    call('p256NativeSquare', out, a);
    is(x * x * inverseOfR, `${x}²`, 5n);
    assert.equal(call('p256NativeIsZero', a) !== 0, Fp.create(x) === 0n, `${x} = 0`);
    call('p256NativeLeave', out, a);
    assert.equal(readLimbs(out, 4), Fp.create(x * inverseOfR));
    for (const [j, y] of values.entries()) {
      writeNative(b, y);
      call('p256NativeAdd', out, a, b);
      is(x + y, `${x} + ${y}`, 21n);
      call('p256NativeSubtract', out, a, b);
      is(x - y, `${x} - ${y}`, 21n);
      call('p256NativeMultiply', out, a, b);
      is(x * y * inverseOfR, `${x}·${y}`, 5n);
      assert.equal(call('p256NativeEquals', a, b) !== 0, Fp.create(x - y) === 0n, `${x} = ${y}`);
      if ((i + j) % 8 !== 0) continue;
      const [v, w] = [values[(i * 7 + 3) % values.length] ?? 0n, values[(j * 11 + 5) % values.length] ?? 0n];
      writeNative(c, v);
      writeNative(d, w);
      call('p256NativeSumOfProducts', out, a, b, c, d);
      is((x * y + v * w) * inverseOfR, `${x}·${y} + ${v}·${w}`, 9n);
    }
  }
  for (const x of [0n, 1n, p - 1n, p, (1n << 256n) - 1n, toBigInt(random(32))]) {
    writeLimbs(a, [x]);
    call('p256NativeEnter', out, a);
    is(x << 261n, `${x} enters`, 2n);
    call('p256NativeConvert', out, a);
    is(x << 5n, `${x}, times 2^256, enters`, 2n);
  }
});
