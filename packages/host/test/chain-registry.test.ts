/** The public chains: what the registry of 4 August 2026 says of them, and why others are not among them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { findChain, impliedChainConfig, knownChainNames, whyUnknown } from '../src/index.js';

test('known chains are found by name and by chain id', () => {
  const chain = findChain('op-mainnet');
  assert(chain !== undefined);
  assert.equal(findChain('10')?.name, 'op-mainnet');
  assert.equal(chain.custom, false);
  assert.equal(chain.rollupConfig.l1ChainId, 1n);
  assert.deepEqual(chain.rollupConfig.genesis.l2, {
    hash: '0xdbf6a80fef073de06add9b0d14026d6e5a86c85f6d102c36d3d8e9cf89c2afd3',
    number: 105235063n,
  });
  assert.match(
    chain.rollupConfig.json,
    /"holocene_time":1736445601,"isthmus_time":1746806401,"jovian_time":1764691201,"karst_time":1783526401,"batch_inbox_address":"0xff00000000000000000000000000000000000010"/,
  );
  assert.match(findChain('11155420')?.rollupConfig.json ?? '', /"pectra_blob_schedule_time":1742486400/);
  assert.equal(findChain('op'), undefined);
  // Every entry passes the checks of a configuration file.
  for (const name of knownChainNames())
    assert.equal(findChain(name)?.chainConfig.chainId, findChain(name)?.rollupConfig.l2ChainId, name);
  assert.equal(knownChainNames().length, 40);
});

test('each chain executes as its rollup configuration implies, but for blocks from before Bedrock', () => {
  for (const name of knownChainNames().filter((known) => known !== 'op-mainnet')) {
    const chain = findChain(name);
    assert(chain !== undefined);
    const implied = impliedChainConfig(chain.rollupConfig)?.json;
    assert.equal(chain.chainConfig.json, implied, name);
  }
});

const KARST = { mainnet: 1783526401, sepolia: 1781712001 };

test("Karst's time, and who keeps its upgrade gas, are as announced", () => {
  const kept = [
    'op-mainnet', 'ink-mainnet', 'soneium-mainnet', 'unichain-mainnet', 'op-sepolia', 'ink-sepolia', 'lisk-sepolia',
    'metal-sepolia', 'mode-sepolia', 'soneium-minato-sepolia', 'unichain-sepolia', 'zora-sepolia',
  ]; // prettier-ignore
  const stripped = ['ethernity', 'lisk', 'metal', 'mode', 'tbn', 'zora'].map((name) => `${name}-mainnet`);
  for (const name of knownChainNames()) {
    const json = findChain(name)?.rollupConfig.json ?? '';
    const time = name.endsWith('-mainnet') ? KARST.mainnet : KARST.sepolia;
    const scheduled = kept.includes(name) || stripped.includes(name);
    assert.equal(json.includes(`"karst_time":${time},`), scheduled, name);
    assert.equal(json.includes('"karst_time"'), scheduled, name);
    assert.equal(json.includes('"keep_karst_upgrade_gas":true'), kept.includes(name), name);
  }
});

test('the contracts on L1 and the token that fees are paid in', () => {
  const op = findChain('op-mainnet');
  assert.deepEqual(op?.contracts, {
    disputeGameFactory: '0xe5965ab5962edc7477c8520243a95517cd252fa9',
    anchorStateRegistry: '0x23b2c62946350f4246f9f9d027e071f0264fd113',
  });
  assert.match(op?.rollupConfig.json ?? '', /"l1_system_config_address":"0x229047fed2591dbec1ef1118d64f7af3db9eb290"/);
  assert.equal(op?.gasPayingToken, undefined);
  assert.equal(findChain('tbn-mainnet')?.gasPayingToken, '0x04e9d7e336f79cdab911b06133d3ca2cd0721ce3');
  assert.equal(findChain('race-mainnet')?.contracts.disputeGameFactory, undefined);
  for (const name of knownChainNames()) {
    const { contracts, gasPayingToken } = findChain(name) ?? {};
    for (const address of [contracts?.disputeGameFactory, contracts?.anchorStateRegistry, gasPayingToken])
      assert.match(address ?? `0x${'00'.repeat(20)}`, /^0x[0-9a-f]{40}$/, name);
  }
});

test('the parameters of EIP-1559 are the chain’s own', () => {
  const parameters = (name: string) =>
    /"optimism":\{"eip1559Elasticity":(\d+),"eip1559Denominator":(\d+),"eip1559DenominatorCanyon":(\d+)\}/
      .exec(findChain(name)?.chainConfig.json ?? '')
      ?.slice(1)
      .map(Number);
  assert.deepEqual(parameters('op-mainnet'), [6, 50, 250]);
  assert.deepEqual(parameters('lisk-mainnet'), [20, 1000, 1000]);
});

test('why a chain is not among them', () => {
  assert.match(whyUnknown('celo-mainnet'), /^does not post its data to Ethereum \(alt-da\)/);
  assert.match(whyUnknown('42220'), /^\(celo-mainnet\) does not post its data to Ethereum/);
  assert.match(whyUnknown('base-mainnet'), /^is no longer in the superchain registry, which removed it on 2026-04-27$/);
  assert.match(whyUnknown('84532'), /^\(base-sepolia\) is no longer in the superchain registry/);
  assert.match(whyUnknown('420130015'), /is of an interop set, which is not covered/);
  assert.match(whyUnknown('mars'), /^is not known; known are .*op-mainnet.*, also by chain id$/);
  const { unsupported } = JSON.parse(readFileSync(new URL('../../data/chains.json', import.meta.url), 'utf8')) as {
    unsupported: { name: string; chainId: number }[];
  };
  for (const { name, chainId } of unsupported) {
    assert.equal(findChain(name), undefined);
    assert.equal(findChain(String(chainId)), undefined);
  }
});
