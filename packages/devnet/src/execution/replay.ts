// A block of the chain executed once more, to look into it.
import { bytesToBigInt } from '@ethereumjs/util';
import type { Blocks } from '../chain/blocks.js';
import type { StateStore } from '../state/store.js';
import { BlockBuilder } from './block-executor.js';
import type { ExecutedBlock } from './block-executor.js';
import type { ExecutionChain } from './chain.js';

/** A chain whose blocks are there. */
export interface ReplayedChain {
  readonly chain: ExecutionChain;
  readonly blocks: Pick<Blocks<ExecutedBlock>, 'at'>;
}

/** Opens the block on its parent's state in `store`, before its first transaction. Block 0 has no parent. */
export function reopen(
  { chain, blocks }: ReplayedChain,
  block: ExecutedBlock,
  store: StateStore,
): Promise<BlockBuilder> {
  const { header, transactions } = block;
  const { extraData } = header;
  return BlockBuilder.start({
    chain,
    parent: blocks.at(header.number - 1n).header,
    attributes: {
      timestamp: header.timestamp,
      prevRandao: header.mixHash,
      feeRecipient: header.coinbase,
      parentBeaconBlockRoot: header.parentBeaconBlockRoot ?? new Uint8Array(32),
      gasLimit: header.gasLimit,
      transactions: transactions.map(({ raw }) => raw),
      ...(extraData.length >= 9 && { eip1559Params: extraData.slice(1, 9) }),
      ...(extraData.length > 9 && { minBaseFee: bytesToBigInt(extraData.slice(9)) }),
    },
    store,
    ancestorHash: (number) => blocks.at(number).hash,
  });
}
