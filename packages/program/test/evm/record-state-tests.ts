// Records what go-ethereum makes of random state tests, for the quick suite:
//   node packages/program/dist/test/evm/record-state-tests.js PATH_OF_EVM
// `evm` is go-ethereum's v1.16.7 (Go module github.com/ethereum/go-ethereum/cmd/evm).
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { randomStateTest } from './random-state-test.js';
import { judge, RECORDED, REVISIONS, stateTestRunner, withResult } from './state-tests-of-geth.js';
import type { StateTest } from './state-test.js';

const COUNT = 100;

const evm = process.argv[2];
if (evm === undefined) throw new Error("usage: record-state-tests.js PATH_OF_EVM (go-ethereum's)");
const run = await stateTestRunner();
const tests: Record<string, StateTest> = {};
for (const revision of REVISIONS) {
  for (let seed = 0n; seed < COUNT; seed++) {
    const test = randomStateTest(seed, revision);
    tests[`${revision} ${seed}`] = withResult(seed, revision, await run(test, revision));
  }
}
const failures = judge(evm, tests);
for (const [name, error] of failures) process.stderr.write(`${name}: ${error}\n`);
if (failures.size > 0) throw new Error('the client and go-ethereum disagree: nothing is recorded');
writeFileSync(RECORDED, gzipSync(JSON.stringify(tests), { level: 9 }));
process.stdout.write(`${Object.keys(tests).length} tests recorded in ${RECORDED.pathname}\n`);
