/**
 * Precompiles of curves at their edges: factors, numbers of terms and pairs, and every element of an input made wrong. What is right follows
 * from multiples of generators, which @noble/curves makes.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { bn254 } from '@noble/curves/bn254.js';
import { runPrecompile } from '../src/index.js';

const run = (number: number, input: string): string => {
  const address = Buffer.alloc(20);
  address[19] = number;
  return Buffer.from(runPrecompile(address, Buffer.from(input, 'hex'))).toString('hex');
};
const REFUSED = '00';
const elements = (bytes: number, ...values: bigint[]) =>
  values.map((value) => value.toString(16).padStart(2 * bytes, '0')).join('');
const word = (value: bigint) => elements(32, value);
const verdict = (one: boolean) => `01${word(one ? 1n : 0n)}`;

const BLS = {
  order: bls12_381.fields.Fr.ORDER,
  modulus: bls12_381.fields.Fp.ORDER,
  element: 64,
  G1: bls12_381.G1.Point,
  G2: bls12_381.G2.Point,
  g1: (p: typeof bls12_381.G1.Point.BASE) => (p.is0() ? elements(64, 0n, 0n) : elements(64, p.x, p.y)),
  g2: (p: typeof bls12_381.G2.Point.BASE) =>
    p.is0() ? elements(64, 0n, 0n, 0n, 0n) : elements(64, p.x.c0, p.x.c1, p.y.c0, p.y.c1),
};
const BN = {
  order: bn254.fields.Fr.ORDER,
  modulus: bn254.fields.Fp.ORDER,
  element: 32,
  G1: bn254.G1.Point,
  G2: bn254.G2.Point,
  g1: (p: typeof bn254.G1.Point.BASE) => (p.is0() ? elements(32, 0n, 0n) : elements(32, p.x, p.y)),
  g2: (p: typeof bn254.G2.Point.BASE) =>
    p.is0() ? elements(32, 0n, 0n, 0n, 0n) : elements(32, p.x.c1, p.x.c0, p.y.c1, p.y.c0),
};

/** The curve's parameter, in whose powers factors are written, and factors around what that does with them. */
const U = 0xd201000000010000n;
// prettier-ignore
const FACTORS = [
  0n, 1n, 15n, 16n, 17n, 31n, 32n, 33n, U - 1n, U, U + 1n, U ** 2n - 1n, U ** 2n, U ** 3n, U ** 4n - 1n,
  BLS.order - 1n, BLS.order, BLS.order + 1n, 2n * BLS.order - 1n, 2n * BLS.order, 2n * BLS.order + 1n,
  (1n << 256n) - 1n, 1n << 255n, BigInt(`0x${'84210842'.repeat(8)}`), BigInt(`0x${'f83e0f83'.repeat(8)}`),
];

test('BLS12-381: a point times a factor at any edge', () => {
  for (const factor of FACTORS) {
    const times = (3n * factor) % BLS.order;
    const [one, two] = [BLS.G1.BASE.multiply(3n), BLS.G2.BASE.multiply(3n)];
    assert.equal(run(0x0c, BLS.g1(one) + word(factor)), `01${BLS.g1(BLS.G1.BASE.multiplyUnsafe(times))}`);
    assert.equal(run(0x0e, BLS.g2(two) + word(factor)), `01${BLS.g2(BLS.G2.BASE.multiplyUnsafe(times))}`);
    assert.equal(run(0x0c, BLS.g1(BLS.G1.ZERO) + word(factor)), `01${BLS.g1(BLS.G1.ZERO)}`);
    assert.equal(run(0x0e, BLS.g2(BLS.G2.ZERO) + word(factor)), `01${BLS.g2(BLS.G2.ZERO)}`);
  }
});

test('BLS12-381: sums of as many terms as are taken at once, more and fewer, infinity among them', () => {
  const ones = [BLS.G1.ZERO];
  const twos = [BLS.G2.ZERO];
  for (let i = 1; i < 130; i++) {
    ones.push((ones[i - 1] ?? BLS.G1.ZERO).add(BLS.G1.BASE));
    if (i < 70) twos.push((twos[i - 1] ?? BLS.G2.ZERO).add(BLS.G2.BASE));
  }
  const factor = (i: number) => (FACTORS[i % FACTORS.length] ?? 0n) + BigInt(i);
  const sum = (count: number) => {
    let total = 0n;
    for (let i = 0; i < count; i++) total += BigInt(i) * (factor(i) % (1n << 256n));
    return total % BLS.order;
  };
  const terms = (points: string[]) => points.map((point, i) => point + word(factor(i) % (1n << 256n))).join('');
  for (const count of [2, 63, 64, 65, 128, 129, 130]) {
    const points = ones.slice(0, count).map(BLS.g1);
    assert.equal(run(0x0c, terms(points)), `01${BLS.g1(BLS.G1.BASE.multiplyUnsafe(sum(count)))}`, `${count} of G1`);
    assert.equal(run(0x0c, terms([...points.slice(0, -1), elements(64, 1n, 1n)])), REFUSED, 'its last is no point');
  }
  for (const count of [2, 31, 32, 33, 65]) {
    const points = twos.slice(0, count).map(BLS.g2);
    assert.equal(run(0x0e, terms(points)), `01${BLS.g2(BLS.G2.BASE.multiplyUnsafe(sum(count)))}`, `${count} of G2`);
  }
});

