// How a chain's configuration is found, and refused where it is not covered.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startDevnet } from '@obelisc/devnet';
import {
  DEFAULT_RETRY_POLICY,
  impliedChainConfig,
  opNode,
  parseGenesisChainConfig,
  parseRollupConfig,
  ROLLUP_FORKS,
} from '@obelisc/host';
import { runCommand } from '../../src/demo/commands.js';

const karstAtGenesis = Object.fromEntries(ROLLUP_FORKS.map((fork) => [fork, 0n]));

test("the op-node's configuration implies the execution parameters of the genesis file", async () => {
  const devnet = await startDevnet({ seed: 'chain', l2Blocks: 1 });
  try {
    const rollup = await opNode({ url: devnet.opNodeUrl, policy: DEFAULT_RETRY_POLICY }).rollupConfig();
    const genesis = parseGenesisChainConfig(JSON.stringify(devnet.genesis), 'genesis-l2.json');
    assert.equal(impliedChainConfig(rollup)?.json, genesis.json);
    // rollup.json as op-nodes before Holocene have it does not say them.
    assert.equal(impliedChainConfig(parseRollupConfig(JSON.stringify(devnet.rollupConfig), 'rollup.json')), undefined);
  } finally {
    await devnet.close();
  }
});

test('what is not covered is refused before anything is asked, where flags or files say which chain it is', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'obelisc-chain-'));
  let asked = 0;
  const server = createServer((request) => {
    asked += 1;
    request.socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const devnet = await startDevnet({ seed: 'chain', l2Blocks: 1, scenario: { forks: karstAtGenesis } });
  await devnet.close();
  const rollup = (change: object): string => {
    const file = join(folder, 'rollup.json');
    writeFileSync(file, JSON.stringify({ ...devnet.rollupConfig, ...change }));
    return file;
  };
  const altDa = { alt_da: { da_commitment_type: 'GenericCommitment', da_challenge_window: 1, da_resolve_window: 1 } };
  const cases: [flags: () => string[], why: RegExp][] = [
    [() => ['--network', 'celo-mainnet', '--to', '5'], /--network celo-mainnet does not post its data to Ethereum/],
    [() => ['--network', 'op-mainnet', '--to', '5'], /Bedrock begins with block #105235063/],
    [() => ['--rollup.config', rollup(altDa), '--to', '5'], /its rollup configuration has alt_da/],
    [() => ['--rollup.config', rollup(altDa), '--to', 'safe'], /its rollup configuration has alt_da/],
    [() => ['--rollup.config', rollup({ lagoon_time: 1756684810 }), '--to', '5'], /under the fork Lagoon/],
    [
      () => ['--rollup.config', rollup({ interop_time: 0 }), '--to', 'finalized'],
      /before karst_time|under the fork Lagoon/,
    ],
  ];
  for (const [flags, why] of cases) {
    let story = '';
    const endpoints = ['--l1', url, '--l1.beacon', url, '--l2', url, '--op-node', url];
    const { code } = await runCommand(
      'obelisc',
      ['validate', ...endpoints, ...flags()],
      (line) => void (story += line),
    );
    assert.equal(code, 2, story);
    assert.match(story, why);
    assert.equal(asked, 0, 'nothing was asked');
  }
});
