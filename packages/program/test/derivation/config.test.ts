import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { genesisConfig, rollupJson, skip } from './devnet.js';
import { instantiate, ProgramExit, toHex, utf8 } from './module.js';

const NEVER = (2n ** 64n - 1n).toString();

const rollup = {
  genesis: {
    l1: { hash: `0x${'01'.repeat(32)}`, number: 17 },
    l2: { hash: `0x${'02'.repeat(32)}`, number: 5 },
    l2_time: 1700000000,
    system_config: {
      batcherAddr: `0x${'Aa'.repeat(20)}`,
      overhead: `0x${'00'.repeat(31)}bc`,
      scalar: `0x${'00'.repeat(31)}01`,
      gasLimit: 30000000,
      eip1559Params: '0x000000fa00000006',
      operatorFeeParams: `0x${'00'.repeat(20)}0000000700000000000000ff`,
    },
  },
  block_time: 2,
  max_sequencer_drift: 600,
  seq_window_size: 3600,
  channel_timeout: 300,
  l1_chain_id: 1,
  l2_chain_id: 10,
  regolith_time: 0,
  canyon_time: 1704992401,
  delta_time: null,
  batch_inbox_address: `0x${'ff'.repeat(20)}`,
  deposit_contract_address: `0x${'be'.repeat(20)}`,
  l1_system_config_address: `0x${'22'.repeat(20)}`,
  protocol_versions_address: `0x${'33'.repeat(20)}`,
  a_field_of_the_future: [{ nested: [1.5e3, 'x"\\u00e9', true, false, null] }],
};

const chain = {
  chainId: 10,
  londonBlock: 105235063,
  regolithTime: 0,
  canyonTime: 1704992401,
  shanghaiTime: 1704992401,
  optimism: { eip1559Elasticity: 6, eip1559Denominator: 50, eip1559DenominatorCanyon: 250 },
};

interface Config {
  forkTimes: string[];
  systemConfig: Record<string, string>;
  [field: string]: unknown;
}

function decode(config: object, chainConfig?: object): Config {
  return instantiate().ask<Config>(
    'rollupConfig',
    utf8(JSON.stringify(config)),
    utf8(chainConfig === undefined ? '' : JSON.stringify(chainConfig)),
  );
}

function refuses(run: () => unknown, message: RegExp): void {
  assert.throws(run, (error) => error instanceof ProgramExit && error.code === 2 && message.test(error.log));
}

test('a rollup configuration is read with every field that derivation uses', () => {
  const config = decode(rollup, chain);
  assert.equal(config['l1Hash'], rollup.genesis.l1.hash);
  assert.equal(config['l1Number'], '17');
  assert.equal(config['l2Hash'], rollup.genesis.l2.hash);
  assert.equal(config['l2Number'], '5');
  assert.equal(config['genesisTime'], '1700000000');
  assert.equal(config['blockTime'], '2');
  assert.equal(config['maxSequencerDrift'], '600');
  assert.equal(config['sequencerWindow'], '3600');
  assert.equal(config['channelTimeout'], '300');
  assert.equal(config['l1ChainId'], '1');
  assert.equal(config['l2ChainId'], '10');
  assert.equal(config['batchInbox'], rollup.batch_inbox_address);
  assert.equal(config['depositContract'], rollup.deposit_contract_address);
  assert.equal(config['systemConfigContract'], rollup.l1_system_config_address);
  assert.deepEqual(config.forkTimes, ['0', '0', '1704992401', ...Array<string>(8).fill(NEVER)]);
  assert.equal(config.systemConfig['batcherAddress'], rollup.genesis.system_config.batcherAddr.toLowerCase());
  assert.equal(config.systemConfig['eip1559Params'], 0x000000fa00000006n.toString());
  assert.equal(config.systemConfig['operatorFeeScalar'], '7');
  assert.equal(config.systemConfig['operatorFeeConstant'], '255');
  assert.equal(config['eip1559DenominatorCanyon'], '250');
});

test('field names match whatever their case, as in Go, and the order does not matter', () => {
  const { genesis, ...rest } = rollup;
  const { block_time: blockTime, ...others } = rest;
  const config = decode({ ...others, Block_Time: blockTime, GENESIS: genesis });
  assert.equal(config['blockTime'], '2');
  assert.equal(config['l2Number'], '5');
});

