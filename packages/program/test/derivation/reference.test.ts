import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { makeScenario } from './scenario.js';
import { digestOf, runScenario } from './scenario-run.js';

/** What op-node's pipeline derived from the same chains. */
interface Reference {
  source: string;
  results: { seed: number; result: string; safeHead: number; blocks: number; digest: string }[];
}

const reference = JSON.parse(
  readFileSync(new URL('../../../test/derivation/reference-results.json', import.meta.url), 'utf8'),
) as Reference;

test('random chains derive to what op-node derives from them', () => {
  assert.ok(reference.results.length >= 40);
  for (const { seed, result, safeHead, blocks, digest } of reference.results) {
    const outcome = runScenario(makeScenario(seed));
    assert.deepEqual(
      {
        result: outcome.result,
        safeHead: outcome.safeHead,
        blocks: outcome.built.length,
        digest: digestOf(outcome.built),
      },
      { result, safeHead, blocks, digest },
      `seed ${seed}`,
    );
  }
});
