import { test } from 'node:test';
import { checkNearerClaims, checkReference } from './reference-check.js';

test('many random chains derive to what op-node derives from them', () => {
  checkReference('results', 16, 150);
});

test('many chains with mutated batches derive to what op-node derives from them', () => {
  checkReference('mutated', 16, 400);
});

test('what comes after the claimed block has no part in how the blocks up to it are derived', () => {
  checkNearerClaims(8, 60);
});
