import { test } from 'node:test';
import { replayRecordedChain } from './recorded-chain.js';
import { missing } from './shared-data.js';

test('the first 60 blocks of a chain made by op-geth have its hashes and receipts', { skip: missing('devnet-a') }, () =>
  replayRecordedChain('devnet-a', 60),
);
