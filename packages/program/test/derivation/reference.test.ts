import { test } from 'node:test';
import { checkNearerClaims, checkReference } from './reference-check.js';

test('random chains derive to what op-node derives from them, from genesis and from a later block on', () => {
  checkReference('results', 0, 16);
});

test('batches with bytes changed at random, and spans that contradict what they repeat, derive as in op-node', () => {
  checkReference('mutated', 0, 16);
});

test('channels with batches for many blocks derive as in op-node, with what waits in memory, in its channel or taken along', () => {
  checkReference('turns', 3, 10, [64 << 20, 32 << 20, 1 << 18], [1 << 20, 3000, 1 << 18], [3000, 1500, 30]);
});

test('they do so too where nothing is held in memory that can be read again', () => {
  checkReference('results', 0, 16, [0, 0, 1]);
  checkReference('mutated', 0, 8, [0, 0, 2]);
  checkReference('turns', 10, 12, [0, 0, 1]);
});

test('what comes after the claimed block has no part in how the blocks up to it are derived', () => {
  checkNearerClaims(0, 8);
});
