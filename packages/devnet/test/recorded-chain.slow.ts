import { test } from 'node:test';
import { replayRecordedChain } from './recorded-chain.js';
import { missing } from './shared-data.js';

test('all blocks of a chain made by op-geth have its hashes and receipts', { skip: missing('devnet-a') }, () =>
  replayRecordedChain('devnet-a', Number.POSITIVE_INFINITY),
);

test('and those of one that goes from Holocene to Jovian', { skip: missing('chain-e') }, () =>
  replayRecordedChain('chain-e', Number.POSITIVE_INFINITY),
);
