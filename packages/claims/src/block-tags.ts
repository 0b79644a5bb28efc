/** Heads of the L2 chain, by the op-node's names. */
export const BLOCK_TAGS = ['safe', 'finalized', 'latest'] as const;
export type BlockTag = (typeof BLOCK_TAGS)[number];
