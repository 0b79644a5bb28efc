import { test } from 'node:test';
import { checkNearerClaims, checkReference } from './reference-check.js';
import type { Limits } from './scenario-run.js';

test('many random chains derive to what op-node derives from them', () => {
  checkReference('results', 16, 150);
});

test('many chains with mutated batches derive to what op-node derives from them', () => {
  checkReference('mutated', 16, 400);
});

test('many chains of channels with batches for many blocks derive as in op-node', () => {
  checkReference('turns', 10, 200);
});

test('they do so too where little or nothing is held in memory that can be read again', () => {
  const limits: Limits[] = [
    [0, 0, 1],
    [0, 0, 3],
    [3000, 200, 2],
    [1 << 20, 3000, 1 << 18],
    [1 << 20, 500, 30],
  ];
  for (let i = 16; i < 150; i++) checkReference('results', i, i + 1, limits[i % limits.length]);
  for (let i = 16; i < 400; i++) checkReference('mutated', i, i + 1, limits[i % limits.length]);
  for (let i = 10; i < 200; i++) checkReference('turns', i, i + 1, limits[i % limits.length]);
});

test('what comes after the claimed block has no part in how the blocks up to it are derived', () => {
  checkNearerClaims(8, 60);
});
