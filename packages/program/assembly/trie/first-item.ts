// The first value of an index-keyed trie without reading the others: of most L2 blocks only the first transaction matters.
import { Bytes } from '../bytes';
import { KeyType, preimage } from '../oracle';
import { RlpReader } from '../rlp';

/** The key of index 0 is the byte 0x80: these nibbles. */
// @ts-ignore: decorator
@inline
const FIRST_NIBBLE: u32 = 8;
// @ts-ignore: decorator
@inline
const SECOND_NIBBLE: u32 = 0;

/**
 * The value at index 0 of the trie with the 32-byte root hash at `root`, in the current region. Its nodes must have been
 * hinted. A trie without that value ends the program.
 */
export function firstItem(root: usize): Bytes {
  let node = preimage(KeyType.Keccak256, root);
  let depth: u32 = 0;
  while (true) {
    const outer = new RlpReader(node);
    const items = outer.list();
    const first = items.raw();
    const second = items.raw();
    if (items.failed) break;
    let child: Bytes;
    if (items.atEnd) {
      // A leaf or an extension: a compact path and a value or a child.
      const path = new RlpReader(first).bytes();
      if (path.length == 0) break;
      const flags = path[0] >> 4;
      const nibbles: u32 = 2 * (path.length - 1) + (flags & 1);
      for (let i: u32 = 0; i < nibbles; i++) {
        const at = i + 2 - (flags & 1);
        const nibble = (at & 1) == 0 ? path[at >> 1] >> 4 : path[at >> 1] & 15;
        if (depth + i > 1 || nibble != (depth + i == 0 ? FIRST_NIBBLE : SECOND_NIBBLE)) missing();
      }
      depth += nibbles;
      if ((flags & 2) != 0) {
        const value = new RlpReader(second).bytes();
        if (depth != 2 || value.length == 0) break;
        return value;
      }
      child = second;
    } else {
      if (depth > 1) break;
      const index = depth == 0 ? FIRST_NIBBLE : SECOND_NIBBLE;
      child = index == 0 ? first : second;
      for (let i: u32 = 2; i <= index; i++) child = items.raw();
      if (items.failed) break;
      depth += 1;
    }
    // A child below 32 bytes is inside its parent, others are named by their hash.
    node = child.length > 0 && child[0] >= 0xc0 ? child : preimage(KeyType.Keccak256, new RlpReader(child).fixed(32));
  }
  missing();
  return node;
}

function missing(): void {
  throw new Error('a block whose trie of transactions has no first one');
}
