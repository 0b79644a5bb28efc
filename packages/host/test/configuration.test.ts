/** Configurations in Go's encoding. Expected texts were recorded from json.Marshal of op-node's rollup.Config and op-geth's params.ChainConfig (optimism d317e96c). */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { localKey } from '@obelisc/preimage';
import {
  type Chain,
  chainConfigOf,
  ConfigurationError,
  customChain,
  knownL1ChainConfig,
  localPreimage,
  openHost,
  parseGenesisChainConfig,
  parseJson,
  parseL1ChainConfig,
  parseRollupConfig,
  ROLLUP_FORKS,
} from '../src/index.js';
import { chainE, chainEFile, withoutChainE } from './chain-e-data.js';
import { devnetChain, withoutDevnet } from './devnet-data.js';

const ROLLUP =
  '{"alt_da":{"da_resolve_window":2,"da_challenge_window":1,"da_commitment_type":"KeccakCommitment","da_challenge_contract_address":"0xAbCdEf0000000000000000000000000000000001"},"genesis":{"l2":{"number":105235063,"hash":"0xDBF6a80fef073de06add9b0d14026d6e5a86c85f6d102c36d3d8e9cf89c2afd3"},"l1":{"hash":"0x438335a20d98863a4c0c97999eb2481921ccd28553eac6f913af7c12aec04108","number":17422590},"l2_time":1686068903,"system_config":{"gasLimit":30000000,"scalar":"0x00000000000000000000000000000000000000000000000000000000000a6fe0","batcherAddr":"0x6887246668a3b87F54DeB3b94Ba47a6f63F32985"}},"block_time":2,"max_sequencer_drift":600,"seq_window_size":3600,"channel_timeout":300,"l1_chain_id":1,"l2_chain_id":123456789012345678901,"regolith_time":0,"canyon_time":1704992401,"delta_time":1708560000,"ecotone_time":18446744073709551615,"batch_inbox_address":"0xff00000000000000000000000000000000000010","deposit_contract_address":"0xbEb5Fc579115071764c7423A4f12eDde41f106Ed","l1_system_config_address":"0x229047fed2591dbec1eF1118d64F7aF3dB9EB290","protocol_versions_address":"0x0000000000000000000000000000000000000000"}';
const ROLLUP_IN_GO =
  '{"genesis":{"l1":{"hash":"0x438335a20d98863a4c0c97999eb2481921ccd28553eac6f913af7c12aec04108","number":17422590},"l2":{"hash":"0xdbf6a80fef073de06add9b0d14026d6e5a86c85f6d102c36d3d8e9cf89c2afd3","number":105235063},"l2_time":1686068903,"system_config":{"batcherAddr":"0x6887246668a3b87f54deb3b94ba47a6f63f32985","overhead":"0x0000000000000000000000000000000000000000000000000000000000000000","scalar":"0x00000000000000000000000000000000000000000000000000000000000a6fe0","gasLimit":30000000,"eip1559Params":"0x0000000000000000"}},"block_time":2,"max_sequencer_drift":600,"seq_window_size":3600,"channel_timeout":300,"l1_chain_id":1,"l2_chain_id":123456789012345678901,"regolith_time":0,"canyon_time":1704992401,"delta_time":1708560000,"ecotone_time":18446744073709551615,"batch_inbox_address":"0xff00000000000000000000000000000000000010","deposit_contract_address":"0xbeb5fc579115071764c7423a4f12edde41f106ed","l1_system_config_address":"0x229047fed2591dbec1ef1118d64f7af3db9eb290","protocol_versions_address":"0x0000000000000000000000000000000000000000","alt_da":{"da_challenge_contract_address":"0xabcdef0000000000000000000000000000000001","da_commitment_type":"KeccakCommitment","da_challenge_window":1,"da_resolve_window":2}}';
const CHAIN =
  '{"optimism":{"eip1559DenominatorCanyon":250,"eip1559Denominator":50,"eip1559Elasticity":6},"clique":{"epoch":30000},"ethash":{},"terminalTotalDifficulty":58750000000000000000000,"daoForkSupport":true,"daoForkBlock":0,"chainId":18446744073709551614,"unknownField":{"a":1},"holoceneTime":7,"interopTime":8,"pragueTime":3,"verkleTime":null,"shanghaiTime":0,"cancunTime":18446744073709551615,"bedrockBlock":5,"terminalTotalDifficultyPassed":false,"depositContractAddress":"0x00000000219AB540356cBB839Cbe05303d7705Fa","homesteadBlock":0}';
