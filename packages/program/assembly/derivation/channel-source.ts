// Where the channel reader gets its channels from: the bank before Holocene, the assembler since.
import { L1Block } from '../l1/block';
import { Channel } from './channel';
import { Pull } from './stage';

export abstract class ChannelSource {
  abstract get origin(): L1Block;
  /** The complete channel that the last ready pull gave: the caller's, who frees it. */
  abstract get channel(): Channel;
  abstract next(): Pull;
  /** Drops what is left of the channel that the reader is at. */
  abstract flush(): void;
}
