// Execution as derivation asks for it: encoded headers in, encoded headers out.
import { Bytes } from './bytes';
import { PayloadAttributes, RollupConfig } from './config/rollup';
import { keccak256 } from './crypto/keccak256';
import { BlockBuilder, BuiltBlock } from './derivation/driver';
import { Executor } from './execution/executor';
import { decodeHeader, encodeHeader } from './execution/header';
import { Failure, Result } from './failure';
import { mark, release, useScratch } from './memory';
import { RlpWriter } from './rlp';

// @ts-ignore: decorator
@lazy const PARENT_HASH: usize = memory.data(32, 8);

/** Builds blocks with the executor. Make it once, in PERSISTENT. */
export class Engine extends BlockBuilder {
  private readonly writer: RlpWriter = new RlpWriter(1024);
  private readonly executor: Executor;

  constructor(config: RollupConfig) {
    super();
    this.executor = new Executor(config);
  }

  build(parent: Bytes, attributes: PayloadAttributes): Result<BuiltBlock> {
    const before = useScratch(true);
    const start = mark();
    keccak256(parent.ptr, parent.length, PARENT_HASH);
    const result = this.executor.execute(decodeHeader(parent), PARENT_HASH, attributes);
    useScratch(false);
    let built: Result<BuiltBlock>;
    if (result.ok) {
      const block = result.value;
      this.writer.reset();
      encodeHeader(block.header, this.writer);
      built = Result.ok<BuiltBlock>(new BuiltBlock(block.hash, this.writer.written.copy()));
    } else {
      built = Result.fail<BuiltBlock>(result.failure as Failure);
    }
    useScratch(true);
    release(start);
    useScratch(before);
    return built;
  }

  /** Writes the output root of the block with the encoded header `header` and the 32-byte hash at `hash` to `out`. */
  outputRoot(header: Bytes, hash: usize, out: usize): void {
    const before = useScratch(true);
    const start = mark();
    this.executor.outputRoot(decodeHeader(header), hash, out);
    release(start);
    useScratch(before);
  }
}
