// What the watch tells as JSON under /api, as the page takes it.
import type { Difference } from '@obelisc/claims/difference';

export interface Summary {
  readonly chain: string;
  readonly address: string;
  readonly index: number;
  readonly typeName: string;
  readonly rootClaim: string | null;
  readonly blockNumber: number | null;
  readonly startBlock: number | null;
  readonly l1Head: string | null;
  readonly proposer: string | null;
  readonly createdAt: number;
  readonly maxClock: number | null;
  readonly status: string;
  readonly state: string;
  readonly reason: string | null;
  /** What the registry makes of the game, where one says anything, and what of it speaks against the game. */
  readonly standing: { readonly registry?: string } | null;
  readonly objections: readonly string[];
  readonly answer: string | null;
  /** Whose word is not what is derived. */
  readonly wrong: readonly string[] | null;
  readonly seconds: number | null;
  readonly judgedAt: number | null;
  readonly atWork: number | null;
}

export interface Details extends Summary {
  readonly startRoot: string | null;
  readonly verdict: Verdict | null;
  readonly log: string | null;
  readonly worker: string | null;
  readonly segments: readonly Segment[] | null;
  readonly tries: number | null;
}

export interface Segment {
  readonly from: number;
  readonly to: number;
  readonly answer: string;
}

/** The first block that somebody has otherwise than it is derived. */
export interface Parted {
  readonly block: number;
  readonly derived: string;
  readonly opNode?: string;
  readonly l2?: string | null;
  readonly compared?: string;
  readonly differences?: readonly Difference[];
  readonly notes?: readonly string[];
}

export interface Verdict {
  readonly derived?: string;
  readonly opNodeRoot?: string;
  readonly restsOn?: readonly string[];
  readonly segments?: readonly Segment[];
  readonly wrong?: readonly string[];
  readonly opNodeParts?: Parted;
  readonly l2Parts?: Parted;
  readonly claimedRoot?: { readonly from: number; readonly to: number; readonly block: number | null };
}

export interface Overview {
  readonly claims: readonly { readonly is: string; readonly count: number }[];
  readonly workers: number;
  readonly queue: { readonly waiting: number; readonly active: number };
}

/** Milliseconds that an answer may take: what changes meanwhile waits for it. */
const PATIENCE = 30_000;

export async function load<T>(path: string): Promise<T> {
  const answer = await fetch(path, { signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok)
    throw new Error(answer.status === 404 ? 'There is nothing here.' : `The watch answered with ${answer.status}.`);
  return (await answer.json()) as T;
}
