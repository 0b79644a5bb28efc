import { test } from 'node:test';
import { replaySepoliaBlock } from './op-sepolia-block.js';
import { missing } from './shared-data.js';

for (const number of [26207960, 26207961]) {
  test(`OP Sepolia block ${number} has its hash`, { skip: missing('op-sepolia-blocks') }, () =>
    replaySepoliaBlock(number),
  );
}
