// Hashing for the memory tree and the state: Keccak-256, page trees, the sparse tree above the pages.
import { initialize as initializeTree } from './tree';

export { hashPair, keccak256 } from './keccak';
export { pageRoots, pageTree, updatePageTree } from './page';
export { nodeCount, nodeHash, pageList, setPages, update, zeroHash } from './tree';

/** Pages that one exchange with the host can carry. */
export const BATCH: u32 = 64;
/** For the host: BATCH pages, then as many indices, then as many roots, then cached pages (see src/memory-tree.ts). */
export const EXCHANGE: usize = 0x10000;
const HEAP: usize = EXCHANGE + 0x100000;

initializeTree(HEAP);
