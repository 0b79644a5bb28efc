/**
 * KZG: the published vectors (kzg-vectors.json.gz names its source), the sidecars of a recorded chain, which the Go batcher made, and
 * the implementation in JavaScript as a second opinion.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { pointProofIsValid } from '../src/bls12-381.js';
import { runPrecompile } from '../src/index.js';
import { blobCommitment, blobProofIsValid } from '../src/kzg.js';
import { versionedHashOf } from '../src/versioned-hash.js';
import { commitmentInJavaScript, kzg } from '../src/kzg-javascript.js';
import { blobValue, isBlob } from '../src/kzg-proofs.js';
import { BLS_MODULUS, rootsOfUnity } from '../src/roots-of-unity.js';
import { l1Blocks, withoutDevnet } from './devnet-data.js';

type Verdict = boolean | null;
type Vectors = {
  blobs: Record<string, string>;
  point: [name: string, commitment: string, z: string, y: string, proof: string, output: Verdict][];
  blob: [name: string, blob: string, commitment: string, proof: string, output: Verdict][];
  commitment: [name: string, blob: string, output: string | null][];
};

const file = new URL('../../test/kzg-vectors.json.gz', import.meta.url);
const vectors = JSON.parse(gunzipSync(readFileSync(file)).toString()) as Vectors;
const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.slice(2), 'hex'));
const blobOf = (name: string) => bytes(vectors.blobs[name] ?? '');
const text = (value: Uint8Array | undefined) =>
  value === undefined ? null : `0x${Buffer.from(value).toString('hex')}`;

test('proofs at a point: the published vectors, malformed ones prove nothing', () => {
  assert.equal(vectors.point.length, 122);
  for (const [name, commitment, z, y, proof, output] of vectors.point) {
    const valid = pointProofIsValid(bytes(commitment), bytes(z), bytes(y), bytes(proof));
    assert.equal(valid, output ?? false, name);
  }
});

test('proofs at a point as the precompile at 0x0a takes them: the published vectors', () => {
  const address = Buffer.alloc(20);
  address[19] = 10;
  const good = `${(4096).toString(16).padStart(64, '0')}73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001`;
  for (const [name, commitment, z, y, proof, output] of vectors.point) {
    const parts = [versionedHashOf(bytes(commitment)), ...[z, y, commitment, proof].map(bytes)];
    const result = Buffer.from(runPrecompile(address, Buffer.concat(parts))).toString('hex');
    assert.equal(result, output === true ? `01${good}` : '00', name);
    const foreign = Buffer.from(runPrecompile(address, Buffer.concat([new Uint8Array(32), ...parts.slice(1)])));
    assert.equal(foreign.toString('hex'), '00', `${name}, of another versioned hash`);
  }
});

test('proofs of blobs: the published vectors', async () => {
  assert(vectors.blob.some(([, , , , output]) => output === true));
  for (const [name, blob, commitment, proof, output] of vectors.blob) {
    assert.equal(await blobProofIsValid(blobOf(blob), bytes(commitment), bytes(proof)), output ?? false, name);
  }
});

test('commitments: the published vectors, natively and in JavaScript', async () => {
  for (const [name, blob, output] of vectors.commitment) {
    assert.equal(text(await blobCommitment(blobOf(blob))), output, name);
  }
  const [name, blob, output] =
    vectors.commitment.find(([, , known]) => known !== null && !known.startsWith('0xc0')) ?? [];
  assert.equal(text(await commitmentInJavaScript(blobOf(blob ?? ''))), output, name);
});

test('the commitment of a blob is the one of its sidecar, as is its proof', { skip: withoutDevnet }, async () => {
  const recorded = l1Blocks().flatMap(({ sidecars }) => sidecars ?? []);
  assert(recorded.length > 0);
  const scheme = await kzg();
  for (const { blob, kzg_commitment, kzg_proof } of recorded.slice(0, 3)) {
    assert.equal(text(await blobCommitment(bytes(blob))), kzg_commitment);
    assert.equal(await blobProofIsValid(bytes(blob), bytes(kzg_commitment), bytes(kzg_proof)), true);
    const other = bytes(blob);
    other[77] = (other[77] ?? 0) ^ 1;
    assert.equal(await blobProofIsValid(other, bytes(kzg_commitment), bytes(kzg_proof)), false);
    assert.equal(scheme.verifyBlobProof(text(other) ?? '', kzg_commitment, kzg_proof), false);
  }
});

test('a proof at a point is believed where the implementation in JavaScript believes it', async () => {
  const scheme = await kzg();
  const blob = `0x${'00'.repeat(64)}${'00'.repeat(31)}07${'00'.repeat(131_072 - 96)}`;
  const commitment = scheme.blobToKzgCommitment(blob);
  for (const z of [1n, 0x1234567890abcdefn]) {
    const point = `0x${z.toString(16).padStart(64, '0')}`;
    const [proof, y] = scheme.computeProof(blob, point);
    assert.equal(scheme.verifyProof(commitment, point, y, proof), true);
    const parts = [commitment, point, y, proof].map(bytes) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    assert.equal(pointProofIsValid(...parts), true);
    parts[2][31] = (parts[2][31] ?? 0) ^ 1;
    assert.equal(pointProofIsValid(...parts), false);
  }
});

test("a blob's value at a point is what the implementation in JavaScript proves there, at roots of unity too", async () => {
  const scheme = await kzg();
  const edges = [0n, 1n, BLS_MODULUS - 1n];
  const digest = (name: string) => BigInt(`0x${createHash('sha256').update(name).digest('hex')}`) % BLS_MODULUS;
  const elements = Array.from({ length: 4096 }, (_, i) => edges[i] ?? digest(`element ${i}`));
  const hex = (number: bigint) => number.toString(16).padStart(64, '0');
  const blob = bytes(`0x${elements.map(hex).join('')}`);
  assert.equal(isBlob(blob), true);
  const roots = [0, 1, 2, 77, 4095].map((index) => rootsOfUnity()[index] ?? 0n);
  for (const z of [0n, ...roots, 2n, BLS_MODULUS - 2n, digest('point')]) {
    const point = `0x${hex(z)}`;
    const [, y] = scheme.computeProof(text(blob) ?? '', point);
    assert.equal(text(blobValue(blob, bytes(point))), y, point);
  }
  const tooLarge = Uint8Array.from(blob);
  tooLarge.set(bytes(`0x${hex(BLS_MODULUS)}`), 32 * 4095);
  assert.equal(isBlob(tooLarge), false);
});

test('a blob with an element above the modulus has no commitment', async () => {
  assert.equal(await blobCommitment(new Uint8Array(131_072).fill(0xff)), undefined);
  assert.equal(await blobCommitment(new Uint8Array(31)), undefined);
});
