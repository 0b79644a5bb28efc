// Judges that are not ours derive the recorded chains from L1 and say whether claims about them hold:
//   REFERENCE_KONA_HOST=path/of/kona-host npm run test:reference -- devnet/confirmed
//   REFERENCE_OP_PROGRAM=path/of/op-program npm run test:reference -- devnet/confirmed
// kona's host is built from github.com/ethereum-optimism/optimism, rust/kona/bin/host, of June 2026 or later (its
// version 1.6 keeps Karst's upgrade gas, as the recorded chains do); op-program from op-program/host, of the same time.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startDevnet } from '../src/devnet.js';
import { FORK_NAMES } from '../src/execution/forks.js';
import { CONFIRMED_CHAINS, LARGE_CHAINS } from './confirmed-chains.js';
import type { ConfirmedChain, Range } from './confirmed-chains.js';
import { flip, goOpProgram, konaHost } from './judges.js';
import type { Judge } from './judges.js';

const { REFERENCE_KONA_HOST: kona, REFERENCE_OP_PROGRAM: go } = process.env;
const isNewerThan = (fork: (typeof FORK_NAMES)[number], limit: (typeof FORK_NAMES)[number]): boolean =>
  FORK_NAMES.indexOf(fork) > FORK_NAMES.indexOf(limit);

for (const chain of [...CONFIRMED_CHAINS, ...LARGE_CHAINS]) {
  const goSkip = isNewerThan(chain.newest, 'jovian') ? `op-program knows no ${chain.newest}` : false;
  const konaMissing = kona === undefined ? 'REFERENCE_KONA_HOST names no kona-host' : false;
  const goMissing = go === undefined ? 'REFERENCE_OP_PROGRAM names no op-program' : false;
  const all: readonly Range[] = [[0, chain.l2Blocks], ...chain.ranges];
  test(`kona confirms: ${chain.name}`, { skip: konaMissing }, () =>
    confirm(withoutRefusals(chain), all, konaHost(kona ?? '')),
  );
  test(`op-program confirms: ${chain.name}`, { skip: goMissing || goSkip }, () =>
    confirm(chain, chain.goRanges ?? all, goOpProgram(go ?? '')),
  );
}

/**
 * kona 1.6's host answers a call that an accelerated precompiled contract refuses as if it had succeeded with nothing: the
 * chain that it is asked about has no such calls, and so another hash since Isthmus.
 */
function withoutRefusals(chain: ConfirmedChain): ConfirmedChain {
  const { scenario, newest, lastHash } = chain;
  const isOther = isNewerThan(newest, 'holocene') && scenario.refusedInputs !== false;
  return { ...chain, scenario: { ...scenario, refusedInputs: false }, lastHash: isOther ? undefined : lastHash };
}

async function confirm(chain: ConfirmedChain, ranges: readonly Range[], judge: Judge): Promise<void> {
  const { scenario, l2Blocks, lastHash } = chain;
  const devnet = await startDevnet({ seed: 'confirmed', l2Blocks, scenario });
  const directory = await mkdtemp(join(tmpdir(), 'devnet-confirmed-'));
  try {
    await devnet.writeConfig(directory);
    for (const [from, to] of ranges) {
      const about = `${judge.name}, blocks ${from} to ${to}`;
      assert.equal(await judge.holds({ devnet, directory, from, to, change: (root) => root }), true, about);
      assert.equal(await judge.holds({ devnet, directory, from, to, change: flip }), false, about);
    }
    assert.equal(
      devnet.head.l2.hash,
      lastHash ?? devnet.head.l2.hash,
      `${chain.name} was confirmed, and is not the recorded one`,
    );
  } finally {
    await devnet.close();
    await rm(directory, { recursive: true });
  }
}
