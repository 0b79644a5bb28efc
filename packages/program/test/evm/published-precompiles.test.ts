// The precompiles' published vectors, as go-ethereum keeps them (source and licence are in the file).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { BLOCK, FORK, instantiate, type Outcome } from './module.js';
import { AnswerTakesTime, precompileOracle } from './precompile-oracle.js';

interface Published {
  source: string;
  files: {
    file: string;
    precompile: number;
    fork: keyof typeof FORK;
    vectors: [name: string, input: string, output: string | null, gas: number | null][];
  }[];
}

const published = JSON.parse(
  gunzipSync(readFileSync(new URL('../../../test/evm/published-precompiles.json.gz', import.meta.url))).toString(),
) as Published;
const CALLER = `0x${'aa'.repeat(20)}`;
const GAS = 50_000_000n;

const oracle = await precompileOracle();
let module = instantiate(oracle);

/** The outcome of a call of the precompile, which is repeated where the answer of L1 takes time. */
async function call(precompile: number, fork: number, input: Uint8Array): Promise<Outcome> {
  for (;;) {
    try {
      module.reset();
      module.setBlock({ ...BLOCK, fork });
      module.setTransaction(CALLER, 9n);
      module.begin();
      return module.call(CALLER, `0x${precompile.toString(16).padStart(40, '0')}`, 0n, input, GAS);
    } catch (error) {
      module = instantiate(oracle);
      if (!(error instanceof AnswerTakesTime)) throw error;
      await error.there;
    }
  }
}

for (const { file, precompile, fork, vectors } of published.files) {
  test(`${file}: ${vectors.length} vectors of the precompile at 0x${precompile.toString(16)}`, async () => {
    assert.ok(vectors.length > 0);
    for (const [name, input, output, gas] of vectors) {
      const outcome = await call(precompile, FORK[fork], Uint8Array.from(Buffer.from(input, 'hex')));
      assert.equal(outcome.success, output !== null, name);
      if (output !== null) assert.equal(outcome.output, `0x${output}`, name);
      if (gas !== null) assert.equal(GAS - outcome.gasLeft, BigInt(gas), `${name}: gas`);
    }
  });
}
