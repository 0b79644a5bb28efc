// The derivation pipeline: from the batcher's data on L1 to the attributes of the next L2 block (specs: protocol/derivation.md#
// l2-chain-derivation-pipeline).
import { Fork, PayloadAttributes, RollupConfig, SystemConfig } from '../config/rollup';
import { L1Block } from '../l1/block';
import { L1Chain } from '../l1/chain';
import { info } from '../log';
import { AttributesQueue } from './attributes';
import { BatchQueue } from './batch-queue';
import { BatchSource } from './batch-source';
import { BatchStage } from './batch-stage';
import { ChannelAssembler } from './channel-assembler';
import { ChannelBank } from './channel-bank';
import { ChannelReader } from './channel-reader';
import { ChannelSource } from './channel-source';
import { FrameQueue } from './frame-queue';
import { L1Retrieval } from './l1-retrieval';
import { L1Traversal } from './l1-traversal';
import { L2Block } from './l2-block';
import { L2Chain } from './l2-chain';
import { Pull } from './stage';


@final
export class Pipeline {
  private readonly traversal: L1Traversal;
  private readonly frames: FrameQueue;
  private readonly reader: ChannelReader;
  private readonly queue: AttributesQueue;

  /**
   * Begins with the data of the L1 block `origin`, as of which the chain's settings are `settings`. No block after the time
   * `latest` will be asked for.
   */
  constructor(
    private readonly config: RollupConfig,
    private readonly l1: L1Chain,
    private readonly l2: L2Chain,
    origin: L1Block,
    settings: SystemConfig,
    latest: u64,
  ) {
    const traversal = new L1Traversal(config, l1, origin, settings);
    const frames = new FrameQueue(config, new L1Retrieval(config, l1, traversal));
    const holocene = config.isActive(Fork.Holocene, origin.time);
    const channels: ChannelSource = holocene ? new ChannelAssembler(config, frames) : new ChannelBank(config, frames);
    const reader = new ChannelReader(config, channels, l1);
    const batches: BatchSource = holocene
      ? new BatchStage(config, reader, l1, l2, origin)
      : new BatchQueue(config, reader, l1, l2, origin, latest);
    this.traversal = traversal;
    this.frames = frames;
    this.reader = reader;
    this.queue = new AttributesQueue(config, l1, l2, batches);
  }

  /** The L1 block that the pipeline is at. */
  get origin(): L1Block {
    return this.traversal.origin;
  }

  /** The attributes that the last ready pull gave. */
  get attributes(): PayloadAttributes {
    return this.queue.attributes;
  }

  /** Whether the block of those attributes, and the pending ones before it, become safe. */
  get concluding(): bool {
    return this.queue.concluding;
  }

  /** One step: Ready with the attributes of the block on `parent`, Empty when L1 is used up. */
  next(parent: L2Block): Pull {
    const pulled = this.queue.next(parent);
    if (pulled != Pull.Empty) return pulled;
    const before = this.traversal.origin;
    const advanced = this.traversal.advance();
    if (advanced == Pull.Again) this.activate(before, this.traversal.origin);
    return advanced;
  }

  /** Drops what is left of the channel that the last attributes came from. */
  flush(): void {
    this.queue.flush();
  }

  /** Replaces the stages that Holocene replaces, where it activates between two L1 blocks: what waits in them is given back. */
  private activate(before: L1Block, after: L1Block): void {
    const config = this.config;
    if (config.isActive(Fork.Holocene, before.time) || !config.isActive(Fork.Holocene, after.time)) return;
    info('Transforming stages').text('fork', 'holocene').number('origin', after.number).end();
    this.frames.reset();
    const bank = this.reader.replace(new ChannelAssembler(config, this.frames));
    // The first channel after the activation may hold batches of earlier epochs: their L1 blocks are kept.
    const old = this.queue.previous;
    const stage = new BatchStage(config, this.reader, this.l1, this.l2, before);
    stage.blocks = old.blocks;
    stage.at = old.at;
    this.queue.previous = stage;
    (bank as ChannelBank).free();
    (old as BatchQueue).free();
  }
}
