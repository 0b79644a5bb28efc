// How much derivation holds in memory of what a batcher may post without end; beyond, it is read again (docs/limits.md). No
// range of a chain in use comes near any of these.

/**
 * Bytes in blocks (block-store.ts) from which on the data of frames is left on L1: where it can be read again for little more
 * than what it cost, and wherever it is.
 */
export let mostHeld: usize = 64 << 20;
export let mostScattered: usize = 512 << 20;

/** Bytes of encoded batches that wait, of all together, from which on they are left in their channels. */
export let mostEncoded: u64 = 32 << 20;

/** The same of those that were taken along when their channel was decompressed for another one. */
export let mostTakenAlong: u64 = 64 << 20;

/** Batches whose time has come, and of the future, that wait in memory: of more the channels alone are kept. */
export let mostWaiting: u32 = 1 << 18;

/** Sets other limits, for trials of what lies beyond them. */
export function setMemoryLimits(held: usize, encoded: u64, waiting: u32): void {
  mostHeld = held;
  mostScattered = 8 * held;
  mostEncoded = encoded;
  mostTakenAlong = 2 * encoded;
  mostWaiting = waiting;
}
