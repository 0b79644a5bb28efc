// Coverage is told once (data/coverage.json): what it says of the forks is what the client does.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { FORKS, GENESIS_TIME, send, SmallChain } from './small-chain.js';

interface Coverage {
  judges: Record<string, string>;
  forks: { fork: string; answered: boolean; heldAgainst: string[] }[];
}

const { judges, forks } = JSON.parse(
  readFileSync(new URL('../../../data/coverage.json', import.meta.url), 'utf8'),
) as Coverage;

test('docs/coverage.md is made of the coverage', () => {
  execFileSync(process.execPath, [
    fileURLToPath(new URL('../../../../../tools/write-coverage.mjs', import.meta.url)),
    '--check',
  ]);
});

test('every fork that is said to be answered is derived, and held against something that is not ours', () => {
  const answered = forks.filter((entry) => entry.answered);
  assert.deepEqual(
    answered.map(({ fork }) => fork),
    [...FORKS],
  );
  for (const fork of FORKS) {
    const chain = new SmallChain({ fork });
    assert.equal(chain.derive(send(2, ...chain.channel(1, [chain.singular(1)])), 5).length, 1, fork);
  }
  for (const { fork, heldAgainst } of answered) {
    assert(heldAgainst.length > 1, fork);
    for (const judge of heldAgainst) assert(judge in judges, `${fork}: ${judge}`);
  }
});

test('a block under the fork after them ends the program, whichever name schedules it', () => {
  for (const name of ['lagoon_time', 'interop_time']) {
    const chain = new SmallChain({ fork: 'karst', config: { [name]: GENESIS_TIME + 4 } });
    const sent = send(
      2,
      ...chain.channel(
        1,
        [1, 2].map((n) => chain.singular(n)),
      ),
    );
    assert.throws(() => chain.derive(sent, 5), /lagoon \(interop\).* is not covered/, name);
  }
});
