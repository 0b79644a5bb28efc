/** What the host computes of precompiles, held to their published vectors, as go-ethereum keeps them (source and licence are in the file). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { runPrecompile } from '../src/index.js';

type Vector = [name: string, input: string, output: string | null];
const vectors = new URL('../../../program/test/evm/published-precompiles.json.gz', import.meta.url);
const { files } = JSON.parse(gunzipSync(readFileSync(vectors)).toString()) as {
  files: { file: string; precompile: number; vectors: Vector[] }[];
};

/** ECRECOVER, the pairing check on bn254, point evaluation, and those on BLS12-381. */
const ASKED_OF_L1 = [0x01, 0x08, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11];

for (const number of ASKED_OF_L1) {
  const published = files.filter(({ precompile }) => precompile === number);
  const all = published.flatMap((file) => file.vectors);
  test(`0x${number.toString(16)}: ${all.length} vectors of ${published.map(({ file }) => file).join(', ')}`, () => {
    assert.ok(all.length > 0);
    const address = Buffer.alloc(20);
    address[19] = number;
    for (const [name, input, output] of all) {
      const result = Buffer.from(runPrecompile(address, Buffer.from(input, 'hex'))).toString('hex');
      assert.equal(result, output === null ? '00' : `01${output}`, name);
    }
  });
}
