// The state tests of ethereum/tests (GeneralStateTests, Cancun and earlier) from the folder in ETHEREUM_TESTS: state
// root and logs after one Ethereum transaction each.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { instantiate } from './module.js';
import { precompileOracle } from './precompile-oracle.js';
import { FORKS, logsHash, runStateTest, type StateTest } from './state-test.js';

const root = process.env['ETHEREUM_TESTS'];
const folder = join(root ?? '', 'GeneralStateTests');
const only = process.env['ETHEREUM_TESTS_ONLY'] ?? '';

if (root === undefined) {
  test(
    'the state tests of ethereum/tests',
    { skip: 'ETHEREUM_TESTS names no folder with a copy of ethereum/tests' },
    () => {},
  );
} else {
  const suites = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => file.includes(only))
    .sort();
  const byFolder = new Map<string, string[]>();
  for (const file of suites) {
    const name = file
      .slice(folder.length + 1)
      .split('/')
      .slice(0, -1)
      .slice(0, 2)
      .join('/');
    byFolder.set(name, [...(byFolder.get(name) ?? []), file]);
  }
  for (const [name, files] of byFolder) {
    test(`state tests: ${name}`, async (context) => {
      const oracle = await precompileOracle();
      let module = instantiate(oracle);
      let uses = 0;
      let passed = 0;
      const failures: string[] = [];
      for (const file of files) {
        for (const [title, t] of Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, StateTest>)) {
          for (const [forkName, cases] of Object.entries(t.post)) {
            const fork = FORKS[forkName];
            if (fork === undefined) continue;
            for (const [index, expected] of cases.entries()) {
              // The persistent region of an instance only grows.
              if (++uses % 1000 === 0) module = instantiate(oracle);
              try {
                runStateTest(module, t, fork, expected.indexes);
                assert.equal(logsHash(module), expected.logs, 'hash of the logs');
                assert.equal(module.commit(), expected.hash, 'state root');
                passed++;
              } catch (error) {
                const reason = (error as Error).message.split('\n')[0] ?? '';
                failures.push(`${file.slice(folder.length + 1)} ${title} ${forkName} #${index}: ${reason}`);
                // A program that ended itself is in no state to go on.
                if (reason.startsWith('exit')) module = instantiate(oracle);
              }
            }
          }
        }
      }
      context.diagnostic(`${passed} cases passed, ${failures.length} failed`);
      for (const failure of failures) context.diagnostic(failure);
      assert.equal(failures.length, 0, failures[0]);
    });
  }
}
