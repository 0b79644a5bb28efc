// L1 traversal: goes from L1 block to L1 block and keeps the SystemConfig up to date (specs: protocol/derivation.md#
// l1-traversal). The other stages share the block that it is at.
import { RollupConfig, SystemConfig } from '../config/rollup';
import { equal32 } from '../bytes';
import { FailureKind } from '../failure';
import { L1Block } from '../l1/block';
import { L1Chain } from '../l1/chain';
import { applyConfigUpdates } from '../l1/system-config';
import { renewLines } from '../log';
import { fail, Pull } from './stage';


@final
export class L1Traversal {
  private block: L1Block;
  private taken: bool = false;

  /** Begins at the block `origin`, whose settings are `systemConfig`. */
  constructor(
    private readonly config: RollupConfig,
    private readonly chain: L1Chain,
    origin: L1Block,
    private settings: SystemConfig,
  ) {
    this.block = origin;
  }

  /** The L1 block that the pipeline is at. */
  get origin(): L1Block {
    return this.block;
  }

  /** The chain's settings as of that block. */
  get systemConfig(): SystemConfig {
    return this.settings;
  }

  /** Ready once for each block. */
  next(): Pull {
    if (this.taken) return Pull.Empty;
    this.taken = true;
    return Pull.Ready;
  }

  /** Goes to the next block: Again when it did, Empty above the L1 head. */
  advance(): Pull {
    const next = this.chain.byNumber(this.block.number + 1);
    if (next === null) return Pull.Empty;
    if (!equal32(next.parentHash, this.block.hash)) {
      return fail(FailureKind.Reset, `L1 block ${next.number.toString()} does not follow the one derivation is at`);
    }
    renewLines();
    const updates = this.chain.events(next).configUpdates;
    applyConfigUpdates(this.settings, updates, this.config, next);
    this.chain.settleEvents(next);
    this.block = next;
    this.taken = false;
    return Pull.Again;
  }
}
