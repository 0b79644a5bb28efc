import { test } from 'node:test';
import { checkReference } from './reference-check.js';

test('many random chains derive to what op-node derives from them', () => {
  checkReference('results', 16, 150);
});

test('many chains with mutated batches derive to what op-node derives from them', () => {
  checkReference('mutated', 16, 400);
});
