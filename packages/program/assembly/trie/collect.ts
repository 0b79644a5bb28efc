// Giving up what the store holds of states that are not needed any more: blocks leave some hundred kilobytes of nodes
// each, and a claim may span thousands of blocks.
import { compact, HASH_ITEM, keptBefore, keptSince, Mark, markEntry, storedLength } from './store';

/** A collection is worth its while once this many bytes came in, and an eighth of what the last one left. */
// @ts-ignore: decorator
@inline const LEAST: usize = 64 << 20;

/** Whether so much was kept since the last collection that one is due. */
export function isCollectionDue(): bool {
  return keptSince > max(LEAST, keptBefore >> 3);
}

/**
 * Gives up all nodes but those of the states with the 32-byte root hashes at `roots`. No trie may be in use: nodes that
 * were read before are gone.
 */
export function collect(roots: StaticArray<usize>): void {
  for (let i = 0; i < roots.length; i++) mark(roots[i], true);
  compact();
}

/** Marks the node with that hash and all below it, of the state trie or of a storage trie. */
function mark(hash: usize, isState: bool): void {
  const rlp = markEntry(hash, Mark.Node);
  if (rlp == 0) return; // the oracle's, or marked already
  const end = rlp + storedLength(rlp);
  // Nodes here are this program's own encodings. Of 32 bytes or more, they are lists with a header of one to three bytes.
  const first = load<u8>(rlp);
  const start = rlp + (first < 0xf8 ? 1 : first == 0xf8 ? 2 : 3);
  const second = after(start);
  if (after(second) != end) {
    for (let p = start; p < end; p = after(p)) {
      if (load<u8>(p) == HASH_ITEM) mark(p + 1, isState);
    }
    return;
  }
  const path = load<u8>(start) < 0x80 ? load<u8>(start) : load<u8>(start, 1);
  if ((path & 0x20) == 0) {
    if (load<u8>(second) == HASH_ITEM) mark(second + 1, isState);
  } else if (isState) {
    // An account ends with its storage root and its code hash, each a 33-byte item.
    mark(end - 65, false);
    markEntry(end - 32, Mark.Code);
  }
}

/** Address after the item at `p`; an embedded node (less than 32 bytes, so without hashes) is passed as one item. */
// @ts-ignore: decorator
@inline
function after(p: usize): usize {
  const first = <usize>load<u8>(p);
  if (first < 0x80) return p + 1;
  if (first < 0xb8) return p + 1 + (first - 0x80);
  if (first < 0xc0) return p + 2 + <usize>load<u8>(p, 1); // a string of less than 256 bytes
  return p + 1 + (first - 0xc0);
}
