// Block hashes for the EVM's tests: the block's number in every word. Test only.
import { setU64, toBytes } from '../u256';

// @ts-ignore: decorator
@lazy const VALUE: usize = memory.data(32, 8);

export function blockHash(number: u64, out: usize): bool {
  setU64(VALUE, number + 0x1000);
  toBytes(out, VALUE);
  return true;
}
