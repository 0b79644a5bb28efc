// L1 retrieval: the batcher's data in an L1 block, from call data and, since Ecotone, from blobs (specs: protocol/
// derivation.md#l1-retrieval and protocol/ecotone/derivation.md#l1-retrieval).
import { Rope } from '../block-store';
import { Bytes, copy32 } from '../bytes';
import { Fork, RollupConfig } from '../config/rollup';
import { L1Block } from '../l1/block';
import { GrowingBuffer } from '../growing-buffer';
import { blobData, readBlob } from '../l1/blob';
import { L1Chain } from '../l1/chain';
import { decodeL1Transaction, L1Transaction, TransactionType } from '../l1/transaction';
import { info, warn } from '../log';
import { useScratch } from '../memory';
import { DataPlace } from './data-place';
import { OrderedValues } from '../trie/ordered';
import { L1Traversal } from './l1-traversal';
import { Pull } from './stage';

/** One piece of data of an L1 block: call data, or a blob that is fetched when its turn comes. */
@unmanaged
class Source {
  isBlob: bool;
  /** Bytes of call data. */
  length: u32;
  /** The transaction's number in the block; of a blob its number among the block's, and its 32-byte versioned hash follows. */
  index: u64;
}

// @ts-ignore: decorator
@inline
const SOURCE_HASH: usize = 16;
// @ts-ignore: decorator
@inline
const SOURCE_SIZE: u32 = 48;


@final
export class L1Retrieval extends OrderedValues {
  private readonly sources: GrowingBuffer = new GrowingBuffer();
  private found: u32 = 0;
  private taken: u32 = 0;
  private open: bool = false;
  /** Call data of the current L1 block that was not used yet. */
  private readonly calldata: Rope = new Rope();
  private readonly buffer: GrowingBuffer = new GrowingBuffer();
  private blobs: bool = false;
  private blobIndex: u64 = 0;
  private transactionIndex: u64 = 0;

  /** Where the data is that the last ready pull gave. */
  readonly place: DataPlace = new DataPlace();
  /** Address and length of the data that the last ready pull gave; it is there until the next pull. */
  data: usize = 0;
  length: u32 = 0;

  constructor(
    private readonly config: RollupConfig,
    private readonly chain: L1Chain,
    private readonly previous: L1Traversal,
  ) {
    super();
  }

  get origin(): L1Block {
    return this.previous.origin;
  }

  /** Ready with each piece of data of the current L1 block in turn. */
  next(): Pull {
    if (!this.open) {
      const pulled = this.previous.next();
      if (pulled != Pull.Ready) return pulled;
      this.find();
      this.open = true;
    }
    while (this.taken < this.found) {
      const source = this.source(this.taken++);
      if (!(source.isBlob ? this.fetch(source) : this.take(source.length))) continue;
      const place = this.place;
      place.block = this.origin.number;
      place.isBlob = source.isBlob;
      place.index = source.index;
      place.data = this.data;
      place.length = this.length;
      return Pull.Ready;
    }
    this.open = false;
    return Pull.Empty;
  }

  /** Finds the batcher's transactions in the current L1 block. */
  private find(): void {
    const block = this.origin;
    this.found = 0;
    this.taken = 0;
    this.blobs = this.config.isActive(Fork.Ecotone, block.time);
    this.blobIndex = 0;
    this.transactionIndex = 0;
    const before = useScratch(true);
    this.chain.transactions(block, this);
    useScratch(before);
  }

  /** Notes the data of a transaction of the block, if the batcher sent it. */
  value(encoded: Bytes): void {
    const index = this.transactionIndex++;
    const transaction = decodeL1Transaction(encoded);
    if (!this.isForInbox(transaction) || !this.isFromBatcher(transaction.sender(this.config.l1ChainId))) {
      this.blobIndex += transaction.blobCount;
      return;
    }
    if (!this.blobs || transaction.type != TransactionType.Blob) {
      const data = transaction.data;
      this.calldata.append(data.ptr, data.length);
      const source = this.add();
      source.isBlob = false;
      source.index = index;
      source.length = data.length;
      return;
    }
    for (let i: u32 = 0; i < transaction.blobCount; i++) {
      const source = this.add();
      source.isBlob = true;
      source.index = this.blobIndex++;
      copy32(changetype<usize>(source) + SOURCE_HASH, transaction.blobHash(i));
    }
  }

  private add(): Source {
    this.sources.reserve((this.found + 1) * SOURCE_SIZE, this.found * SOURCE_SIZE);
    return this.source(this.found++);
  }

  private source(i: u32): Source {
    return changetype<Source>(this.sources.ptr + i * SOURCE_SIZE);
  }

  private take(length: u32): bool {
    this.buffer.reserve(length, 0);
    this.calldata.take(this.buffer.ptr, length);
    this.data = this.buffer.ptr;
    this.length = length;
    return true;
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

  /** Reads a blob; false where it holds no data. */
  private fetch(source: Source): bool {
    const block = this.origin;
    const hash = changetype<usize>(source) + SOURCE_HASH;
    info('Fetching blob')
      .hash('l1_ref', block.hash)
      .hash('blob_versioned_hash', hash)
      .number('index', source.index)
      .end();
    const length = readBlob(hash, source.index, block.time);
    if (length < 0) {
      warn('ignoring blob due to parse failure').number('origin', block.number).number('index', source.index).end();
      return false;
    }
    this.data = blobData();
    this.length = <u32>length;
    return true;
  }
}