test('a rollup configuration that can not be right is refused by the name of the field', () => {
  const { genesis, ...rest } = rollup;
  refuses(() => decode(rest), /genesis is missing/);
  refuses(() => decode({ ...rollup, block_time: 0 }), /block_time is missing/);
  refuses(() => decode({ ...rollup, seq_window_size: 1 }), /seq_window_size/);
  refuses(() => decode({ ...rollup, l2_chain_id: 1 }), /same chain id/);
  refuses(() => decode({ ...rollup, canyon_time: null, delta_time: 5 }), /delta is scheduled before canyon/);
  refuses(() => decode({ ...rollup, pagoda_time: 5 }), /a fork that is not covered is scheduled/);
  refuses(() => decode({ ...rollup, keep_karst_upgrade_gas: 1 }), /'false' expected/);
  refuses(() => decode({ ...rollup, alt_da: { da_commitment_type: 'KeccakCommitment' } }), /alt_da/);
  refuses(() => decode({ ...rollup, batch_inbox_address: '0x12' }), /20 bytes in hexadecimal/);
  refuses(() => decode({ ...rollup, genesis: { ...genesis, l1: {} } }), /genesis.l1 is missing/);
});

test('a chain configuration that contradicts the rollup configuration is refused', () => {
  refuses(() => decode(rollup, { ...chain, chainId: 11 }), /chainId is 11/);
  refuses(
    () => decode(rollup, { ...chain, canyonTime: 5 }),
    /canyonTime is 5, the rollup configuration says 1704992401/,
  );
  refuses(() => decode(rollup, { ...chain, ecotoneTime: 1800000000 }), /ecotoneTime/);
  refuses(() => decode(rollup, { ...chain, cancunTime: 1800000000 }), /cancunTime/);
  refuses(() => decode(rollup, { ...chain, optimism: undefined }), /optimism is missing/);
  refuses(
    () => decode(rollup, { ...chain, optimism: { eip1559Elasticity: 6, eip1559Denominator: 50 } }),
    /eip1559DenominatorCanyon is missing/,
  );
});

const FORKS = ['regolith', 'canyon', 'delta', 'ecotone', 'fjord', 'granite', 'holocene', 'isthmus', 'jovian', 'karst'];

/** The chain with all forks up to Karst at the time of Canyon's. */
function karstChain(): { rollup: object; chain: object } {
  const times = FORKS.filter((fork) => fork !== 'delta').map((fork) => [`${fork}Time`, 1704992401]);
  return {
    rollup: { ...rollup, ...Object.fromEntries(FORKS.map((fork) => [`${fork}_time`, 1704992401])) },
    chain: { ...chain, ...Object.fromEntries(times), cancunTime: 1704992401, pragueTime: 1704992401 },
  };
}

test('Karst is read with its gas flag, and its chain configuration with or without osakaTime', () => {
  const { rollup: karst, chain: execution } = karstChain();
  for (const osaka of [{}, { osakaTime: 1704992401 }, { osakaTime: null }]) {
    const config = decode(karst, { ...execution, ...osaka });
    assert.deepEqual(config.forkTimes, ['0', ...Array<string>(10).fill('1704992401')]);
    assert.equal(config['keepKarstUpgradeGas'], false);
  }
  refuses(
    () => decode(karst, { ...execution, osakaTime: 5 }),
    /osakaTime is 5, the rollup configuration says 1704992401/,
  );
  refuses(() => decode(rollup, { ...chain, osakaTime: 5 }), /osakaTime is 5, the rollup configuration says not set/);
  refuses(() => decode(karst, { ...execution, karstTime: undefined }), /karstTime is not set/);
  assert.equal(decode({ ...karst, keep_karst_upgrade_gas: true })['keepKarstUpgradeGas'], true);
  assert.equal(decode({ ...karst, keep_karst_upgrade_gas: false })['keepKarstUpgradeGas'], false);
});

test('Lagoon is read under both of its names, the earlier time counting, and comes after Karst', () => {
  const { rollup: karst, chain: execution } = karstChain();
  const [five, six] = [1704992405, 1704992406];
  assert.equal(decode(karst)['lagoonTime'], NEVER);
  assert.equal(decode({ ...karst, lagoon_time: five })['lagoonTime'], `${five}`);
  assert.equal(decode({ ...karst, interop_time: six, lagoon_time: null })['lagoonTime'], `${six}`);
  assert.equal(decode({ ...karst, interop_time: six, lagoon_time: five })['lagoonTime'], `${five}`);
  assert.equal(decode({ ...karst, interop_time: five }, { ...execution, interopTime: five })['lagoonTime'], `${five}`);
  refuses(
    () => decode(karst, { ...execution, interopTime: five }),
    /lagoonTime is \d+, the rollup configuration says not set/,
  );
  refuses(() => decode({ ...karst, lagoon_time: 1704992400 }), /lagoon \(interop\) is scheduled before karst/);
  refuses(() => decode({ ...rollup, interop_time: six }), /lagoon \(interop\) is scheduled before karst/);
});

