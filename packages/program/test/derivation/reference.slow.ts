import { test } from 'node:test';
import { checkReference } from './reference-check.js';

test('many random chains derive to what op-node derives from them', () => {
  checkReference(16, 150);
});
