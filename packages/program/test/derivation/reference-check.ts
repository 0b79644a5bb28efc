// Compares what random chains derive to with what op-node's pipeline derived from the same ones.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { makeScenario } from './scenario.js';
import type { Scenario } from './scenario-parts.js';
import { digestOf, runScenario, type Limits, type Outcome } from './scenario-run.js';
import { makeTurns } from './turns.js';

export interface Result {
  result: string;
  safeHead: number;
  blocks: number;
  digest: string;
}

type Results = { seed: number; first: Result; again?: Result }[];

/**
 * `mutated`: chains whose batches have bytes changed at random, and whose spans contradict the blocks that they repeat. `turns`:
 * chains whose channels hold batches for many blocks (turns.ts).
 */
interface Reference {
  source: string;
  results: Results;
  mutated: Results;
  turns: Results;
}

export type Kind = 'results' | 'mutated' | 'turns';

/** The chain of a kind and a seed. */
export const scenarioOf = (kind: Kind, seed: number): Scenario =>
  kind === 'turns' ? makeTurns(seed) : makeScenario(seed, kind === 'mutated');

const reference = JSON.parse(
  readFileSync(new URL('../../../test/derivation/reference-results.json', import.meta.url), 'utf8'),
) as Reference;

/** Checks the recorded chains number `from` to before `to`, in each of the ways to use memory. */
export function checkReference(kind: Kind, from: number, to: number, ...ways: (Limits | undefined)[]): void {
  const results = reference[kind].slice(from, to);
  assert.equal(results.length, to - from);
  for (const { seed, first, again } of results) {
    const scenario = scenarioOf(kind, seed);
    for (const limits of ways.length === 0 ? [undefined] : ways) {
      const outcome = runScenario(scenario, limits);
      const said = `${kind}, seed ${seed}, limits ${String(limits)}`;
      assert.deepEqual(summary(outcome), first, said);
      const second = outcome.again === undefined ? undefined : summary(outcome.again);
      assert.deepEqual(second, again, `${said}, from a later block on`);
    }
  }
}

/**
 * Checks that claims of blocks on the way to the last one make the recorded chains number `from` to before `to` derive to the
 * same, as far as they go.
 */
export function checkNearerClaims(from: number, to: number): void {
  for (const { seed } of reference.results.slice(from, to)) {
    const scenario = { ...makeScenario(seed), startEighths: 0 };
    const whole = runScenario(scenario);
    for (const part of [1, 2, 3]) {
      const target = Math.floor((whole.safeHead * part) / 4);
      if (target === 0) continue;
      const { built, result, safeHead } = runScenario({ ...scenario, target });
      assert.equal(result, 'target', `seed ${seed}, block ${target}`);
      assert.ok(safeHead >= target);
      assert.deepEqual(built, whole.built.slice(0, built.length), `seed ${seed}, block ${target}`);
    }
  }
}

export const summary = ({ result, safeHead, built }: Outcome): Result => ({
  result,
  safeHead,
  blocks: built.length,
  digest: digestOf(built),
});
