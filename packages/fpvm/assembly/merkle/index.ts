// The memory tree and the step proofs made from it. Its counterpart for the host: src/memory-tree.ts, src/step-prover.ts.
import { initializeHeap } from './heap';
import { PAGE_SIZE, pageTree } from './page';
import { contentOf, dropEntry, fillEntry, findEntry, freeEntry, treeOf, updateEntry } from './page-cache';
import { proofOf } from './prover';
import { entryOf } from './recorder';
import { setPage, wasSet } from './tree';
import { initializeZeroHashes } from './zero-hashes';

export { keccak256 } from './keccak';
export { endsOfTexts, finish, initializeProver, LABELS, start } from './prover';
export {
  ACCESSES,
  clear,
  closeStep,
  count,
  DECODE_TABLE,
  dropStep,
  loadRegisters,
  MOST_STEPS,
  openAccess,
  openStep,
  record,
  stopped,
  WITNESS,
} from './recorder';
export { keepUsed } from './page-cache';
export { granules, treeRoot } from './tree';

/** Pages that one exchange with the host can carry. */
export const BATCH: u32 = 64;
/** For the host: page indices, behind them BATCH pages' contents, or as many roots as fit. */
export const EXCHANGE: usize = 0x40000;
const HEAP: usize = EXCHANGE + 0x80000;
const NODES = memory.data(128 * 32, 16);

/** Takes over `n` pages (4,096 bytes each, indices of 8 bytes at `keys`). A page that comes again is kept if it can be. */
export function setPages(pages: usize, keys: usize, n: u32): void {
  for (let i: u32 = 0; i < n; i++) {
    const page = load<u64>(keys + (i << 3));
    const content = pages + ((<usize>i) << 12);
    let entry = findEntry(page);
    if (entry != 0) updateEntry(entry, content);
    else {
      entry = wasSet(page) ? freeEntry(page) : 0;
      if (entry != 0) {
        memory.copy(contentOf(entry), content, PAGE_SIZE);
        fillEntry(entry);
      } else pageTree(content, NODES);
    }
    setPage(page, (entry != 0 ? treeOf(entry) : NODES) + 32);
  }
}

/** As `setPages`, for pages whose roots (32 bytes each) have been computed elsewhere. */
export function setPageRoots(roots: usize, keys: usize, n: u32): void {
  for (let i: u32 = 0; i < n; i++) {
    const page = load<u64>(keys + (i << 3));
    dropEntry(page);
    setPage(page, roots + (i << 5));
  }
}

/** Writes the proof of the leaf at `address` (60 × 32 bytes) to `target`. All hashes must be up to date. */
export function proof(address: u64, target: usize): void {
  proofOf(entryOf(address >> 12), ((<u32>address) >> 5) & 127, target);
}

initializeZeroHashes();
initializeHeap(HEAP);
