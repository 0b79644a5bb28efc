// Fresh random chains, with and without mutated batches, and with channels for many blocks, judged by op-node's pipeline itself:
//   REFERENCE_PIPELINE=path/of/program [SEED=1000] [CHAINS=100] npm run test:reference -- program/derivation
// The program is a loop around op-node's derive.NewDerivationPipeline. It reads a chain a line as JSON (seed, rollup config,
// L1 blocks with encoded header, transactions and receipts, target, Prague's time on L1), builds blocks as
// testing/derivation.ts does (a header of parent, number, time, gas limit and extra data; a block with a transaction that
// ends with deadbeef is invalid), and answers a line `{"seed", "first", "again"}` as reference-results.json has them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { toHex } from './module.js';
import { scenarioOf, summary, type Kind, type Result } from './reference-check.js';
import type { Scenario } from './scenario-parts.js';
import { runScenario, type Limits } from './scenario-run.js';

const binary = process.env['REFERENCE_PIPELINE'];
const skip = binary === undefined ? 'REFERENCE_PIPELINE names no program' : false;
const first = Number(process.env['SEED'] ?? 1000);
const count = Number(process.env['CHAINS'] ?? 100);

/** As much as derivation holds in memory of batches that wait: nothing, little, some of them. */
const LIMITS: Limits[] = [
  [0, 0, 1],
  [1 << 20, 0, 1 << 18],
  [1 << 20, 3000, 1 << 18],
  [3000, 1500, 30],
];

const kinds: Record<Kind, string> = {
  results: 'chains',
  mutated: 'mutated chains',
  turns: 'chains of channels for many blocks',
};

for (const [kind, name] of Object.entries(kinds) as [Kind, string][]) {
  test(`${count} ${name} from seed ${first} on derive as in op-node`, { skip }, () => {
    for (let seed = first; seed < first + count; seed++) {
      const scenario = scenarioOf(kind, seed);
      const answer = execFileSync(binary ?? '', { input: `${lineOf(seed, scenario)}\n`, maxBuffer: 1 << 28 });
      const judged = JSON.parse(answer.toString('utf8')) as { first: Result; again?: Result };
      const outcome = runScenario(scenario);
      assert.deepEqual(summary(outcome), decided(judged.first), `seed ${seed}`);
      if (judged.again !== undefined && outcome.again !== undefined)
        assert.deepEqual(summary(outcome.again), decided(judged.again), `seed ${seed}, from a later block on`);
      assert.equal(judged.again === undefined, outcome.again === undefined, `seed ${seed}`);
      if (kind !== 'turns') continue;
      for (const limits of LIMITS)
        assert.deepEqual(summary(runScenario(scenario, limits)), decided(judged.first), `seed ${seed}, ${limits}`);
    }
  });
}

/** Where derivation fails there is no safe head to speak of. */
function decided(result: Result): Result {
  return result.result === 'reset' || result.result === 'critical' ? { ...result, safeHead: 0 } : result;
}

function lineOf(seed: number, { config, target, startEighths, prague, l1 }: Scenario): string {
  const blocks = l1.map(({ header, hash, transactions, receipts }) => ({
    header: toHex(header),
    hash: toHex(hash),
    transactions: transactions.map(toHex),
    receipts: receipts.map(toHex),
  }));
  return JSON.stringify({ seed, config, target, startEighths, prague, l1: blocks });
}
