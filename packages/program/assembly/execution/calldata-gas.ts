// What bytes of call data cost by their being zero or not (EIP-2028).

/** Number of zero bytes among the `length` bytes at `data`. */
export function zeroBytesIn(data: usize, length: u32): u32 {
  let zeros: u32 = 0;
  const end = data + length;
  // A word at a time: a byte is zero where neither its low seven bits nor its highest are set.
  for (; data + 8 <= end; data += 8) {
    const word = load<u64>(data);
    const low = (word & 0x7f7f7f7f7f7f7f7f) + 0x7f7f7f7f7f7f7f7f;
    const nonzero = ((low | word) >> 7) & 0x0101010101010101;
    zeros += 8 - <u32>((nonzero * 0x0101010101010101) >> 56);
  }
  for (; data < end; data++) zeros += u32(load<u8>(data) == 0);
  return zeros;
}

/** 16 gas for each byte that isn't zero, 4 for each that is. */
export function calldataGas(data: usize, length: u32): u64 {
  const zeros = zeroBytesIn(data, length);
  return <u64>(length - zeros) * 16 + <u64>zeros * 4;
}

/** EIP-7623: the least gas that a transaction with these data takes. */
export function floorGas(data: usize, length: u32): u64 {
  const zeros = zeroBytesIn(data, length);
  return 21000 + <u64>(length - zeros) * 40 + <u64>zeros * 10;
}
