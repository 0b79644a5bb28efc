// kona's client as bin/kona-host sees it: its words over the wire, in the order in which it says them, on the embedded chain.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Devnet, startDevnet } from '@obelisc/devnet';
import { elementPoint, runPrecompile } from '@obelisc/host';
import {
  blobKey,
  formatHint,
  keccak256,
  keccak256Key,
  localKey,
  type Oracle,
  type PreimageServer,
  precompileKey,
  sha256Key,
  startPreimageServer,
} from '@obelisc/preimage';
import { repositoryRoot } from '../../src/demo/commands.js';
import { main } from '../../src/kona-host/main.js';

const [FROM, TO] = [3, 7];
const folder = mkdtempSync(join(tmpdir(), 'obelisc-kona-'));
let devnet: Devnet;
let server: PreimageServer;
let oracle: Oracle;

type Json = Record<string, unknown>;
const bytes = (text: unknown) => Uint8Array.from(Buffer.from(String(text).slice(2), 'hex'));
const hexOf = (value: Uint8Array) => `0x${Buffer.from(value).toString('hex')}`;
const u64 = (value: number | bigint) => {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64BE(BigInt(value));
  return buffer;
};

async function rpc(url: string, method: string, params: unknown[]): Promise<Json> {
  const response = await fetch(url, {
    method: 'POST',
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  return ((await response.json()) as { result: Json }).result;
}

const l2Block = (number: number) => rpc(devnet.l2Url, 'eth_getBlockByNumber', [`0x${number.toString(16)}`, true]);
const outputAt = (number: number) => rpc(devnet.opNodeUrl, 'optimism_outputAtBlock', [`0x${number.toString(16)}`]);
const hint = (type: string, ...payload: Uint8Array[]) =>
  oracle.hint(formatHint({ type, payload: Buffer.concat(payload) }));
const byHash = async (hash: unknown) => {
  const value = await oracle.get(keccak256Key(bytes(hash)));
  assert.equal(hexOf(keccak256(value)), hash);
  return value;
};

function flags(claim: string, [agreed, l1Head]: readonly [Json, string], own: readonly string[]): string[] {
  const block = agreed['blockRef'] as Json;
  return [
    'single',
    '--l1-node-address',
    devnet.l1Url,
    '--l1-beacon-address',
    devnet.beaconUrl,
    '--l2-node-address',
    devnet.l2Url,
    '--l1-head',
    l1Head,
    '--agreed-l2-head-hash',
    String(block['hash']),
    '--agreed-l2-output-root',
    String(agreed['outputRoot']),
    '--claimed-l2-output-root',
    claim,
    '--claimed-l2-block-number',
    String(TO),
    '--data-dir',
    join(folder, 'data'),
    '--rollup-config-path',
    join(folder, 'kona-rollup.json'),
    '--l1-config-path',
    join(folder, 'l1-chainconfig.json'),
    ...own,
  ];
}

before(async () => {
  const forks = ['regolith', 'canyon', 'delta', 'ecotone', 'fjord', 'granite', 'holocene', 'isthmus', 'jovian'];
  devnet = await startDevnet({
    seed: 'kona',
    l2Blocks: 9,
    scenario: { forks: Object.fromEntries(forks.map((fork) => [fork, 0n])) },
  });
  await devnet.writeConfig(folder);
  // As kona itself writes it: a name of its own for the batcher, numbers where op-node packs them.
  const rollup = JSON.parse(readFileSync(join(folder, 'rollup.json'), 'utf8')) as { genesis: { system_config: Json } };
  const { batcherAddr, eip1559Params: _, operatorFeeParams: __, ...system } = rollup.genesis.system_config;
  Object.assign(system, { batcherAddress: batcherAddr, eip1559Denominator: 0, eip1559Elasticity: 0 });
  Object.assign(rollup.genesis, { system_config: system });
  writeFileSync(
    join(folder, 'kona-rollup.json'),
    JSON.stringify({ ...rollup, granite_channel_timeout: 50, alt_da: null }),
  );
  const claim = String((await outputAt(TO))['outputRoot']);
  const args = flags(claim, [await outputAt(FROM), devnet.head.l1.hash], ['--server', '-vv']);
  server = await startPreimageServer(process.execPath, [join(repositoryRoot, 'bin/kona-host'), ...args]);
  oracle = server.oracle;
});

after(async () => {
  await server.close();
  await devnet.close();
  rmSync(folder, { recursive: true });
});

test('local keys', async () => {
  assert.equal(hexOf(await oracle.get(localKey(1))), devnet.head.l1.hash);
  assert.equal(hexOf(await oracle.get(localKey(2))), (await outputAt(FROM))['outputRoot']);
  assert.deepEqual(Buffer.from(await oracle.get(localKey(4))), u64(TO));
  assert.deepEqual(Buffer.from(await oracle.get(localKey(5))), u64(901));
  const [rollup, l1] = await Promise.all([oracle.get(localKey(6)), oracle.get(localKey(7))]);
  const config = JSON.parse(Buffer.from(rollup).toString('utf8')) as Json;
  assert.equal(config['l2_chain_id'], 901);
  assert.equal(config['jovian_time'], 0);
  assert.equal(((config['genesis'] as Json)['system_config'] as Json)['eip1559Denominator'], 0);
  assert.equal((JSON.parse(Buffer.from(l1).toString('utf8')) as Json)['chainId'], 900);
});

test("as a server for Obelisc's own client, and natively", async () => {
  const claim = String((await outputAt(TO))['outputRoot']);
  const of = [await outputAt(FROM), devnet.head.l1.hash] as const;
  const serving = flags(claim, of, ['--server', '--client', 'op-program', '-q']);
  const other = await startPreimageServer(process.execPath, [join(repositoryRoot, 'bin/kona-host'), ...serving]);
  try {
    assert.equal(hexOf(await other.oracle.get(localKey(5))), `0x${'ff'.repeat(8)}`);
    assert.equal(
      (JSON.parse(Buffer.from(await other.oracle.get(localKey(6))).toString('utf8')) as Json)['chainId'],
      901,
    );
  } finally {
    await other.close();
  }
  const judged = async (root: string) => {
    const output = { stdout: '', stderr: '' };
    const code = await main(
      flags(root, of, ['--native', '-q']),
      {},
      {
        stdout: (text) => void (output.stdout += String(text)),
        stderr: (text) => void (output.stderr += String(text)),
      },
    );
    return { code, ...output };
  };
  const right = await judged(claim);
  assert.deepEqual(right, {
    code: 0,
    stdout: `Successfully validated L2 block #${TO} with output root ${claim}\n`,
    stderr: '',
  });
  const wrong = await judged(`${claim.slice(0, -1)}${claim.endsWith('0') ? '1' : '0'}`);
  assert.equal(wrong.code, 1, wrong.stderr);
  assert.match(wrong.stdout, new RegExp(`${claim}`));
});

test('the agreed output, headers and transactions', async () => {
  const agreed = await outputAt(FROM);
  await hint('starting-l2-output', bytes(agreed['outputRoot']));
  const output = await byHash(agreed['outputRoot']);
  assert.equal(output.length, 128);
  const head = hexOf(output.subarray(96));
  assert.equal(head, (agreed['blockRef'] as Json)['hash']);
  // Old clients leave 0x out.
  await oracle.hint(`l2-block-header ${head.slice(2)}`);
  await byHash(head);
  await hint('l2-transactions', bytes(head));
  await byHash((await l2Block(FROM))['transactionsRoot']);
  await hint('l1-block-header', bytes(devnet.head.l1.hash));
  await byHash(devnet.head.l1.hash);
  const l1 = await rpc(devnet.l1Url, 'eth_getBlockByHash', [devnet.head.l1.hash, false]);
  await hint('l1-transactions', bytes(devnet.head.l1.hash));
  await byHash(l1['transactionsRoot']);
  await hint('l1-receipts', bytes(devnet.head.l1.hash));
  await byHash(l1['receiptsRoot']);
});

test('state of each block that is executed, by the payload’s witness and by accounts and slots', async () => {
  const gasPriceOracle = '0x420000000000000000000000000000000000000f';
  const l1Block = '0x4200000000000000000000000000000000000015';
  const slots = [1n, 3n].map((slot) => `0x${slot.toString(16).padStart(64, '0')}`);
  for (let number = FROM; number < TO; number++) {
    const { hash, stateRoot } = await l2Block(number);
    await hint(
      'l2-payload-witness',
      bytes(hash),
      Buffer.from('{"timestamp":"0x0","transactions":[],"gasLimit":"0x1"}'),
    );
    await byHash(stateRoot);
    const tag = `0x${number.toString(16)}`;
    for (const [address, about] of [
      [gasPriceOracle, []],
      [l1Block, slots],
    ] as const) {
      const proof = await rpc(devnet.l2Url, 'eth_getProof', [address, about, tag]);
      await hint('l2-account-proof', bytes(hash), bytes(address));
      for (const node of proof['accountProof'] as string[]) await byHash(hexOf(keccak256(bytes(node))));
      for (const [at, slot] of about.entries()) {
        // One in the form of 2026, one as clients before it have it: by the block's number.
        const block = at === 0 ? bytes(hash) : u64(number);
        await hint('l2-account-storage-proof', block, bytes(address), bytes(slot));
        const { proof: nodes } = (proof['storageProof'] as { proof: string[] }[])[at] ?? { proof: [] };
        for (const node of nodes) await byHash(hexOf(keccak256(bytes(node))));
      }
    }
  }
  const { stateRoot } = await l2Block(TO - 1);
  await hint('l2-state-node', bytes(stateRoot));
  await byHash(stateRoot);
  const code = await rpc(devnet.l2Url, 'eth_getCode', [l1Block, `0x${FROM.toString(16)}`]);
  const codeHash = hexOf(keccak256(bytes(code)));
  await hint('l2-code', bytes(codeHash));
  await byHash(codeHash);
});

test('a blob: commitment, elements with what their keys commit to, and its KZG proof', async () => {
  for (let number = 1; number <= devnet.head.l1.number; number++) {
    const block = await rpc(devnet.l1Url, 'eth_getBlockByNumber', [`0x${number.toString(16)}`, true]);
    const hashes = (block['transactions'] as { blobVersionedHashes?: string[] }[]).flatMap(
      ({ blobVersionedHashes = [] }) => blobVersionedHashes,
    );
    const [versionedHash] = hashes;
    if (versionedHash === undefined) continue;
    await hint('l1-blob', bytes(versionedHash), u64(BigInt(String(block['timestamp']))));
    const commitment = await oracle.get(sha256Key(bytes(versionedHash)));
    assert.equal(createHash('sha256').update(commitment).digest('hex').slice(2), versionedHash.slice(4));
    for (const index of [0, 1, 2, 4095]) {
      const hash = keccak256(elementPoint(commitment, index, 'root'));
      assert.equal((await oracle.get(blobKey(hash))).length, 32);
      await byHash(hexOf(hash));
    }
    const proofPoint = Buffer.concat([commitment, Buffer.alloc(24), u64(4096)]);
    assert.equal((await oracle.get(blobKey(keccak256(proofPoint)))).length, 48);
    assert.deepEqual(Buffer.from(await byHash(hexOf(keccak256(proofPoint)))), proofPoint);
    return;
  }
  assert.fail('the chain has no blob');
});

test('precompiles under kona’s name, which has the gas before the input', async () => {
  for (const [address, input] of [
    [1, new Uint8Array(128)],
    [8, new Uint8Array(192)],
    // Refused: no point has such coordinates.
    [8, new Uint8Array(192).fill(1)],
    [11, new Uint8Array(256)],
  ] as const) {
    const at = Uint8Array.of(...Array.from({ length: 19 }, () => 0), address);
    const payload = Buffer.concat([at, u64(3_000), input]);
    await hint('l1-precompile', payload);
    const result = await oracle.get(precompileKey(keccak256(payload)));
    assert.deepEqual(result, runPrecompile(at, input));
    assert.deepEqual(Buffer.from(await byHash(hexOf(keccak256(payload)))), payload);
  }
});
