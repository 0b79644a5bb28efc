// What the EVM knows of the block and of the transaction.
import { blockHash } from '../execution/block-hashes';
import { Fork } from '../config/rollup';

/** The block that is being executed. Addresses point to bytes that outlive it. */
@final
export class BlockContext {
  number: u64 = 0;
  timestamp: u64 = 0;
  gasLimit: u64 = 0;
  /** 20 bytes. */
  coinbase: usize = 0;
  /** 32 bytes, big endian. */
  prevRandao: usize = 0;
  /** u256. */
  baseFee: usize = 0;
  /** u256: 1 on L2, as excess blob gas is always 0. */
  blobBaseFee: usize = 0;
  chainId: u64 = 0;
  fork: Fork = Fork.Bedrock;

  /** Writes the hash of block `number`, one of the 256 before this one, to `out`; false where there is none. */
  // @ts-ignore: decorator
  @inline
  hashes(number: u64, out: usize): bool {
    return blockHash(number, out);
  }
}

/** The transaction that is being executed. */
@final
export class TransactionContext {
  /** 20 bytes: the sender. */
  origin: usize = 0;
  /** u256: what the sender pays for a unit of gas. */
  gasPrice: usize = 0;
  /** The blobs' versioned hashes, 32 bytes each; none on L2. */
  blobHashes: usize = 0;
  blobHashCount: u32 = 0;
}

export let block: BlockContext = new BlockContext();
export let transaction: TransactionContext = new TransactionContext();

/** Sets the block and the transaction that the next calls run in. */
export function setContext(newBlock: BlockContext, newTransaction: TransactionContext): void {
  block = newBlock;
  transaction = newTransaction;
}
