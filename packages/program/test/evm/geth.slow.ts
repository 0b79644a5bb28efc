// Thousands of random state tests of each revision against go-ethereum's `evm` (v1.16.7, from the Go module
// github.com/ethereum/go-ethereum/cmd/evm), named by REFERENCE_EVM. STATE_TESTS is how many (2,000), STATE_TESTS_SEED the
// first seed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge, REVISIONS, stateTestRunner, withResult } from './state-tests-of-geth.js';
import { randomStateTest } from './random-state-test.js';
import type { StateTest } from './state-test.js';

const evm = process.env['REFERENCE_EVM'];
const count = Number(process.env['STATE_TESTS'] ?? 2000);
const first = BigInt(process.env['STATE_TESTS_SEED'] ?? 1_000_000);

for (const revision of REVISIONS) {
  const skip = evm === undefined && "REFERENCE_EVM names no `evm` of go-ethereum's";
  test(`${count} random state tests of ${revision} end as in go-ethereum`, { skip }, async (t) => {
    const run = await stateTestRunner();
    const failures: string[] = [];
    for (let done = 0; done < count;) {
      const tests: Record<string, StateTest> = {};
      for (let i = 0; i < 250 && done < count; i++, done++) {
        const seed = first + BigInt(done);
        tests[`${revision} ${seed}`] = withResult(seed, revision, await run(randomStateTest(seed, revision), revision));
      }
      for (const [name, error] of judge(evm ?? '', tests)) failures.push(`${name}: ${error}`);
    }
    for (const failure of failures.slice(0, 20)) t.diagnostic(failure);
    assert.equal(failures.length, 0, failures[0]);
  });
}
