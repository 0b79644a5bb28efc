// Reading of Solidity's 32-byte words, as strict as op-node: padding must be zero and nothing may follow.
import { Bytes } from '../bytes';

/** Reads words one after the other. The first that is missing or badly padded sets `failed`. */
@final
export class WordReader {
  private position: u32 = 0;
  failed: bool = false;

  constructor(private readonly data: Bytes) {}

  /** Whether all went well and everything was read. */
  get complete(): bool {
    return !this.failed && this.position == this.data.length;
  }

  /** An integer below 2^64. */
  u64(): u64 {
    const word = this.word();
    if (word == 0) return 0;
    if ((load<u64>(word) | load<u64>(word, 8) | load<u64>(word, 16)) != 0) {
      this.failed = true;
      return 0;
    }
    return bswap<u64>(load<u64>(word, 24));
  }

  /** Address of the 20 bytes of an address; 0 once failed. */
  address(): usize {
    const word = this.word();
    if (word == 0) return 0;
    if ((load<u64>(word) | (<u64>load<u32>(word, 8))) != 0) {
      this.failed = true;
      return 0;
    }
    return word + 12;
  }

  /** Address of the next 32 bytes; 0 once failed. */
  word(): usize {
    if (this.failed || this.data.length - this.position < 32) {
      this.failed = true;
      return 0;
    }
    const word = this.data.at(this.position, 32);
    this.position += 32;
    return word;
  }
}
