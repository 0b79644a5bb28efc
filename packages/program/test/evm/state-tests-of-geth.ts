// Random state tests (random-state-test.ts) in the client's EVM, and go-ethereum's word on what comes of them.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instantiate } from './module.js';
import { AnswerTakesTime, precompileOracle } from './precompile-oracle.js';
import { randomStateTest, type Revision } from './random-state-test.js';
import { FORKS, logsHash, runStateTest, type StateTest } from './state-test.js';

/** The recorded tests: see record-state-tests.ts. */
export const RECORDED = new URL('../../../test/evm/recorded-state-tests.json.gz', import.meta.url);

export const REVISIONS = ['Cancun', 'Prague', 'Osaka'] as const satisfies readonly Revision[];
const INDEXES = { data: 0, gas: 0, value: 0 };

/** What is left of a test. */
export interface Result {
  readonly hash: string;
  readonly logs: string;
}

/** Runs tests in the client's EVM, each in a state of its own. */
export async function stateTestRunner(): Promise<(t: Omit<StateTest, 'post'>, revision: Revision) => Promise<Result>> {
  const oracle = await precompileOracle();
  let module = instantiate(oracle);
  let uses = 0;
  return async (t, revision) => {
    // The persistent region of an instance only grows.
    if (++uses % 200 === 0) module = instantiate(oracle);
    for (;;) {
      try {
        runStateTest(module, t, FORKS[revision] ?? 0, INDEXES);
        return { logs: logsHash(module), hash: module.commit() };
      } catch (error) {
        module = instantiate(oracle);
        if (!(error instanceof AnswerTakesTime)) throw error;
        await error.there;
      }
    }
  };
}

/** A state test of the seed with the results that the client has. */
export function withResult(seed: bigint, revision: Revision, { hash, logs }: Result): StateTest {
  return { ...randomStateTest(seed, revision), post: { [revision]: [{ hash, logs, indexes: INDEXES }] } };
}

/** Asks go-ethereum's `evm` about tests by name: the errors of those that fail. */
export function judge(evm: string, tests: Readonly<Record<string, StateTest>>): Map<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'obelisc-state-tests-'));
  try {
    const file = join(folder, 'tests.json');
    writeFileSync(file, JSON.stringify(tests));
    const output = execFileSync(evm, ['statetest', file], { maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'pipe'] });
    const results = JSON.parse(output.toString()) as { name: string; pass: boolean; error?: string }[];
    if (results.length !== Object.keys(tests).length) throw new Error(`${evm} ran ${results.length} tests`);
    return new Map(results.filter(({ pass }) => !pass).map(({ name, error }) => [name, error ?? 'failed']));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
