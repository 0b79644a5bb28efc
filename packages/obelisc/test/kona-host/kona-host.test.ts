// kona-host's command line, as op-challenger's KonaExecutor writes it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { translate } from '../../src/kona-host/main.js';

const hash = `0x${'11'.repeat(32)}`;
const challenger = [
  ...'single --l1-node-address http://a --l1-beacon-address http://b --l2-node-address http://c'.split(' '),
  ...`--l1-head ${hash} --agreed-l2-head-hash ${hash} --agreed-l2-output-root ${hash}`.split(' '),
  ...`--claimed-l2-output-root ${hash} --claimed-l2-block-number 7`.split(' '),
];

test("op-challenger's arguments become op-program's", () => {
  const given = translate([...challenger, '--server', '--data-dir', '/d', '--l2-chain-id', '10', '-vvvv'], {});
  const expected =
    `l1.head=${hash} l2.head=${hash} l2.outputroot=${hash} l2.claim=${hash} l2.blocknumber=7 l2=http://c l1=http://a ` +
    'l1.beacon=http://b datadir=/d network=10 server log.level=debug';
  assert.deepEqual(given.join(' '), expected.replaceAll(/(^| )/g, '$1--'));
});

test('second names, values behind = and variables are taken; a flag wins', () => {
  const given = translate(['single', '--native', `--l2-claim=${hash}`, '--db=/x=y', '--l2-head', hash], {
    L1_HEAD: hash,
    AGREED_L2_OUTPUT_ROOT: hash,
    CLAIMED_L2_BLOCK_NUMBER: '8',
    CLAIMED_L2_OUTPUT_ROOT: '0x00',
    L2_CHAIN_ID: '10',
  });
  assert(
    given.includes('--datadir=/x=y') && given.includes(`--l2.claim=${hash}`) && given.includes('--l2.blocknumber=8'),
  );
});

test('what is missing, doubled or not covered is named', () => {
  assert.throws(() => translate([...challenger, '--native'], {}), /missing: --l2-chain-id/);
  assert.throws(
    () => translate([...challenger, '--native', '--server', '--l2-chain-id', '10'], {}),
    /one of --native and --server/,
  );
  assert.throws(
    () => translate([...challenger, '--native', '--rollup-cfg', 'r'], {}),
    /op-program with --rollup\.config/,
  );
  assert.throws(() => translate(['super', '--native'], {}), /single is what is covered/);
});
