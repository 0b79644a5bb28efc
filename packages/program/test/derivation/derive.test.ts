import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ranges, skip } from './devnet.js';
import { compare, derive, oracle } from './recorded-chain.js';

for (const name of ['g10', 'b1', 'b10', 'b50']) {
  test(`the blocks of the recorded range ${name} are derived byte for byte`, { skip }, () => {
    const range = ranges().find((candidate) => candidate.name === name);
    const valid = range?.cases['valid']?.args;
    assert.ok(range !== undefined && valid !== undefined);
    const module = oracle(name);
    const { built, end } = derive(module, valid['l1.head'], valid['l2.head'], valid['l2.blocknumber']);
    assert.equal(end.failure, undefined);
    assert.equal(end.claimed, valid['l2.blocknumber'].toString());
    assert.ok(Number(end.safeHead) >= valid['l2.blocknumber']);
    assert.equal(built.length, Number(end.safeHead) - range.l2_start);
    compare(built, range.l2_start);
  });

  test(`an L1 head before the data of range ${name} leaves the agreed block`, { skip }, () => {
    const range = ranges().find((candidate) => candidate.name === name);
    const early = range?.cases['early-l1-head']?.args;
    assert.ok(range !== undefined && early !== undefined);
    const { end } = derive(oracle(name), early['l1.head'], early['l2.head'], early['l2.blocknumber']);
    assert.equal(end.failure, undefined);
    assert.ok(Number(end.claimed) < early['l2.blocknumber']);
  });
}
