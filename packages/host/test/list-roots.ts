/** The roots in the header of a raw block, read without the code under test. */
export function rootsOf(raw: string): { transactions: string; receipts: string } {
  // They stand at fixed places: behind the list prefixes of block and header, two hashes, the coinbase and the state root.
  const at = 2 + 2 * (3 + 3 + 33 + 33 + 21 + 33);
  return { transactions: `0x${raw.slice(at + 2, at + 66)}`, receipts: `0x${raw.slice(at + 68, at + 132)}` };
}