const CHAIN_IN_GO =
  '{"chainId":18446744073709551614,"homesteadBlock":0,"daoForkBlock":0,"daoForkSupport":true,"shanghaiTime":0,"cancunTime":18446744073709551615,"pragueTime":3,"bedrockBlock":5,"holoceneTime":7,"interopTime":8,"terminalTotalDifficulty":58750000000000000000000,"depositContractAddress":"0x00000000219ab540356cbb839cbe05303d7705fa","ethash":{},"clique":{"period":0,"epoch":30000},"optimism":{"eip1559Elasticity":6,"eip1559Denominator":50,"eip1559DenominatorCanyon":250}}';
const DEVNET_ROLLUP_IN_GO =
  '{"genesis":{"l1":{"hash":"0xc778373dc9c478bb05fb069670d51375f98bf93c83739f9f97954c2fbc67e17e","number":0},"l2":{"hash":"0x2dbf366b148b4cdc0f43cae40181c05777c72a7a941d3fd1ede98406a49bd713","number":0},"l2_time":1795400926,"system_config":{"batcherAddr":"0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc","overhead":"0x0000000000000000000000000000000000000000000000000000000000000834","scalar":"0x00000000000000000000000000000000000000000000000000000000000f4240","gasLimit":30000000,"eip1559Params":"0x0000000000000000"}},"block_time":1,"max_sequencer_drift":300,"seq_window_size":200,"channel_timeout":120,"l1_chain_id":900,"l2_chain_id":901,"regolith_time":0,"canyon_time":0,"delta_time":0,"ecotone_time":0,"fjord_time":0,"granite_time":0,"batch_inbox_address":"0x00289c189bee4e70334629f04cd5ed602b6600eb","deposit_contract_address":"0xa439b64360c875951478b0cf77698038df331255","l1_system_config_address":"0xf493e2ebb09309e2d0046a7afc88c8eda3c91560","protocol_versions_address":"0x856e75e9c0da547f9753c17746d6cc139b668e5c"}';
const DEVNET_CHAIN_IN_GO =
  '{"chainId":901,"homesteadBlock":0,"eip150Block":0,"eip155Block":0,"eip158Block":0,"byzantiumBlock":0,"constantinopleBlock":0,"petersburgBlock":0,"istanbulBlock":0,"muirGlacierBlock":0,"berlinBlock":0,"londonBlock":0,"arrowGlacierBlock":0,"grayGlacierBlock":0,"mergeNetsplitBlock":0,"shanghaiTime":0,"cancunTime":0,"bedrockBlock":0,"regolithTime":0,"canyonTime":0,"ecotoneTime":0,"fjordTime":0,"graniteTime":0,"terminalTotalDifficulty":0,"terminalTotalDifficultyPassed":true,"depositContractAddress":"0x0000000000000000000000000000000000000000","optimism":{"eip1559Elasticity":6,"eip1559Denominator":50,"eip1559DenominatorCanyon":250}}';

test('a rollup configuration is written as Go writes it: fixed order, lower case, zero values where Go has them, numbers in full', () => {
  assert.equal(parseRollupConfig(ROLLUP, 'rollup.json').json, ROLLUP_IN_GO);
  assert.equal(parseRollupConfig(ROLLUP_IN_GO, 'rollup.json').json, ROLLUP_IN_GO);
});

test('a chain configuration is written as Go writes it; fields unknown to op-geth are passed over', () => {
  assert.equal(chainConfigOf(parseJson(CHAIN), 'config').json, CHAIN_IN_GO);
  const least = chainConfigOf(parseJson('{"chainId":1,"optimism":{}}'), 'config');
  assert.equal(
    least.json,
    '{"chainId":1,"depositContractAddress":"0x0000000000000000000000000000000000000000","optimism":{"eip1559Elasticity":0,"eip1559Denominator":0}}',
  );
});

