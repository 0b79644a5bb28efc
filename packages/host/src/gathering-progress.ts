/** How far gathering has come: what a display shows while a run fetches. */
import type { Route } from './hint-routes.js';

/** `total` may still grow while `done` does. */
export type Share = { done: number; total: number };

export type GatheringProgress = {
  /** L1 blocks from the one that derivation starts at up to the head, with their transactions and receipts. */
  l1Blocks: Share;
  /** L2 blocks of the claim, with the state that they read. */
  l2Blocks: Share;
  /** Blobs of the batcher's transactions that were seen so far. */
  blobs: Share;
  /** Requests that have no answer yet. */
  inFlight: number;
  /** What the program waits for now, in words; undefined where it works. */
  waitingFor: string | undefined;
};

/** The part of it that the look-ahead counts: zeros before anything was missing. */
export type AheadProgress = Pick<GatheringProgress, 'l1Blocks' | 'l2Blocks' | 'blobs'>;

const NAMES: Record<Route['kind'], string> = {
  'l1-block-header': 'headers of L1 blocks',
  'l1-transactions': 'transactions of an L1 block',
  'l1-receipts': 'receipts of an L1 block',
  'l1-blob': 'a blob',
  'l1-precompile': 'the result of a precompile',
  'l2-block-header': 'headers of L2 blocks',
  'l2-transactions': 'transactions of an L2 block',
  'l2-state-node': 'L2 state',
  'l2-code': 'the code of an L2 contract',
  'l2-account-proof': 'the proof of an L2 account',
  'l2-payload-witness': 'the state of an L2 block',
  'l2-output': 'the agreed output root',
};

/** `L2 state`: what a hint announces, in words. */
export function describeRoute({ kind }: Pick<Route, 'kind'>): string {
  return NAMES[kind];
}
