// Hashing alone, for what is not a machine's memory and for the workers that hash its pages.
import { initializeZeroHashes } from './zero-hashes';

export { keccak256 } from './keccak';
export { pageRoots } from './page';

/** For the host: 1 MiB. */
export const EXCHANGE: usize = 0x10000;

initializeZeroHashes();