test('the configuration of a chain that real software runs', { skip: withoutDevnet }, () => {
  const chain = devnetChain();
  assert.equal(chain.rollupConfig.json, DEVNET_ROLLUP_IN_GO);
  assert.equal(chain.chainConfig.json, DEVNET_CHAIN_IN_GO);
  assert.equal(chain.l2ChainId, 901n);
});

function changed(from: string, to: string): string {
  const text = ROLLUP.replace(from, to);
  assert.notEqual(text, ROLLUP);
  return text;
}

test('what op-node would refuse is refused, with the field', () => {
  const cases: [text: string, message: RegExp][] = [
    ['{', /rollup\.json is not JSON/],
    ['[]', /rollup\.json is not a JSON object/],
    [changed('"block_time":2', '"block_time":0'), /rollup\.json\.block_time is missing or zero/],
    [changed('"block_time":2', '"block_time":2.5'), /rollup\.json\.block_time is not a whole number/],
    [changed('"block_time":2', '"block_time":-2'), /rollup\.json\.block_time is not a whole number/],
    [changed('"block_time":2', '"block_tme":2'), /does not know: block_tme/],
    [changed('"l2_chain_id":123456789012345678901', '"l2_chain_id":1'), /the same chain id/],
    [changed('"delta_time":1708560000,', ''), /sets ecotone_time but not delta_time/],
    [changed('"delta_time":1708560000', '"delta_time":1'), /sets delta_time \(1\) before canyon_time/],
    [
      changed('"0xff00000000000000000000000000000000000010"', '"0xff000000000000000000000000000000000010"'),
      /batch_inbox_address is not 0x and 40/,
    ],
    [changed('"seq_window_size":3600', '"seq_window_size":1'), /seq_window_size is below 2/],
  ];
  for (const [text, message] of cases) {
    assert.throws(
      () => parseRollupConfig(text, 'rollup.json'),
      (error) => error instanceof ConfigurationError && message.test(error.message),
      String(message),
    );
  }
});

