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

type Results = { seed: number; first: Result; again?: Result }[];

/** `mutated`: chains whose batches have bytes changed at random, and whose spans contradict the blocks that they repeat. */
interface Reference {
  source: string;
  results: Results;
  mutated: Results;
}

const reference = JSON.parse(
  readFileSync(new URL('../../../test/derivation/reference-results.json', import.meta.url), 'utf8'),
) as Reference;

/** Checks the recorded chains number `from` to before `to`. */
export function checkReference(kind: 'results' | 'mutated', from: number, to: number): void {
  const results = reference[kind].slice(from, to);
  assert.equal(results.length, to - from);
  for (const { seed, first, again } of results) {
    const outcome = runScenario(makeScenario(seed, kind === 'mutated'));
    assert.deepEqual(summary(outcome), first, `${kind}, seed ${seed}`);
    const second = outcome.again === undefined ? undefined : summary(outcome.again);
    assert.deepEqual(second, again, `${kind}, seed ${seed}, from a later block on`);
  }
}

const summary = ({ result, safeHead, built }: Outcome): Result => ({
  result,
  safeHead,
  blocks: built.length,
  digest: digestOf(built),
});
