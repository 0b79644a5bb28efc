import { test } from 'node:test';
import { checkReference } from './reference-check.js';

test('random chains derive to what op-node derives from them, from genesis and from a later block on', () => {
  checkReference(0, 16);
});
