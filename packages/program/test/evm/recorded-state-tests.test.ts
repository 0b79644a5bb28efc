// Random state tests with the state roots and hashes of logs that go-ethereum v1.16.7 made of them (LGPL-3.0 software;
// its results are facts): see record-state-tests.ts, and geth.slow.ts for thousands more.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { RECORDED, REVISIONS, stateTestRunner } from './state-tests-of-geth.js';
import type { StateTest } from './state-test.js';

const tests = Object.entries(JSON.parse(gunzipSync(readFileSync(RECORDED)).toString()) as Record<string, StateTest>);

for (const revision of REVISIONS) {
  test(`random state tests of ${revision} end as go-ethereum recorded`, async (t) => {
    const run = await stateTestRunner();
    let count = 0;
    for (const [name, stateTest] of tests) {
      const expected = stateTest.post[revision]?.[0];
      if (expected === undefined) continue;
      const { hash, logs } = await run(stateTest, revision);
      assert.equal(logs, expected.logs, `${name}: hash of the logs`);
      assert.equal(hash, expected.hash, `${name}: state root`);
      count++;
    }
    assert.equal(count, 100);
    t.diagnostic(`${count} state tests`);
  });
}
