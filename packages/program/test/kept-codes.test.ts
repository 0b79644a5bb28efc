import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeptCodes } from '../src/kept-codes.js';

const code = (i: number, length = 2000): Uint8Array => new Uint8Array(length).fill(i);

test('codes that fit are all kept, in whatever order they are wanted', () => {
  const kept = new KeptCodes(20_000);
  for (let i = 0; i < 10; i++) kept.add(`${i}`, code(i));
  for (let turn = 0; turn < 3; turn++)
    for (let i = 0; i < 10; i++) assert.deepEqual(kept.get(`${turn === 1 ? 9 - i : i}`), code(turn === 1 ? 9 - i : i));
});

test('where they do not fit, those go that nobody has wanted for the longest time', () => {
  const kept = new KeptCodes(20_000);
  for (let i = 0; i < 10; i++) kept.add(`${i}`, code(i));
  kept.get('0');
  kept.add('10', code(10));
  assert.equal(kept.get('1'), undefined);
  kept.add('11', code(11, 3999));
  for (const gone of ['2', '3']) assert.equal(kept.get(gone), undefined, gone);
  for (const there of [0, 4, 5, 6, 7, 8, 9, 10]) assert.deepEqual(kept.get(`${there}`), code(there));
  assert.equal(kept.get('11')?.length, 3999);
});

test('short codes and those that nothing would be kept beside are not kept, and who gave a code may write over it', () => {
  const kept = new KeptCodes(20_000);
  const [short, long, own] = [code(1, 1023), code(2, 20_001), Buffer.from(code(3))];
  kept.add('short', short);
  kept.add('long', long);
  kept.add('own', own);
  own.fill(4);
  assert.equal(kept.get('short'), undefined);
  assert.equal(kept.get('long'), undefined);
  assert.deepEqual(kept.get('own'), code(3));
});
