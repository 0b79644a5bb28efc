import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configure, forks, type Chain } from './blocks.js';
import { startModule, toHex } from './module.js';
import { headerRlp, type Parent } from './world.js';

type Fork = (typeof forks)[number];

function baseFee(fork: Fork, parent: Parent, parentFork: Fork = fork): bigint {
  const module = startModule();
  const times: Chain['times'] = {};
  for (const name of forks.slice(0, forks.indexOf(fork) + 1)) {
    times[name] = forks.indexOf(name) > forks.indexOf(parentFork) ? 1002n : 0n;
  }
  configure(module, { chainId: 901n, blockTime: 2n, elasticity: 6n, denominator: 50n, denominatorCanyon: 250n, times });
  const rlp = headerRlp(forks.indexOf(parentFork), '00'.repeat(32), 1000n, parent);
  const out = module.put(new Uint8Array(32));
  module.call('baseFeeAfter', module.put(rlp), rlp.length, 1002n, out);
  return BigInt(`0x${toHex(module.get(out, 32).toReversed())}`);
}

// Figures of op-geth's consensus/misc/eip1559/eip1559_test.go (LGPL-3.0).
for (const [fork, gasUsed, expected] of [
  ['regolith', 5_000_000n, 1_000_000_000n],
  ['regolith', 4_000_000n, 996_000_000n],
  ['regolith', 10_000_000n, 1_020_000_000n],
  ['canyon', 5_000_000n, 1_000_000_000n],
  ['canyon', 4_000_000n, 999_200_000n],
  ['canyon', 10_000_000n, 1_004_000_000n],
] as const) {
  test(`base fee in ${fork} after ${gasUsed} gas`, () => {
    assert.equal(baseFee(fork, { gasUsed, baseFee: 1_000_000_000n }), expected);
  });
}

for (const [gasUsed, expected, denominator, elasticity] of [
  [15_000_000n, 10_000_000n, '0000000a', '00000002'],
  [10_000_000n, 9_666_667n, '0000000a', '00000002'],
  [20_000_000n, 10_333_333n, '0000000a', '00000002'],
  [3_000_000n, 10_000_000n, '00000002', '0000000a'],
  [1_000_000n, 6_666_667n, '00000002', '0000000a'],
  [30_000_000n, 55_000_000n, '00000002', '0000000a'],
] as const) {
  test(`base fee in Holocene by the parent's parameters ${elasticity}/${denominator} after ${gasUsed} gas`, () => {
    const parent = { gasUsed, baseFee: 10_000_000n, extraData: `00${denominator}${elasticity}` };
    assert.equal(baseFee('holocene', parent), expected);
  });
}

test("Holocene's first block still goes by the chain's parameters", () => {
  assert.equal(baseFee('holocene', { gasUsed: 4_000_000n, baseFee: 1_000_000_000n }, 'granite'), 999_200_000n);
});

test('a base fee rises by one at least and does not fall below nothing', () => {
  assert.equal(baseFee('canyon', { gasUsed: 5_000_001n, baseFee: 1n }), 2n);
  assert.equal(baseFee('holocene', { gasUsed: 0n, baseFee: 5n, extraData: '000000000100000006' }), 0n);
});

// specs: protocol/jovian/exec-engine.md
test('in Jovian the data availability footprint counts like gas, and the base fee has a minimum', () => {
  const extraData = (minimum: string): string => `01000000fa00000006${minimum.padStart(16, '0')}`;
  const parent = { gasUsed: 4_000_000n, baseFee: 1_000_000_000n };
  assert.equal(baseFee('jovian', { ...parent, extraData: extraData('0') }), 999_200_000n);
  assert.equal(baseFee('jovian', { ...parent, blobGasUsed: 10_000_000n, extraData: extraData('0') }), 1_004_000_000n);
  assert.equal(baseFee('jovian', { ...parent, extraData: extraData((10n ** 9n).toString(16)) }), 1_000_000_000n);
  // The minimum takes hold with the first parent that names it: Jovian's first block is after Isthmus' last.
  assert.equal(baseFee('jovian', parent, 'isthmus'), 999_200_000n);
});

test("headers whose extra data are not their fork's end the program", () => {
  for (const [fork, extraData] of [
    ['holocene', ''],
    ['holocene', '01000000fa00000006'],
    ['holocene', '00000000fa0000000600'],
    ['holocene', '000000000000000006'],
    ['holocene', '00000000fa00000000'],
    ['jovian', '00000000fa00000006'],
    ['jovian', '00000000fa000000060000000000000000'],
  ] as const) {
    assert.throws(() => baseFee(fork, { extraData }), /exit code 2/, `${fork} ${extraData}`);
  }
});
