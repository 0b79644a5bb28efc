// What the host's accelerated precompiles cost, CPU ms, beside the same in JavaScript: `npm run bench:precompiles`.
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { bn254 } from '@noble/curves/bn254.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { printTable } from '../../fpvm/bench/cpu-time.mjs';
import { runPrecompile } from '../dist/src/index.js';
import { kzg } from '../dist/src/kzg-javascript.js';
import { blobCommitment, blobProofIsValid } from '../dist/src/kzg.js';
import { versionedHashOf } from '../dist/src/versioned-hash.js';

const hex = (value, width) => value.toString(16).padStart(width, '0');
const bn = (scalar, other) => {
  const [p, q] = [bn254.G1.Point.BASE.multiply(scalar), bn254.G2.Point.BASE.multiply(other)];
  const [a, b] = [p.toAffine(), q.toAffine()];
  return {
    pair: { g1: p, g2: q },
    input: [a.x, a.y, b.x.c1, b.x.c0, b.y.c1, b.y.c0].map((value) => hex(value, 64)).join(''),
  };
};
const bls = (scalar, other) => {
  const [p, q] = [bls12_381.G1.Point.BASE.multiply(scalar), bls12_381.G2.Point.BASE.multiply(other)];
  const [a, b] = [p.toAffine(), q.toAffine()];
  return {
    pair: { g1: p, g2: q },
    input: [a.x, a.y, b.x.c0, b.x.c1, b.y.c0, b.y.c1].map((value) => hex(value, 128)).join(''),
  };
};
const N = 12;
// Results are remembered by their inputs, so that each call has one of its own.
const bnInputs = Array.from({ length: 2 * N }, (_, i) => [bn(BigInt(i + 2), 3n), bn(BigInt(2 * i + 5), 7n)]);
const blsInputs = Array.from({ length: 2 * N }, (_, i) => [bls(BigInt(i + 2), 3n), bls(BigInt(2 * i + 5), 7n)]);
const signatures = Array.from({ length: 2 * N }, (_, i) => {
  const hash = Buffer.alloc(32, i + 1);
  const signature = secp256k1.sign(hash, Buffer.alloc(32, i + 9), { prehash: false, format: 'recovered' });
  return { hash, signature };
});

const rows = [];
await row(
  'pairing check of two pairs, bn254',
  bnInputs,
  8,
  (pairs) => pairs.map(({ input }) => input).join(''),
  (pairs) => bn254.pairingBatch(pairs.map(({ pair }) => pair)),
);
await row(
  'pairing check of two pairs, BLS12-381',
  blsInputs,
  15,
  (pairs) => pairs.map(({ input }) => input).join(''),
  (pairs) => bls12_381.pairingBatch(pairs.map(({ pair }) => pair)),
);
// Contracts that verify proofs have the same points of G2 each time; others do not.
const fresh = (make, at) =>
  Array.from({ length: 2 * N }, (_, i) => [
    make(BigInt(i + at), BigInt(2 * i + at)),
    make(BigInt(i + 2), BigInt(2 * i + at + 1)),
  ]);
await row(
  'the same with points of G2 not met before, bn254',
  fresh(bn, 100),
  8,
  (pairs) => pairs.map(({ input }) => input).join(''),
  (pairs) => bn254.pairingBatch(pairs.map(({ pair }) => pair)),
);
await row(
  'the same with points of G2 not met before, BLS12-381',
  fresh(bls, 200),
  15,
  (pairs) => pairs.map(({ input }) => input).join(''),
  (pairs) => bls12_381.pairingBatch(pairs.map(({ pair }) => pair)),
);
await row(
  'ecrecover',
  signatures,
  1,
  ({ hash, signature }) =>
    `${hash.toString('hex')}${hex(27n + BigInt(signature[0]), 64)}${Buffer.from(signature.subarray(1)).toString('hex')}`,
  ({ hash, signature }) => secp256k1.Signature.fromBytes(signature, 'recovered').recoverPublicKey(hash).toBytes(false),
);

const vectors = JSON.parse(gunzipSync(readFileSync(new URL('../test/kzg-vectors.json.gz', import.meta.url))));
const bytes = (text) => Buffer.from(text.slice(2), 'hex');
const scheme = await kzg();
await row(
  'KZG point evaluation',
  vectors.point.filter(([, commitment, , , , valid]) => valid && !commitment.startsWith('0xc0')).slice(0, 2 * N),
  10,
  ([, commitment, z, y, proof]) =>
    Buffer.concat([versionedHashOf(bytes(commitment)), ...[z, y, commitment, proof].map(bytes)]).toString('hex'),
  ([, commitment, z, y, proof]) => scheme.verifyProof(commitment, z, y, proof),
);
const [, name, commitment, proof] = vectors.blob.find(
  ([, blob, , , valid]) => valid && new Set(vectors.blobs[blob].match(/.{64}/g)).size > 1000,
);
const theBlob = vectors.blobs[name];
const blobs = Array.from({ length: 2 * N }, () => bytes(theBlob));
rows.push({
  precompile: 'proof of a blob',
  ours: `${await time(blobs, (input) => blobProofIsValid(input, bytes(commitment), bytes(proof)))} ms`,
  'in JavaScript': `${await time(blobs, () => scheme.verifyBlobProof(theBlob, commitment, proof))} ms`,
  node: process.version,
});
const start = performance.now();
await blobCommitment(blobs[0]);
const setup = performance.now() - start;
rows.push({
  precompile: `commitment of a blob (the first: ${setup.toFixed(0)} ms of wall time)`,
  ours: `${await time(blobs, (input) => blobCommitment(input))} ms`,
  'in JavaScript': `${await time(
    Array.from({ length: 4 }, () => theBlob),
    (input) => scheme.blobToKzgCommitment(input),
  )} ms`,
  node: process.version,
});
printTable(rows);

async function row(what, inputs, address, inputOf, inJavaScript) {
  const at = Buffer.from(hex(BigInt(address), 40), 'hex');
  const ours = await time(inputs, (input) => runPrecompile(at, Buffer.from(inputOf(input), 'hex')));
  const theirs = await time(inputs, inJavaScript);
  rows.push({ precompile: what, ours: `${ours} ms`, 'in JavaScript': `${theirs} ms`, node: process.version });
}

/** Mean of the second half, the first is for warming up. */
async function time(inputs, task) {
  const half = inputs.length / 2;
  for (const input of inputs.slice(0, half)) await task(input);
  const before = process.cpuUsage();
  for (const input of inputs.slice(half)) await task(input);
  const { user, system } = process.cpuUsage(before);
  return ((user + system) / half / 1000).toFixed(2);
}