test("the recorded chain's configuration is read", { skip }, () => {
  const config = decode(JSON.parse(rollupJson()) as object, genesisConfig());
  assert.equal(config['l2ChainId'], '901');
  assert.deepEqual(config.forkTimes, [...Array<string>(7).fill('0'), ...Array<string>(4).fill(NEVER)]);
  assert.equal(config['eip1559Denominator'], '50');
});

test('JSON text is accepted as JSON.parse accepts it', () => {
  const texts = [
    '{}', '[]', ' [ 1 , -2.5e+3,0 , "a\\n\\u00e9\\ud83d\\ude00" ] ', 'null', 'true', '0', '-0.1', '1E5', '""', '[[],[{}]]', '{"a":{"b":[]}}',
    '', ' ', '{', '[1,]', '{"a":1,}', '{"a"}', '{a:1}', '01', '-', '1.', '.5', '1e', '+1', 'nul', 'truex', '"a', '"\\x"', '"\\u12"', '"\u0001"',
    '[1 2]', '{} {}', '[1]]', '{"a":1]', '[,1]', 'Infinity', "'a'", '[1}', '1 x',
  ]; // prettier-ignore
  for (const text of texts) {
    let valid = true;
    try {
      JSON.parse(text);
    } catch {
      valid = false;
    }
    const run = (): unknown => instantiate().call('skipJson', utf8(text));
    if (valid) assert.doesNotThrow(run, text);
    else assert.throws(run, ProgramExit, text);
  }
});

test('JSON values are read exactly', () => {
  const read = (text: string): Record<string, string> => instantiate().ask('readJson', utf8(text));
  assert.equal(read('{"u64":18446744073709551615}')['u64'], '18446744073709551615');
  assert.equal(read('{"hex4":"0xDEADbeef"}')['hex4'], '0xdeadbeef');
  const text = 'a"\\/\b\f\n\r\té€😀\ud800';
  assert.equal(read(JSON.stringify({ string: text }))['string'], toHex(utf8(text)));
  assert.equal(read('{"string":"\\ud83d\\ude00\\u20ac\\ud800x"}')['string'], toHex(utf8('😀€\ufffdx')));
  for (const wrong of ['18446744073709551616', '-1', '1.0', '1e3', '"1"', '007', '99999999999999999999']) {
    refuses(() => read(`{"u64":${wrong}}`), /text: /);
  }
  for (const wrong of ['deadbeef', '0xdeadbe', '0xdeadbeef00', '0xdeadbeeg']) {
    refuses(() => read(`{"hex4":"${wrong}"}`), /hexadecimal/);
  }
  refuses(() => instantiate().call('skipJson', utf8('['.repeat(100) + ']'.repeat(100))), /nested deeper than 64/);
});

test('the chains built in are those that the host knows', () => {
  const file = new URL('../../../../host/data/chains.json', import.meta.url);
  const { chains } = JSON.parse(readFileSync(file, 'utf8')) as {
    chains: { name: string; rollupConfig: { l2_chain_id: number }; chainConfig: object }[];
  };
  assert.ok(chains.length >= 2);
  const module = instantiate();
  for (const { name, rollupConfig, chainConfig } of chains) {
    const known = module.ask<Config>('chainConfig', BigInt(rollupConfig.l2_chain_id));
    assert.deepEqual(known, decode(rollupConfig, chainConfig), name);
  }
});

test('OP Mainnet and OP Sepolia are known with the fork times that they announced', () => {
  const module = instantiate();
  assert.deepEqual(module.ask<Config>('chainConfig', 10n).forkTimes.slice(2, 8), [
    '1704992401', '1708560000', '1710374401', '1720627201', '1726070401', '1736445601',
  ]); // prettier-ignore
  assert.deepEqual(module.ask<Config>('chainConfig', 11155420n).forkTimes.slice(2, 8), [
    '1699981200', '1703203200', '1708534800', '1716998400', '1723478400', '1732633200',
  ]); // prettier-ignore
});

test('a custom chain is announced by its id and read from the local keys 6 and 7', () => {
  const local = (index: number): string => `01${index.toString(16).padStart(62, '0')}`;
  const values = new Map([
    [local(6), utf8(JSON.stringify(chain))],
    [local(7), utf8(JSON.stringify(rollup))],
  ]);
  const module = instantiate((key) => values.get(key));
  assert.deepEqual(module.ask<Config>('chainConfig', 2n ** 64n - 1n), decode(rollup, chain));
  refuses(() => instantiate().call('chainConfig', 12345n), /the chain id 12345 is not known/);
});
