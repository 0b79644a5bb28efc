// Compares what random chains derive to with what op-node's pipeline derived from the same ones.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { makeScenario } from './scenario.js';
import { digestOf, runScenario, type Outcome } from './scenario-run.js';

interface Result {
  result: string;
  safeHead: number;
  blocks: number;
  digest: string;
}

interface Reference {
  source: string;
  results: { seed: number; first: Result; again?: Result }[];
}

const reference = JSON.parse(
  readFileSync(new URL('../../../test/derivation/reference-results.json', import.meta.url), 'utf8'),
) as Reference;

/** Checks the recorded chains number `from` to before `to`. */
export function checkReference(from: number, to: number): void {
  const results = reference.results.slice(from, to);
  assert.equal(results.length, to - from);
  for (const { seed, first, again } of results) {
    const outcome = runScenario(makeScenario(seed));
    assert.deepEqual(summary(outcome), first, `seed ${seed}`);
    const second = outcome.again === undefined ? undefined : summary(outcome.again);
    assert.deepEqual(second, again, `seed ${seed}, from a later block on`);
  }
}

const summary = ({ result, safeHead, built }: Outcome): Result => ({
  result,
  safeHead,
  blocks: built.length,
  digest: digestOf(built),
});
