/** Configurations in Go's encoding. Expected texts were recorded from json.Marshal of op-node's rollup.Config and op-geth's params.ChainConfig (optimism d317e96c). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  chainConfigOf,
  ConfigurationError,
  findChain,
  knownChainNames,
  parseGenesisChainConfig,
  parseJson,
  parseRollupConfig,
} from '../src/index.js';
import { devnetChain, withoutDevnet } from './devnet-data.js';

const ROLLUP =
  '{"alt_da":{"da_resolve_window":2,"da_challenge_window":1,"da_commitment_type":"KeccakCommitment","da_challenge_contract_address":"0xAbCdEf0000000000000000000000000000000001"},"genesis":{"l2":{"number":105235063,"hash":"0xDBF6a80fef073de06add9b0d14026d6e5a86c85f6d102c36d3d8e9cf89c2afd3"},"l1":{"hash":"0x438335a20d98863a4c0c97999eb2481921ccd28553eac6f913af7c12aec04108","number":17422590},"l2_time":1686068903,"system_config":{"gasLimit":30000000,"scalar":"0x00000000000000000000000000000000000000000000000000000000000a6fe0","batcherAddr":"0x6887246668a3b87F54DeB3b94Ba47a6f63F32985"}},"block_time":2,"max_sequencer_drift":600,"seq_window_size":3600,"channel_timeout":300,"l1_chain_id":1,"l2_chain_id":123456789012345678901,"regolith_time":0,"canyon_time":1704992401,"delta_time":1708560000,"ecotone_time":18446744073709551615,"batch_inbox_address":"0xff00000000000000000000000000000000000010","deposit_contract_address":"0xbEb5Fc579115071764c7423A4f12eDde41f106Ed","l1_system_config_address":"0x229047fed2591dbec1eF1118d64F7aF3dB9EB290"}';
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
  assert.throws(() => parseGenesisChainConfig('{"chainId":1}', 'g.json'), /g\.json has no field "config"/);
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
  assert(knownChainNames().length >= 30);
});
