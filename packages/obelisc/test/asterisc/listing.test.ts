import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listing } from '../../src/asterisc/listing.js';

test('a listing may have any number of lines', () => {
  const instructions = Array.from({ length: 300_000 }, (_, i) => ({ pc: BigInt(4 * i), word: 0x00000013 }));
  const lines = listing(instructions, { symbols: [] });
  assert.equal(lines.length, instructions.length);
  assert.equal(lines.at(-1), '00124f7c  00000013  addi zero,zero,0');
});
