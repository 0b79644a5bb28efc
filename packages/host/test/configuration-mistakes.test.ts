/** Configuration files as people and tools get them wrong: what is wrong is said, and where; what is only unusual is taken. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseGenesisChainConfig, parseL1ChainConfig, parseRollupConfig } from '../src/index.js';
import { jsonFault } from '../src/json-fault.js';

const rollup = {
  genesis: {
    l1: { hash: `0x${'11'.repeat(32)}`, number: 0 },
    l2: { hash: `0x${'22'.repeat(32)}`, number: 0 },
    l2_time: 1_700_000_000,
    system_config: {
      batcherAddr: `0x${'33'.repeat(20)}`,
      overhead: `0x${'00'.repeat(32)}`,
      scalar: `0x01${'00'.repeat(31)}`,
      gasLimit: 30_000_000,
    },
  },
  block_time: 2,
  max_sequencer_drift: 600,
  seq_window_size: 3600,
  channel_timeout: 300,
  l1_chain_id: 900,
  l2_chain_id: 901,
  regolith_time: 0,
  batch_inbox_address: `0x${'44'.repeat(20)}`,
  deposit_contract_address: `0x${'55'.repeat(20)}`,
  l1_system_config_address: `0x${'66'.repeat(20)}`,
};
const config = {
  chainId: 901,
  bedrockBlock: 0,
  regolithTime: 0,
  optimism: { eip1559Elasticity: 6, eip1559Denominator: 50, eip1559DenominatorCanyon: 250 },
};
const genesis = { config, alloc: {}, gasLimit: '0x1c9c380' };
const text = (value: unknown): string => JSON.stringify(value);

describe('numbers as texts', () => {
  test('are numbers, hexadecimal or decimal, to the same bytes', () => {
    const plain = parseGenesisChainConfig(text(genesis), 'genesis.json');
    for (const [id, time, elasticity] of [
      ['0x385', '0x0', '0x6'],
      ['901', '0', '6'],
    ]) {
      const optimism = { ...config.optimism, eip1559Elasticity: elasticity };
      const written = { ...genesis, config: { ...config, chainId: id, regolithTime: time, optimism } };
      const read = parseGenesisChainConfig(text(written), 'genesis.json');
      assert.equal(read.json, plain.json);
      assert.equal(read.chainId, 901n);
    }
    const hexadecimal = { ...rollup, block_time: '0x2', l2_chain_id: '0x385' };
    assert.equal(parseRollupConfig(text(hexadecimal), 'rollup.json').json, parseRollupConfig(text(rollup), 'a').json);
  });

  test('that are none are refused by their field', () => {
    for (const block_time of ['two', '0x', '-2', '1e3', ''])
      assert.throws(
        () => parseRollupConfig(text({ ...rollup, block_time }), 'rollup.json'),
        /rollup\.json\.block_time is not a whole number/,
      );
  });
});

test('a file in the place of another is named as what it is', () => {
  assert.throws(
    () => parseRollupConfig(text(genesis), 'x.json'),
    /x\.json is a genesis file, not a rollup .* are the files swapped\?/,
  );
  assert.throws(() => parseRollupConfig(text(config), 'x.json'), /x\.json is the configuration of an execution chain/);
  assert.throws(
    () => parseGenesisChainConfig(text(rollup), 'x.json'),
    /x\.json is a rollup configuration; .* swapped\?/,
  );
  assert.throws(() => parseGenesisChainConfig(text(config), 'x.json'), /x\.json is a chain's configuration alone/);
  assert.throws(
    () => parseL1ChainConfig(text(genesis), 'x.json'),
    /x\.json\.config is the configuration of an OP Stack chain/,
  );
  assert.throws(
    () => parseL1ChainConfig(text(rollup), 'x.json'),
    /x\.json is a rollup configuration; --l1\.chainconfig takes .* swapped\?/,
  );
  assert.throws(() => parseGenesisChainConfig('{}', 'x.json'), /x\.json has no field "config"/);
});

test('what is no JSON is told by line and column', () => {
  const fault = (document: string): string => {
    try {
      JSON.parse(document);
      return 'none';
    } catch (error) {
      return jsonFault(document, error);
    }
  };
  assert.match(fault('{\n  "a": 1,\n  "b": x\n}'), /^is not JSON: line 3, column 8: Unexpected token/);
  assert.match(fault('{\n  "a": 1,,\n}'), /^is not JSON: line 2, column 10: /);
  assert.match(fault('[1, 2] more'), /^is not JSON: line 1, column 8: /);
  assert.match(fault('# a title\n'), /^is not JSON: line 1, column 1: Unexpected token '#'$/);
  for (const document of ['{"a": [1, 2', '{"a": "b', '[1,\n', '{"a"'])
    assert.equal(fault(document), 'is not JSON: it ends in the middle', document);
  for (const document of ['', ' \n']) assert.equal(fault(document), 'is empty');
  assert.throws(
    () => parseRollupConfig('{\n"x" 1}', 'rollup.json'),
    /^ConfigurationError: rollup\.json is not JSON: line 2, column 5: /,
  );
  // Of a genesis file only a part is parsed; the place is that in the whole file.
  assert.throws(
    () => parseGenesisChainConfig('{\n"config": {\n"x" 1}}', 'g.json'),
    /g\.json is not JSON: line 3, column 5: /,
  );
});