test('a genesis file that is none, or of another kind of chain, is refused', () => {
  assert.throws(() => parseGenesisChainConfig('x', 'g.json'), /g\.json is not JSON/);
  assert.throws(
    () => parseGenesisChainConfig('{"chainId":1}', 'g.json'),
    /g\.json (?:has no field "config"|is a chain's configuration alone)/,
  );
  assert.throws(
    () => parseGenesisChainConfig('{"config":{"chainId":1}}', 'g.json'),
    /g\.json\.config\.optimism is missing/,
  );
  assert.throws(
    () => parseGenesisChainConfig('{"config":{"optimism":{}}}', 'g.json'),
    /g\.json\.config\.chainId is missing/,
  );
});

test('JSON keeps integers above 2^53, fractions, and strings that look like numbers', () => {
  assert.deepEqual(
    parseJson('{"a":18446744073709551615,"b":1.5,"c":"12","d":[-1,true,null],"e":"\\"7","f":1e3,"12":0}'),
    {
      a: 18446744073709551615n,
      b: 1.5,
      c: '12',
      d: [-1n, true, null],
      e: '"7',
      f: 1000,
      '12': 0n,
    },
  );
  assert.throws(() => parseJson('{"a":01}'), SyntaxError);
});

test('a chain of 2026 is read and written as Go does, L1 with it', { skip: withoutChainE }, () => {
  const { rollupConfig, chainConfig, l1ChainConfig } = chainE();
  const file = (name: string) => JSON.stringify(JSON.parse(chainEFile(name)));
  assert.equal(rollupConfig.json, file('rollup.json'));
  assert.equal(l1ChainConfig?.json, file('l1-chainconfig.json'));
  assert.equal(chainConfig.chainId, 901n);
});

// json.Marshal of params.MainnetChainConfig (op-geth v1.101702.3-rc.2).
const MAINNET_IN_GO =
  '{"chainId":1,"homesteadBlock":1150000,"daoForkBlock":1920000,"daoForkSupport":true,"eip150Block":2463000,"eip155Block":2675000,"eip158Block":2675000,"byzantiumBlock":4370000,"constantinopleBlock":7280000,"petersburgBlock":7280000,"istanbulBlock":9069000,"muirGlacierBlock":9200000,"berlinBlock":12244000,"londonBlock":12965000,"arrowGlacierBlock":13773000,"grayGlacierBlock":15050000,"shanghaiTime":1681338455,"cancunTime":1710338135,"pragueTime":1746612311,"osakaTime":1764798551,"bpo1Time":1765290071,"bpo2Time":1767747671,"terminalTotalDifficulty":58750000000000000000000,"depositContractAddress":"0x00000000219ab540356cbb839cbe05303d7705fa","ethash":{},"blobSchedule":{"cancun":{"target":3,"max":6,"baseFeeUpdateFraction":3338477},"prague":{"target":6,"max":9,"baseFeeUpdateFraction":5007716},"osaka":{"target":6,"max":9,"baseFeeUpdateFraction":5007716},"bpo1":{"target":10,"max":15,"baseFeeUpdateFraction":8346193},"bpo2":{"target":14,"max":21,"baseFeeUpdateFraction":11684671}}}';

test('the public L1 networks are known, and their configurations written as Go writes them', () => {
  assert.equal(knownL1ChainConfig(1n)?.json, MAINNET_IN_GO);
  // Hashes of json.Marshal of Sepolia's, Holesky's and Hoodi's.
  for (const [chainId, hash] of Object.entries({
    11155111: 'c7d0eedd9d061484ec738a1c29d6b955f656180b16b65ef5b4cd6df4032c8511',
    17000: '70da5c5bc26a554186c10a189c9b13924c2b53bd7961e7ed4135a263324a4635',
    560048: 'aa82004cc73f806f38b31c0fbd51f53ef75fc2fefe1ec25d5196ff3cf56b78a4',
  })) {
    const { json = '' } = knownL1ChainConfig(BigInt(chainId)) ?? {};
    assert.equal(createHash('sha256').update(json).digest('hex'), hash, chainId);
  }
  assert.equal(knownL1ChainConfig(900n), undefined);
});

test(
  "L1's configuration is taken from a file of it or from a genesis file; what cannot be right is refused",
  { skip: withoutChainE },
  () => {
    const config = JSON.parse(chainEFile('l1-chainconfig.json')) as { blobSchedule: Record<string, unknown> };
    assert.equal(parseL1ChainConfig(MAINNET_IN_GO, 'l1.json').json, MAINNET_IN_GO);
    assert.equal(parseL1ChainConfig(`{"alloc":{},"config":${MAINNET_IN_GO}}`, 'l1.json').json, MAINNET_IN_GO);
    const refuses = (text: string, message: RegExp) =>
      assert.throws(
        () => parseL1ChainConfig(text, 'l1.json'),
        (error) => error instanceof ConfigurationError && message.test(error.message),
      );
    refuses('x', /l1\.json is not JSON/);
    refuses('{"alloc":{}}', /l1\.json\.chainId is missing/);
    refuses(JSON.stringify({ ...config, blobSchedule: undefined }), /l1\.json\.blobSchedule is missing/);
    refuses(JSON.stringify({ config: { ...config, blobSchedule: {} } }), /l1\.json\.config\.blobSchedule is missing/);
    refuses(
      JSON.stringify({ ...config, blobSchedule: { cancun: { target: 3, max: 6 } } }),
      /blobSchedule\.cancun\.baseFeeUpdateFraction is missing or zero/,
    );
    refuses(JSON.stringify({ ...config, bpo1Time: -1 }), /bpo1Time is not a whole number/);
  },
);

const FORKS = ROLLUP_FORKS.filter((fork) => fork !== 'delta');
const TIME = 1800000000;

/** A chain that has had every fork of `forks` for long, in rollup.json's form and in the genesis file's. */
function files(forks: readonly string[]) {
  const base = JSON.parse(ROLLUP.replace(/"alt_da":\{[^}]*\},/, '')) as object;
  const none = Object.fromEntries(ROLLUP_FORKS.map((fork) => [`${fork}_time`, undefined]));
  const ethereum: Record<string, string> = { canyon: 'shanghaiTime', ecotone: 'cancunTime', isthmus: 'pragueTime' };
  const rollup = {
    ...base,
    ...none,
    ...Object.fromEntries(forks.map((fork) => [`${fork}_time`, TIME])),
    l2_chain_id: 10,
  };
  const config: Record<string, unknown> = {
    chainId: 10,
    optimism: { eip1559Elasticity: 6, eip1559Denominator: 50, eip1559DenominatorCanyon: 250 },
  };
  for (const fork of forks) {
    if (fork !== 'delta') config[`${fork}Time`] = TIME;
    const name = ethereum[fork];
    if (name !== undefined) config[name] = TIME;
  }
  return { rollup, config };
}

