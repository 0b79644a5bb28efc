import assert from 'node:assert/strict';
import { test } from 'node:test';
import { l1Blocks, l2Blocks, skip } from './devnet.js';
import { compare, derive, wholeChain } from './recorded-chain.js';

test('the whole recorded chain is derived byte for byte from its L1', { skip }, () => {
  const head = l1Blocks().at(-1);
  const l2 = l2Blocks();
  const [genesis] = l2;
  assert.ok(head !== undefined && genesis !== undefined);
  // The data of the last blocks may come after the recording.
  const { built, end } = derive(wholeChain(), head.hash, genesis.hash, l2.length - 31);
  assert.equal(end.failure, undefined);
  assert.ok(Number(end.safeHead) >= l2.length - 31, `safe head ${end.safeHead}`);
  compare(built, 0);
});
