// Deposits with the flag of a system transaction: since Regolith derivation makes none, whatever L1 holds. (What execution
// makes of one nonetheless, two references see differently: see assembly/execution/transition.ts.)
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { RLP } from '@ethereumjs/rlp';
import { fromHex } from './module.js';
import { makeScenario } from './scenario.js';
import { runScenario } from './scenario-run.js';

/** Whether the encoded transaction is a deposit with the flag. */
function isSystem(transaction: string): boolean {
  if (!transaction.startsWith('0x7e')) return false;
  const flag = (RLP.decode(fromHex(transaction).subarray(1)) as Uint8Array[])[6];
  return flag !== undefined && flag.length > 0;
}

const recorded = JSON.parse(
  readFileSync(new URL('../../../test/derivation/reference-results.json', import.meta.url), 'utf8'),
) as { results: { seed: number }[] };

test('since Regolith no derived block has a system transaction', () => {
  let since = 0;
  for (const { seed } of recorded.results.slice(0, 10)) {
    const scenario = makeScenario(seed);
    const regolith = Number((scenario.config as { regolith_time?: number }).regolith_time ?? Infinity);
    for (const { timestamp, transactions } of runScenario(scenario).built) {
      if (timestamp < regolith) continue;
      assert.ok(!transactions.some(isSystem));
      since++;
    }
  }
  assert.ok(since > 50);
});
