// Foundry's cast itself against the endpoints of a live chain (tools/cast.sh prints where one is).
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bytesToHex } from '@ethereumjs/util';
import { initCode } from '../src/contracts/assembler.js';
import { startDevnet } from '../src/devnet.js';
import type { Devnet } from '../src/devnet.js';
import { TOKEN } from '../src/traffic/contracts.js';

const run = promisify(execFile);
const FORKS = Object.fromEntries(
  ['regolith', 'canyon', 'delta', 'ecotone', 'fjord', 'granite', 'holocene', 'isthmus', 'jovian', 'karst'].map(
    (fork) => [fork, 0n],
  ),
);
const ORACLE = '0x420000000000000000000000000000000000000F';
const L1_BLOCK = '0x4200000000000000000000000000000000000015';

/** Path of a cast, or undefined where there is none. */
function castPath(): string | undefined {
  const { OBELISC_TEST_CAST: named, PATH: path = '' } = process.env;
  if (named !== undefined && named !== '') return named;
  return path
    .split(delimiter)
    .map((folder) => join(folder, 'cast'))
    .find((file) => existsSync(file));
}

const binary = castPath();
const isRequired = process.env['REQUIRE_DATA'] === '1';
const skip = binary === undefined && !isRequired ? 'no cast here (OBELISC_TEST_CAST, see tools/cast.sh)' : false;

