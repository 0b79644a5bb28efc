// What stands before derivation (specs: fault-proof/index.md#prologue), whatever is then done with the derived blocks.
import { BootInfo } from './boot';
import { requireAnswerable } from './config/answerable';
import { loadConfig } from './config/load';
import { RollupConfig } from './config/rollup';
import { readOutput } from './derivation/driver';
import { seedTables } from './state/table-hash';

/** Where an output keeps its block's hash: version, state root, storage root, block hash, 32 bytes each. */
// @ts-ignore: decorator
@inline
const OUTPUT_BLOCK_HASH: u32 = 96;

/** The chain's configuration; ends the program where its rules cannot judge the claimed block. To be called before there is any state. */
export function prepare(boot: BootInfo): RollupConfig {
  seedTables(boot.l1Head);
  const config = loadConfig(boot.chainId);
  requireAnswerable(config, boot.claimedBlockNumber);
  return config;
}

/** Address of the 32-byte hash of the block of the agreed output. */
export function agreedBlock(boot: BootInfo): usize {
  return readOutput(boot.agreedOutputRoot).at(OUTPUT_BLOCK_HASH, 32);
}