function chainOf(rollup: object, config: object, l1?: string): Chain {
  return customChain({
    rollupConfig: parseRollupConfig(JSON.stringify(rollup), 'rollup.json'),
    chainConfig: parseGenesisChainConfig(JSON.stringify({ config }), 'genesis.json'),
    l1ChainConfig: l1 === undefined ? undefined : parseL1ChainConfig(l1, 'l1.json'),
    names: { rollupConfig: '--rollup.config', chainConfig: '--l2.genesis', l1ChainConfig: '--l1.chainconfig' },
  });
}

test('a custom chain may begin with any fork from Bedrock on, and its files must be of one schedule', () => {
  for (let count = 0; count <= ROLLUP_FORKS.length; count++) {
    const { rollup, config } = files(ROLLUP_FORKS.slice(0, count));
    assert.equal(chainOf(rollup, config).custom, true);
    const last = ROLLUP_FORKS[count - 1];
    if (last === undefined || last === 'delta') continue;
    assert.throws(
      () => chainOf(rollup, { ...config, [`${last}Time`]: undefined }),
      new RegExp(
        `--l2\\.genesis has no ${last}Time, but --rollup\\.config has ${last}_time ${TIME}: they must be of one chain`,
      ),
    );
    assert.throws(
      () => chainOf(rollup, { ...config, [`${last}Time`]: TIME - 1 }),
      new RegExp(`has ${last}Time ${TIME - 1}`),
    );
  }
  const { rollup, config } = files(ROLLUP_FORKS);
  for (const osaka of [{}, { osakaTime: TIME }, { osakaTime: null }])
    assert.equal(chainOf(rollup, { ...config, ...osaka }).custom, true);
  assert.throws(
    () => chainOf(rollup, { ...config, osakaTime: 5 }),
    /has osakaTime 5, but --rollup\.config has karst_time/,
  );
  const { rollup: jovian, config: execution } = files(ROLLUP_FORKS.slice(0, -1));
  assert.throws(() => chainOf(jovian, { ...execution, osakaTime: TIME }), /has no karst_time/);
  assert.throws(() => chainOf(rollup, { ...config, pragueTime: undefined }), /has no pragueTime/);
  assert.throws(
    () => chainOf(rollup, { ...config, interopTime: TIME }),
    /has interopTime \d+, but .* has no lagoon_time/,
  );
  assert.throws(() => chainOf(rollup, { ...config, chainId: 11 }), /is for chain 10, --l2\.genesis for chain 11/);
  assert.throws(
    () => chainOf({ ...rollup, l1_chain_id: 2 }, config, MAINNET_IN_GO),
    /is for L1 chain 1, .* on L1 chain 2/,
  );
  assert.throws(
    () => chainOf(rollup, { ...config, optimism: { eip1559Elasticity: 6, eip1559Denominator: 50 } }),
    /--l2\.genesis: optimism\.eip1559DenominatorCanyon is missing or zero/,
  );
  assert.equal(FORKS.length, 9);
});

test('forks out of order are refused, Lagoon with them', () => {
  for (const [at, fork] of ROLLUP_FORKS.entries()) {
    const { rollup } = files(ROLLUP_FORKS);
    const refuses = (change: object, message: RegExp) =>
      assert.throws(() => parseRollupConfig(JSON.stringify({ ...rollup, ...change }), 'rollup.json'), message);
    const before = ROLLUP_FORKS[at - 1];
    if (before === undefined) continue;
    refuses({ [`${before}_time`]: undefined }, new RegExp(`rollup.json sets \\w+_time but not ${before}_time`));
    refuses(
      { [`${before}_time`]: TIME + 1 },
      new RegExp(`rollup.json sets ${fork}_time \\(${TIME}\\) before ${before}_time`),
    );
    refuses({ lagoon_time: TIME - 1 }, /sets lagoon_time \(1799999999\) before karst_time/);
    refuses({ interop_time: TIME + 1, karst_time: undefined }, /sets interop_time but not karst_time/);
  }
});

