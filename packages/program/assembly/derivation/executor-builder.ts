// Execution as the driver's block builder.
import { PayloadAttributes, RollupConfig } from '../config/rollup';
import { Executor } from '../execution/executor';
import { decodeHeader, encodeHeader } from '../execution/header';
import { Result } from '../failure';
import { mark, release, useScratch } from '../memory';
import { RlpWriter } from '../rlp';
import { BlockBuilder, BuiltBlock } from './driver';
import { L2Block } from './l2-block';

/** Builds blocks by executing them. Made with PERSISTENT current. */
// Not final: the build that shows a block (../../native/inspect.ts) has one of its own.
export class ExecutorBuilder extends BlockBuilder {
  protected executor: Executor;
  private readonly writer: RlpWriter = new RlpWriter(1024);

  /** `claimedNumber` is the block whose output root will be asked for, beside the newest one's. */
  constructor(config: RollupConfig, claimedNumber: u64) {
    super();
    this.executor = new Executor(config);
    this.executor.keptNumber = claimedNumber;
  }

  build(parent: L2Block, safe: L2Block, attributes: PayloadAttributes): Result<BuiltBlock> {
    const before = useScratch(true);
    const start = mark();
    const executed = this.executor.execute(
      decodeHeader(parent.header),
      parent.hash,
      attributes,
      decodeHeader(safe.header).stateRoot,
    );
    release(start);
    useScratch(false);
    const failure = executed.failure;
    let built: Result<BuiltBlock>;
    if (failure !== null) {
      built = Result.fail<BuiltBlock>(failure);
    } else {
      const block = executed.value;
      this.writer.reset();
      encodeHeader(block.header, this.writer);
      built = Result.ok(new BuiltBlock(block.hash, this.writer.written.copy()));
    }
    useScratch(before);
    return built;
  }

  /** Writes the output root of a block that was built here, or whose state is the oracle's, to `out` (32 bytes). */
  outputRoot(block: L2Block, out: usize): void {
    const before = useScratch(true);
    const start = mark();
    this.executor.outputRoot(decodeHeader(block.header), block.hash, out);
    release(start);
    useScratch(before);
  }
}
