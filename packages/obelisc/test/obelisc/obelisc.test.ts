// The `obelisc` command as a user runs it, against an embedded chain.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startDevnet, type Devnet } from '@obelisc/devnet';
import { runCommand } from '../../src/demo/commands.js';

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function obelisc(...args: string[]): Promise<Outcome> {
  let stderr = '';
  const outcome = await runCommand('obelisc', args, (line) => void (stderr += `${line}\n`));
  return { ...outcome, stderr };
}

const BLOCKS = 12;
/** A root that no chain has. */
const WRONG = `0x${'00'.repeat(31)}01`;

describe('obelisc on an embedded chain', () => {
  let devnet: Devnet;
  let directory = '';
  let endpoints: string[] = [];

  before(async () => {
    devnet = await startDevnet({ seed: 'validate', l2Blocks: BLOCKS });
    directory = await mkdtemp(join(tmpdir(), 'obelisc-validate-'));
    await devnet.writeConfig(directory);
    endpoints = [
      '--l1',
      devnet.l1Url,
      '--l1.beacon',
      devnet.beaconUrl,
      '--l2',
      devnet.l2Url,
      '--op-node',
      devnet.opNodeUrl,
    ];
  });
  after(async () => {
    await devnet.close();
    await rm(directory, { recursive: true, force: true });
  });

  const root = async (block: number): Promise<string> => {
    const { stdout } = await obelisc('output', String(block), '--op-node', devnet.opNodeUrl, '--field', 'outputRoot');
    return stdout.trim();
  };

  test("output prints the op-node's answer, whole or one field", async () => {
    const { code, stdout } = await obelisc('output', '5', '--op-node', devnet.opNodeUrl);
    assert.equal(code, 0);
    const answer = JSON.parse(stdout) as { outputRoot: string; blockRef: { number: number } };
    assert.equal(answer.blockRef.number, 5);
    assert.equal(await root(5), answer.outputRoot);
    const missing = await obelisc('output', '5', '--op-node', devnet.opNodeUrl, '--field', 'blockRef.colour');
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /no field blockRef\.colour/);
  });

  test('a true claim is confirmed in the machine: exit code 0, the line on stdout', async () => {
    const claim = await root(6);
    const args = ['--from', '3', '--to', '6', '--claim', claim];
    const { code, stdout, stderr } = await obelisc('validate', ...endpoints, ...args);
    assert.equal(code, 0);
    // The verdict is told once, though the client comes to it twice.
    assert.doesNotMatch(stderr, /Successfully validated/);
    assert.equal(stdout, `Successfully validated L2 block #6 with output root ${claim}\n`);
  });

  test("without --claim the op-node's own root is checked, and --json says so", async () => {
    const { code, stdout } = await obelisc('validate', ...endpoints, '--to', '9', '--json');
    assert.equal(code, 0);
    const verdict = JSON.parse(stdout) as Record<string, unknown> & {
      agreed: { number: number };
      machine: { steps: number };
    };
    assert.equal(verdict.answer, 'valid');
    assert.equal(verdict.claimSource, 'op-node');
    assert.equal(verdict.claim, await root(9));
    assert.equal(verdict.agreed.number, 8);
    assert.ok(verdict.machine.steps > 1_000_000);
    assert.match(String(verdict.configurationHash), /^0x[0-9a-f]{64}$/);
  });

  test('a wrong claim is refused by name and number: exit code 1', async () => {
    const args = ['--from', '3', '--to', '6', '--claim', WRONG, '--native'];
    const { code, stdout } = await obelisc('validate', ...endpoints, ...args);
    assert.equal(code, 1);
    assert.equal(
      stdout,
      `The claim for L2 block #6 is wrong: claimed output root ${WRONG}, derived ${await root(6)}\n`,
    );
  });

  test('an L1 head that is too early leaves the claim undecided: exit code 2', async () => {
    const start = devnet.rollupConfig.genesis.l1.hash;
    const args = ['--from', '1', '--to', String(BLOCKS - 1), '--native', '--l1.head', start];
    const { code, stdout, stderr } = await obelisc('validate', ...endpoints, ...args);
    assert.equal(code, 2);
    assert.doesNotMatch(stderr, /is wrong|Claim is invalid/);
    assert.match(
      stdout,
      /^Could not tell whether output root 0x[0-9a-f]{64} of L2 block #11 is right: .*later --l1\.head/,
    );
  });

  test('a block above the derivable head is named with the head', async () => {
    const { code, stdout, stderr } = await obelisc('validate', ...endpoints, '--to', '99');
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /--to 99 is above the safe head of the op-node, block #12/);
  });

  test('a range that ends before it starts is refused', async () => {
    const { code, stderr } = await obelisc('validate', ...endpoints, '--from', '6', '--to', '6');
    assert.equal(code, 2);
    assert.match(stderr, /--from 6 is not before --to 6/);
  });

  test('a configuration that differs from what is known of a chain is refused', async () => {
    const config = JSON.parse(await readFile(join(directory, 'rollup.json'), 'utf8')) as Record<string, unknown>;
    const file = join(directory, 'pretender.json');
    await writeFile(file, JSON.stringify({ ...config, l1_chain_id: 11_155_111, l2_chain_id: 11_155_420 }));
    const { code, stderr } = await obelisc('validate', ...endpoints, '--to', '6', '--rollup.config', file);
    assert.equal(code, 2);
    assert.match(stderr, /differs from what is known of that chain/);
  });

  test('an unknown network is refused with the known ones', async () => {
    const { code, stderr } = await obelisc('validate', ...endpoints, '--to', '6', '--network', 'op-nowhere');
    assert.equal(code, 2);
    assert.match(stderr, /--network op-nowhere is not known; known are .*op-mainnet.*, also by chain id: leave it out/);
  });
});

test('a missing flag is named', async () => {
  const { code, stderr } = await obelisc('validate', '--to', '6');
  assert.equal(code, 2);
  assert.match(stderr, /required options '--l1 <url>', .* not specified/);
});

test('nonsense for a flag is named with what it takes', async () => {
  const { code, stderr } = await obelisc('output', 'latest', '--op-node', 'http://127.0.0.1:1');
  assert.equal(code, 2);
  assert.match(stderr, /'latest' is invalid for argument 'block'\. It takes the number of a block/);
  const url = await obelisc('output', '5', '--op-node', 'localhost:9545');
  assert.equal(url.code, 2);
  assert.match(url.stderr, /http:\/\/ or https:\/\/ URL/);
});

test('an unknown command is refused', async () => {
  const { code, stderr } = await obelisc('validte');
  assert.equal(code, 2);
  assert.match(stderr, /unknown command 'validte'/);
});

test('an op-node that is none is named', async () => {
  const server = createServer((_, response) => response.end('{"jsonrpc":"2.0","id":1,"result":"hello"}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const { code, stderr } = await obelisc('output', '5', '--op-node', `http://127.0.0.1:${port}`);
    assert.equal(code, 2);
    assert.match(stderr, /--op-node \(http:\/\/127\.0\.0\.1:\d+\): optimism_outputAtBlock: .*is this an op-node\?/);
  } finally {
    server.close();
  }
});