test("Karst's gas flag is true or false, and false is what Go leaves out", () => {
  const { rollup } = files(ROLLUP_FORKS);
  const json = (flag: unknown) =>
    parseRollupConfig(JSON.stringify({ ...rollup, keep_karst_upgrade_gas: flag }), 'rollup.json').json;
  assert.match(json(true), /"keep_karst_upgrade_gas":true/);
  assert.doesNotMatch(json(false), /keep_karst/);
  for (const flag of [1, 'true', [], {}])
    assert.throws(() => json(flag), /keep_karst_upgrade_gas is neither true nor false/);
});

test('claims that cannot be judged are refused by name, by the block number alone', async () => {
  const { rollup, config } = files(ROLLUP_FORKS);
  const zero = new Uint8Array(32).fill(1);
  const check = (rollupConfig: object, chainConfig: object, number: bigint): Promise<unknown> => {
    const claim = { l1Head: zero, l2Head: zero, l2OutputRoot: zero, l2Claim: zero, l2BlockNumber: number };
    return openHost({ claim, chain: chainOf(rollupConfig, chainConfig) });
  };
  // Block 105,235,063 at 1686068903, two seconds each.
  const at = (time: number): bigint => 105235063n + BigInt((time - 1686068903 + 1) >> 1);
  for (const [name, field] of [
    ['lagoon_time', 'lagoonTime'],
    ['interop_time', 'interopTime'],
    ['interop_time', 'lagoonTime'],
  ] as const) {
    const lagoon = [
      { ...rollup, [name]: TIME + 1 },
      { ...config, [field]: TIME + 1 },
    ] as const;
    await check(...lagoon, at(TIME - 1));
    await assert.rejects(
      check(...lagoon, at(TIME + 1)),
      /under the fork Lagoon \(interop\), which the chain schedules for 1800000001/,
    );
    await assert.rejects(check(...lagoon, at(TIME + 1) + 1000n), /Lagoon/);
  }
  const altDa = {
    ...rollup,
    alt_da: { da_commitment_type: 'GenericCommitment', da_challenge_window: 1, da_resolve_window: 1 },
  };
  await assert.rejects(
    check(altDa, config, 105235064n),
    /chain 10 is not covered: its rollup configuration has alt_da/,
  );
  await check(rollup, config, 105235064n);
  for (const number of [1n, 105235062n, 105235063n])
    await assert.rejects(
      check(rollup, config, number),
      /the legacy chain ends and Bedrock begins with block #105235063/,
    );
});

test(
  "a custom chain's configurations are local inputs; L1's is the known one or the given one",
  { skip: withoutChainE },
  () => {
    const chain = chainE();
    const claim = { l1Head: bytes32, l2Head: bytes32, l2OutputRoot: bytes32, l2Claim: bytes32, l2BlockNumber: 1n };
    const read = (index: number, of: Chain): string | undefined => {
      const value = localPreimage(localKey(BigInt(index)), claim, of);
      return value === undefined ? undefined : Buffer.from(value).toString('utf8');
    };
    assert.equal(read(6, chain), chain.chainConfig.json);
    assert.equal(read(7, chain), chain.rollupConfig.json);
    assert.equal(read(8, chain), undefined);
    assert.equal(read(9, chain), chain.l1ChainConfig?.json);
    assert.equal(read(9, { ...chain, l1ChainConfig: undefined }), undefined);
    const onMainnet = { ...chain, rollupConfig: { ...chain.rollupConfig, l1ChainId: 1n } };
    assert.equal(read(9, onMainnet), MAINNET_IN_GO, 'as the Go software takes it');
    assert.equal(read(9, { ...chain, custom: false }), undefined);
  },
);

const bytes32 = new Uint8Array(32).fill(7);
