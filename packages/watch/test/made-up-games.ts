// Games and verdicts made up, for tests and the benchmark of the queue.
import type { Game } from '@obelisc/claims';
import type { Sql } from '../src/database.js';
import { setState } from '../src/games-table.js';
import type { ClaimJob } from '../src/queue.js';

/** A game in progress with an address of this number, and whatever else of it is given. */
export function madeUpGame(number: number, more: Partial<Game> = {}): Game {
  return {
    address: `0x${number.toString(16).padStart(40, '0')}`,
    type: 0,
    typeName: 'cannon',
    status: 'in progress',
    rootClaim: `0x${'11'.repeat(32)}`,
    blockNumber: 100n,
    l1Head: `0x${'22'.repeat(32)}`,
    start: { blockNumber: 90n, outputRoot: `0x${'33'.repeat(32)}` },
    createdAt: 1_700_000_000n,
    resolvedAt: 0n,
    maxClock: 302_400n,
    proposer: undefined,
    chainId: undefined,
    standing: undefined,
    ...more,
  };
}

/** What of a verdict is worth choosing. */
export interface MadeUpVerdict {
  readonly answer: string;
  /** The object of `obelisc validate --json`. */
  readonly verdict?: object;
  readonly log?: string;
  readonly worker?: string;
  /** Wall time of the judging. */
  readonly seconds?: number;
}

/** Writes a game's verdict as a worker does, in the transaction that ends its job. */
export async function writeVerdict(
  sql: Sql,
  { chain, address, attempt }: Pick<ClaimJob, 'chain' | 'address' | 'attempt'>,
  { answer, verdict = {}, log = '', worker = 'w', seconds = 0 }: MadeUpVerdict,
): Promise<void> {
  await setState(sql, { chain, address }, ['waiting', 'queued'], 'judged');
  await sql.query(
    `INSERT INTO obelisc.verdicts (chain, address, answer, verdict, log, worker, tries, began_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, now() - make_interval(secs => $8))`,
    [chain, address, answer, JSON.stringify(verdict), log, worker, attempt, seconds],
  );
}
