// An L2 block as derivation knows it.
import { Bytes } from '../bytes';
import { BlockContents } from './block-contents';

/** Lives in PERSISTENT. */
@final
export class L2Block {
  /** 32 bytes each. */
  hash: usize = 0;
  parentHash: usize = 0;
  number: u64 = 0;
  time: u64 = 0;
  /** Hash (32 bytes) and number of its L1 origin, and its place among the L2 blocks of that origin. */
  originHash: usize = 0;
  originNumber: u64 = 0;
  sequenceNumber: u64 = 0;
  /** Encoded header. */
  header: Bytes = new Bytes(0, 0);
  /** Encoded first transaction; empty in the genesis block. */
  firstTransaction: Bytes = new Bytes(0, 0);
  /**
   * What its batch gave; null for one from the oracle as long as nobody asked, and for one whose L1 origin has Holocene, as
   * nobody will.
   */
  contents: BlockContents | null = null;

  /** Whether both are the same block. */
  is(other: L2Block): bool {
    return memory.compare(this.hash, other.hash, 32) == 0;
  }
}
