// Where derivation starts: so far back on L1 that every channel with batches after the agreed block is seen whole (specs:
// protocol/derivation.md#resetting-the-pipeline).
import { equal32 } from '../bytes';
import { channelTimeout } from '../config/limits';
import { RollupConfig } from '../config/rollup';
import { L1Block } from '../l1/block';
import { L1Chain } from '../l1/chain';
import { info } from '../log';
import { confirmBlobBaseFee } from './l1-info';
import { L2Block } from './l2-block';
import { L2Chain } from './l2-chain';

/** An L2 block, and its L1 origin. */
@final
export class StartingPoint {
  constructor(
    public readonly block: L2Block,
    public readonly origin: L1Block,
  ) {}
}

/**
 * Walks back from the agreed block to the newest L2 block whose L1 origin is a channel's lifetime older, or to the genesis.
 * An L1 head of another chain than the agreed block's ends the program, as does another blob schedule.
 */
export function findStart(config: RollupConfig, l1: L1Chain, l2: L2Chain): StartingPoint {
  const agreed = l2.start;
  const canonical = l1.byNumber(agreed.originNumber);
  if (canonical !== null && !equal32(canonical.hash, agreed.originHash)) {
    throw new Error('the L1 head is not of the chain that the agreed L2 block was derived from');
  }
  let block = agreed;
  let origin = l1.find(block.originNumber, block.originHash);
  if (block.number > config.genesisL2.number) confirmBlobBaseFee(config, block.time, block.firstTransaction, origin);
  while (
    block.number > config.genesisL2.number &&
    block.originNumber > config.genesisL1.number &&
    block.originNumber + channelTimeout(config, origin.time) > agreed.originNumber
  ) {
    // All L2 blocks of the origin would answer as this one: go to the last block of the origin before it.
    let hash = block.parentHash;
    const last = block.sequenceNumber;
    const lowest = block.number - config.genesisL2.number;
    for (let i: u64 = 0; i < last && i + 1 < lowest; i++) hash = l2.parentHash(hash);
    block = l2.fetch(hash);
    origin = l1.find(block.originNumber, block.originHash);
  }
  info('Rewinding derivation-pipeline L1 traversal')
    .number('safe', agreed.number)
    .number('from_l2', block.number)
    .number('origin', origin.number)
    .end();
  return new StartingPoint(block, origin);
}