for (const [name, address, curve] of [
  ['BLS12-381', 0x0f, BLS],
  ['bn254', 0x08, BN],
] as const) {
  const one = (times: bigint) =>
    curve === BLS ? BLS.g1(BLS.G1.BASE.multiplyUnsafe(times)) : BN.g1(BN.G1.BASE.multiplyUnsafe(times));
  const two = (times: bigint) =>
    curve === BLS ? BLS.g2(BLS.G2.BASE.multiplyUnsafe(times)) : BN.g2(BN.G2.BASE.multiplyUnsafe(times));
  const { order, modulus, element } = curve;

  test(`${name}: products of as many pairings as are taken at once, more and fewer, infinity among them`, () => {
    for (const count of [2, 15, 16, 17, 33]) {
      const pairs = Array.from({ length: count - 1 }, (_, i) => one(BigInt(i + 2)) + two(BigInt(i + 3)));
      let total = 0n;
      for (let i = 0n; i < BigInt(count - 1); i++) total += (i + 2n) * (i + 3n);
      const last = one(order - 1n) + two(total);
      assert.equal(run(address, [...pairs, last].join('')), verdict(true), `${count}`);
      assert.equal(run(address, [last, ...pairs.toReversed()].join('')), verdict(true), `${count}, the other way`);
      assert.equal(run(address, [...pairs, one(order - 1n) + two(total + 1n)].join('')), verdict(false));
      const infinite = [one(0n) + two(5n), one(5n) + two(0n), one(0n) + two(0n)];
      assert.equal(run(address, [infinite[0], ...pairs, infinite[1], last, infinite[2]].join('')), verdict(true));
      assert.equal(run(address, [...infinite, ...pairs].join('')), verdict(false));
    }
    assert.equal(run(address, one(0n) + two(5n) + one(7n) + two(0n)), verdict(true), 'nothing but infinity');
    assert.equal(run(address, one(7n) + two(5n) + one(0n) + two(1n)), verdict(false), 'one pair without');
    assert.equal(run(address, one(7n) + two(5n) + one(order - 7n) + two(5n)), verdict(true), 'two that cancel');
    assert.equal(run(address, one(7n) + two(5n) + one(7n) + two(order - 5n)), verdict(true), 'in the other group');
  });

  test(`${name}: no element of a pair may be another number, larger than the modulus, or end too early`, () => {
    const good = one(7n) + two(5n);
    assert.equal(run(address, good), verdict(false));
    for (let at = 0; at < 6; at++) {
      const [from, to] = [2 * element * at, 2 * element * (at + 1)];
      const value = BigInt(`0x${good.slice(from, to)}`);
      for (const other of [
        value + 1n,
        modulus - value,
        value + modulus,
        0n,
        modulus,
        (1n << BigInt(8 * element)) - 1n,
      ]) {
        if (other >= 1n << BigInt(8 * element)) continue;
        const input = good.slice(0, from) + elements(element, other) + good.slice(to);
        // The negative of a point of G1 is one as well.
        if (at === 1 && other === modulus - value) continue;
        assert.equal(run(address, input), REFUSED, `element ${at}: ${other.toString(16)}`);
      }
    }
    assert.equal(run(address, good.slice(2)), REFUSED);
    assert.equal(run(address, `${good}00`), REFUSED);
    assert.equal(run(address, one(0n) + two(0n).slice(0, -2) + '01'), REFUSED, 'half of infinity');
  });
}

test('BLS12-381: no element of a sum or a map may be as large as the modulus, or have something before it', () => {
  const one = BLS.g1(BLS.G1.BASE.multiply(7n));
  const two = BLS.g2(BLS.G2.BASE.multiply(7n));
  for (const [number, input, count] of [
    [0x0b, one + one, 4],
    [0x0c, one + word(9n), 2],
    [0x0d, two + two, 8],
    [0x0e, two + word(9n), 4],
    [0x10, elements(64, 5n), 1],
    [0x11, elements(64, 5n, 6n), 2],
  ] as const) {
    assert.equal(run(number, input).slice(0, 2), '01');
    for (let at = 0; at < count; at++) {
      const value = BigInt(`0x${input.slice(128 * at, 128 * (at + 1))}`);
      for (const other of [value + BLS.modulus, value + (1n << 384n), value + (1n << 511n)]) {
        const wrong = input.slice(0, 128 * at) + elements(64, other) + input.slice(128 * (at + 1));
        assert.equal(run(number, wrong), REFUSED, `0x${number.toString(16)}, element ${at}`);
      }
    }
  }
});
