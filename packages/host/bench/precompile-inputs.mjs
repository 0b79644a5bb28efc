// Inputs of the precompiles that L1 answers, valid and the dearest: for each kind the address's number and a function that makes as many as
// 30 million gas pay for calls, each of them different (points not met before).
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { bn254 } from '@noble/curves/bn254.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { runPrecompile } from '../dist/src/index.js';
import { versionedHashOf } from '../dist/src/versioned-hash.js';

export const GAS = 30_000_000;
/** Gas of a call beside the precompile's: a warm account, and what its arguments take at least. */
const CALL = 130;

export const address = (number) => Buffer.from(number.toString(16).padStart(40, '0'), 'hex');
const hex = (value, bytes) => Buffer.from(value.toString(16).padStart(2 * bytes, '0'), 'hex');
const random = (i, bytes = 32) => createHash('sha512').update(`${i}`).digest().subarray(0, bytes);
const indices = (count) => Array.from({ length: count }, (_, i) => i);
/** `count` points one after the other, encoded. */
function series(base, count, encode) {
  const points = [];
  for (let i = 0, point = base.multiply(12345n); i < count; i++, point = point.add(base)) points.push(encode(point));
  return points;
}
const ofBls = (...values) => Buffer.concat(values.map((value) => hex(value, 64)));
const blsG1 = (count) => series(bls12_381.G1.Point.BASE, count, (p) => ofBls(p.x, p.y));
const blsG2 = (count) => series(bls12_381.G2.Point.BASE, count, (p) => ofBls(p.x.c0, p.x.c1, p.y.c0, p.y.c1));
const ofBn = (...values) => Buffer.concat(values.map((value) => hex(value, 32)));
const bnG1 = (count) => series(bn254.G1.Point.BASE, count, (p) => ofBn(p.x, p.y));
const bnG2 = (count) => series(bn254.G2.Point.BASE, count, (p) => ofBn(p.x.c1, p.x.c0, p.y.c1, p.y.c0));

/** Pairs, `each` a call, until the gas is used up. */
function pairs(ones, twos, gas, each) {
  const calls = Math.floor(GAS / (gas(each) + CALL));
  const [one, two] = [ones(64), twos(calls * each)];
  return indices(calls).map((i) =>
    Buffer.concat(indices(each).flatMap((j) => [one[(7 * i + j) % 64], two[i * each + j]])),
  );
}
/** Sums of `terms` points, each with a factor. */
function sums(points, price, discount, terms) {
  const calls = Math.floor(GAS / (price * terms * discount + CALL));
  const all = points(128);
  return indices(calls).map((i) =>
    Buffer.concat(indices(terms).flatMap((j) => [all[(i + j) % 128], random(i * terms + j)])),
  );
}
/** Each sum is an operand of the next; there are 5,000 more than the gas pays for. */
function additions(number, points, price) {
  const [one, two] = points(2);
  const inputs = [];
  // Once without the clock, which is also what they are made by.
  let sum = one;
  for (let left = Math.floor(GAS / (price + CALL)) + 5000; left > 0; left--) {
    const input = Buffer.concat([sum, two]);
    inputs.push(input);
    sum = runPrecompile(address(number), input).subarray(1);
  }
  return inputs;
}
const signature = secp256k1.sign(random(0), random(1), { prehash: false, format: 'recovered' });
const vectors = JSON.parse(gunzipSync(readFileSync(new URL('../test/kzg-vectors.json.gz', import.meta.url))));
function evaluations() {
  const known = vectors.point.filter(
    ([, commitment, , , proof, valid]) => valid && ![commitment, proof].some((point) => point.startsWith('0xc0')),
  );
  return Array.from({ length: Math.floor(GAS / (50_000 + CALL)) }, (_, i) => {
    const [, commitment, , y, proof] = known[i % known.length].map((text) =>
      typeof text === 'string' ? Buffer.from(text.slice(2), 'hex') : text,
    );
    // Another point than the proof is for: it takes as long to find out.
    return Buffer.concat([
      versionedHashOf(commitment),
      Buffer.concat([Buffer.alloc(1), random(i, 31)]),
      y,
      commitment,
      proof,
    ]);
  });
}
const element = (i) => Buffer.concat([Buffer.alloc(17), random(i, 47)]);

const bnPrice = (count) => 45_000 + 34_000 * count;
const blsPrice = (count) => 37_700 + 32_600 * count;
export const KINDS = {
  ECRECOVER: [
    1,
    () =>
      Array.from({ length: Math.floor(GAS / (3_000 + CALL)) }, (_, i) =>
        Buffer.concat([random(i + 2), hex(27n + BigInt(signature[0]), 32), signature.subarray(1)]),
      ),
  ],
  'bn254 pairings of a pair': [8, () => pairs(bnG1, bnG2, bnPrice, 1)],
  'bn254 pairings of two pairs': [8, () => pairs(bnG1, bnG2, bnPrice, 2)],
  'bn254 pairings of 16 pairs': [8, () => pairs(bnG1, bnG2, bnPrice, 16)],
  'point evaluations': [10, evaluations],
  'BLS12-381 G1 additions': [11, () => additions(11, blsG1, 375)],
  'BLS12-381 G1 sums of one term': [12, () => sums(blsG1, 12_000, 1, 1)],
  'BLS12-381 G1 sums of 128 terms': [12, () => sums(blsG1, 12_000, 0.519, 128)],
  'BLS12-381 G2 additions': [13, () => additions(13, blsG2, 600)],
  'BLS12-381 G2 sums of one term': [14, () => sums(blsG2, 22_500, 1, 1)],
  'BLS12-381 G2 sums of 128 terms': [14, () => sums(blsG2, 22_500, 0.524, 128)],
  'BLS12-381 pairings of a pair': [15, () => pairs(blsG1, blsG2, blsPrice, 1)],
  'BLS12-381 pairings of two pairs': [15, () => pairs(blsG1, blsG2, blsPrice, 2)],
  'BLS12-381 pairings of 16 pairs': [15, () => pairs(blsG1, blsG2, blsPrice, 16)],
  'BLS12-381 maps to G1': [16, () => Array.from({ length: Math.floor(GAS / (5_500 + CALL)) }, (_, i) => element(i))],
  'BLS12-381 maps to G2': [
    17,
    () =>
      Array.from({ length: Math.floor(GAS / (23_800 + CALL)) }, (_, i) =>
        Buffer.concat([element(2 * i), element(2 * i + 1)]),
      ),
  ],
};
