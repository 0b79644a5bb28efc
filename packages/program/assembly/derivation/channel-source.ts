// Where the channel reader gets its channels from: the bank before Holocene, the assembler since.
import { Bytes } from '../bytes';
import { L1Block } from '../l1/block';
import { Pull } from './stage';

export abstract class ChannelSource {
  abstract get origin(): L1Block;
  /** The compressed data that the last ready pull gave, in PERSISTENT. */
  abstract get data(): Bytes;
  abstract next(): Pull;
  /** Drops what is left of the channel that the reader is at. */
  abstract flush(): void;
}
