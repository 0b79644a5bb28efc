// L1 retrieval: the batcher's data in an L1 block, from call data and, since Ecotone, from blobs (specs: protocol/
// derivation.md#l1-retrieval and protocol/ecotone/derivation.md#l1-retrieval).
import { Bytes, bytesAt } from '../bytes';
import { Fork, RollupConfig } from '../config/rollup';
import { L1Block } from '../l1/block';
import { readBlob } from '../l1/blob';
import { L1Chain } from '../l1/chain';
import { decodeL1Transaction, L1Transaction, TransactionType } from '../l1/transaction';
import { info, warn } from '../log';
import { mark, release, useScratch } from '../memory';
import { L1Traversal } from './l1-traversal';
import { Pull } from './stage';

/** One piece of data of an L1 block: call data, or a blob that is fetched when its turn comes. */
@final
class Source {
  constructor(
    public readonly calldata: Bytes | null,
    /** The blob's 32-byte versioned hash and its number among the block's blobs. */
    public readonly versionedHash: usize,
    public readonly blobIndex: u64,
  ) {}
}


@final
export class L1Retrieval {
  private sources: Array<Source> = new Array<Source>(0);
  private taken: i32 = 0;
  private open: bool = false;
  private current: Bytes = new Bytes(0, 0);

  constructor(
    private readonly config: RollupConfig,
    private readonly chain: L1Chain,
    private readonly previous: L1Traversal,
  ) {}

  get origin(): L1Block {
    return this.previous.origin;
  }

  /** The data that the last ready pull gave, in PERSISTENT. */
  get data(): Bytes {
    return this.current;
  }

  /** Ready with each piece of data of the current L1 block in turn. */
  next(): Pull {
    if (!this.open) {
      const pulled = this.previous.next();
      if (pulled != Pull.Ready) return pulled;
      this.find();
      this.open = true;
    }
    while (this.taken < this.sources.length) {
      const source = this.sources[this.taken++];
      const data = source.calldata !== null ? source.calldata : this.fetch(source);
      if (data !== null) {
        this.current = data;
        return Pull.Ready;
      }
    }
    this.open = false;
    return Pull.Empty;
  }

  /** Finds the batcher's transactions in the current L1 block. */
  private find(): void {
    const block = this.origin;
    this.sources.length = 0;
    this.taken = 0;
    const before = useScratch(true);
    const start = mark();
    const transactions = this.chain.transactions(block);
    const blobs = this.config.isActive(Fork.Ecotone, block.time);
    let blobIndex: u64 = 0;
    for (let i = 0; i < transactions.length; i++) {
      const transaction = decodeL1Transaction(transactions[i]);
      if (!this.isForInbox(transaction) || !this.isFromBatcher(transaction.sender(this.config.l1ChainId))) {
        blobIndex += transaction.blobCount;
        continue;
      }
      useScratch(false);
      if (!blobs || transaction.type != TransactionType.Blob) {
        this.sources.push(new Source(transaction.data.copy(), 0, 0));
      } else {
        for (let j: u32 = 0; j < transaction.blobCount; j++) {
          this.sources.push(new Source(null, bytesAt(transaction.blobHash(j), 32).ptr, blobIndex));
          blobIndex += 1;
        }
      }
      useScratch(true);
    }
    release(start);
    useScratch(before);
  }

  /** Whether a transaction goes to the batch inbox. Set-code transactions never count. */
  private isForInbox(transaction: L1Transaction): bool {
    const to = transaction.to;
    return (
      to != 0 && transaction.type != TransactionType.SetCode && memory.compare(to, this.config.batchInbox, 20) == 0
    );
  }

  /** Whether the 20 bytes at `sender` are the batcher's address; 0 stands for an invalid signature. */
  private isFromBatcher(sender: usize): bool {
    if (sender == 0) {
      warn('tx in inbox with invalid signature').number('origin', this.origin.number).end();
      return false;
    }
    if (memory.compare(sender, this.previous.systemConfig.batcherAddress, 20) != 0) {
      warn('tx in inbox with unauthorized submitter')
        .number('origin', this.origin.number)
        .hex('addr', sender, 20)
        .end();
      return false;
    }
    return true;
  }

  private fetch(source: Source): Bytes | null {
    const block = this.origin;
    info('Fetching blob')
      .hash('l1_ref', block.hash)
      .hash('blob_versioned_hash', source.versionedHash)
      .number('index', source.blobIndex)
      .end();
    const data = readBlob(source.versionedHash, source.blobIndex, block.time);
    if (data === null) {
      warn('ignoring blob due to parse failure').number('origin', block.number).number('index', source.blobIndex).end();
    }
    return data;
  }
}
