// Log blooms (yellow paper 4.3.1): 2,048 bits, three of them set for each address and topic.
import { Bytes } from '../bytes';
import { RlpReader } from '../rlp';
import { hash20, hash32 } from '../trie/key-hash';

// @ts-ignore: decorator
@lazy const HASH: usize = memory.data(32, 8);

/** Sets the three bits of the hash in the 256 bytes at `bloom`: 11 bits each of its first three pairs of bytes. */
function set(bloom: usize): void {
  for (let i: usize = 0; i < 6; i += 2) {
    const bit = (<u32>bswap<u16>(load<u16>(HASH + i))) & 2047;
    const at = bloom + (255 - (bit >> 3));
    const mask: u32 = (<u32>1) << (bit & 7);
    store<u8>(at, load<u8>(at) | (<u8>mask));
  }
}

/** Sets the bits of the encoded logs, one after the other in `logs`, in the 256 bytes at `bloom`. */
export function addToBloom(bloom: usize, logs: Bytes): void {
  if (logs.length == 0) return;
  const reader = new RlpReader(logs);
  while (!reader.atEnd) {
    const log = reader.list();
    hash20(log.fixed(20), HASH);
    set(bloom);
    const topics = log.list();
    while (!topics.atEnd && !topics.failed) {
      hash32(topics.fixed(32), HASH);
      set(bloom);
    }
    if (topics.failed || reader.failed) throw new Error('a log that the state did not make');
  }
}