describe('cast', { skip }, () => {
  let devnet: Devnet;
  const urls = [
    ['L1', () => devnet.l1Url, 900],
    ['L2', () => devnet.l2Url, 901],
  ] as const;

  before(async () => {
    assert.ok(binary !== undefined, 'REQUIRE_DATA=1, and no cast: see tools/cast.sh');
    const scenario = { forks: FORKS, l1Forks: { prague: 0n, osaka: 0n }, l1BlockTime: 2n, l2BlockTime: 1n };
    devnet = await startDevnet({ seed: 'cast', l2Blocks: 3, live: true, scenario });
  });
  after(() => devnet.close());

  const cast = async (url: string, ...args: string[]): Promise<string> => {
    const env = { ...process.env, ETH_RPC_URL: url, NO_COLOR: '1' };
    const { stdout } = await run(binary ?? '', args, { env, timeout: 60_000 });
    return stdout.trim();
  };
  const json = async (url: string, ...args: string[]): Promise<Record<string, string>> =>
    JSON.parse(await cast(url, '--json', ...args)) as Record<string, string>;
  const user = (index: number) => devnet.accounts[index] ?? assert.fail('no such user');

  for (const [name, url, chainId] of urls) {
    test(`reads the ${name}`, async () => {
      assert.equal(await cast(url(), 'chain-id'), String(chainId));
      assert.match(await cast(url(), 'client'), /^obelisc-devnet/);
      assert.ok(Number(await cast(url(), 'block-number')) > 0);
      assert.ok(BigInt(await cast(url(), 'gas-price')) > 0n);
      assert.ok(BigInt(await cast(url(), 'base-fee')) > 0n);
      assert.ok(BigInt(await cast(url(), 'balance', user(0).address)) > 0n);
      assert.equal(await cast(url(), 'find-block', '1'), '1');
      const block = await json(url(), 'block', '1', '--full');
      assert.equal(await cast(url(), 'block', '1', '--field', 'hash'), block['hash']);
      assert.ok(Array.isArray(JSON.parse(await cast(url(), '--json', 'logs', '--from-block', '0'))));
      const { accountProof } = await json(url(), 'proof', user(0).address);
      assert.ok((accountProof?.length ?? 0) > 0);
      for (const [method, ...params] of [
        ['eth_syncing'],
        ['eth_accounts'],
        ['eth_maxPriorityFeePerGas'],
        ['eth_blobBaseFee'],
        ['eth_feeHistory', '0x2', 'latest', '[25]'],
        ['eth_getBlockReceipts', 'latest'],
      ])
        assert.notEqual(await cast(url(), 'rpc', String(method), ...params), '');
    });

    test(`sends to the ${name}: ether, a contract, a delegation`, async () => {
      const { privateKey: key, address } = user(0);
      const friend = user(1).address;
      const sending = ['send', '--private-key', key];
      const had = BigInt(await cast(url(), 'balance', friend));
      const sent = await json(url(), ...sending, friend, '--value', '1000');
      assert.equal(BigInt(sent['status'] ?? 0), 1n);
      assert.equal(BigInt(await cast(url(), 'balance', friend)), had + 1000n);
      const legacy = await json(url(), ...sending, '--legacy', friend, '--value', '1');
      assert.equal(BigInt(legacy['type'] ?? 9), 0n);

      const code = bytesToHex(initCode(TOKEN));
      const { contractAddress: token = '', transactionHash = '' } = await json(url(), ...sending, '--create', code);
      assert.equal(await cast(url(), 'codesize', token), String(TOKEN.length));
      // It takes a chain that it does not know for one without deposits.
      if (name === 'L1') assert.match(await cast(url(), 'run', transactionHash), /bytes of code/);
      const minted = await json(url(), ...sending, token, 'mint(uint256)', '50');
      assert.equal(BigInt(minted['status'] ?? 0), 1n);
      assert.ok(
        BigInt(await cast(url(), 'estimate', token, 'transfer(address,uint256)', friend, '20', '--from', address)) >
          21_000n,
      );
      const moved = await json(url(), ...sending, token, 'transfer(address,uint256)', friend, '20');
      const logs = JSON.parse(await cast(url(), '--json', 'logs', '--from-block', '0', '--address', token)) as {
        transactionHash: string;
      }[];
      assert.ok(logs.some((log) => log.transactionHash === moved['transactionHash']));
      const trace = await cast(
        url(),
        'rpc',
        'debug_traceTransaction',
        String(moved['transactionHash']),
        '{"tracer":"callTracer"}',
      );
      assert.equal((JSON.parse(trace) as { type: string }).type, 'CALL');

      const delegated = await json(url(), ...sending, '--auth', token, friend);
      assert.equal(BigInt(delegated['status'] ?? 0), 1n);
      assert.equal(await cast(url(), 'code', address), `0xef0100${token.slice(2).toLowerCase()}`);
    });

    test(`is told by the ${name} what no block would ever hold`, async () => {
      const { privateKey: key } = user(2);
      const friend = user(1).address;
      const refused = async (pattern: RegExp, ...args: string[]): Promise<void> => {
        await assert.rejects(cast(url(), 'send', '--private-key', key, friend, ...args), pattern);
      };
      await cast(url(), 'send', '--private-key', key, friend);
      await refused(/nonce too low/, '--nonce', '0');
      await refused(/intrinsic gas too low/, '--gas-limit', '20000');
      await refused(/exceeds block gas limit/, '--gas-limit', '900000000');
      await refused(/insufficient funds/, '--gas-limit', '21000', '--value', '50000000ether');
      await refused(/invalid chain id for signer: have 5/, '--chain', '5');
      await refused(/invalid chain id for signer: have 5/, '--chain', '5', '--legacy');
      await refused(/max priority fee|maxPriorityFeePerGas/, '--gas-price', '1', '--priority-gas-price', '2');
      if (name === 'L2') await refused(/an L2 takes no blobs/, '--blob', '--path', fileURLToPath(import.meta.url));
    });
  }

  test('sends blobs to the L1, in the form of either fork, which the beacon API then has', async () => {
    const { privateKey: key, address } = user(3);
    for (const form of [[], ['--eip4844']]) {
      const path = ['--blob', ...form, '--path', fileURLToPath(import.meta.url)];
      const sent = await json(devnet.l1Url, 'send', '--private-key', key, address, ...path);
      assert.equal(BigInt(sent['status'] ?? 0), 1n);
      assert.equal(BigInt(sent['type'] ?? 0), 3n);
      const hash = sent['transactionHash'] ?? '';
      const { blobVersionedHashes } = await json(devnet.l1Url, 'tx', hash);
      assert.ok(Array.isArray(blobVersionedHashes));
      const { timestamp } = await json(devnet.l1Url, 'block', String(BigInt(sent['blockNumber'] ?? 0)));
      const genesis = await json(devnet.l1Url, 'block', '0');
      const slot = (BigInt(timestamp ?? 0) - BigInt(genesis['timestamp'] ?? 0)) / 2n;
      const query = blobVersionedHashes.map((one) => `versioned_hashes=${one}`).join('&');
      const answer = await fetch(`${devnet.beaconUrl}/eth/v1/beacon/blobs/${slot}?${query}`);
      const { data } = (await answer.json()) as { data: string[] };
      assert.equal(data.length, blobVersionedHashes.length);
    }
  });

  test('reads predeploys of the L2, and block numbers through a WebSocket', async () => {
    assert.ok(BigInt((await cast(devnet.l2Url, 'call', ORACLE, 'l1BaseFee()(uint256)')).split(' ')[0] ?? 0) > 0n);
    assert.equal(await cast(devnet.l2Url, 'call', ORACLE, 'isJovian()(bool)'), 'true');
    assert.match(await cast(devnet.l2Url, 'call', L1_BLOCK, 'number()(uint64)'), /^\d+/);
    assert.match(await cast(devnet.l2Url.replace('http', 'ws'), 'block-number'), /^\d+$/);
  });
});
