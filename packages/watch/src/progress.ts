// How far a claim at work has come, for those who look on: written by its worker every few seconds, read by the page.
import type { Sql } from './database.js';
import type { ClaimJob } from './queue.js';

/** A segment of the claim's range that has been judged. */
export interface JudgedSegment {
  readonly from: number;
  readonly to: number;
  readonly answer: string;
}

/** What there is to see of a try. */
export interface Progress {
  /** The end of its log. */
  readonly log: string;
  readonly segments: readonly JudgedSegment[];
}

/** Notes that a try begins; what was seen of the one before goes. */
export async function beginProgress(sql: Sql, { chain, address, attempt }: ClaimJob, worker: string): Promise<void> {
  await sql.query(
    `INSERT INTO obelisc.progress (chain, address, try, worker) VALUES ($1, $2, $3, $4)
     ON CONFLICT (chain, address) DO UPDATE SET try = excluded.try, worker = excluded.worker, began_at = now(), said_at = now(),
       segments = DEFAULT, log = DEFAULT`,
    [chain, address, attempt, worker],
  );
}

/** Writes what the try has come to; without `progress` only that it goes on. Nothing where another try has begun. */
export async function noteProgress(
  sql: Sql,
  { chain, address, attempt }: ClaimJob,
  progress?: Progress,
): Promise<void> {
  await sql.query(
    `UPDATE obelisc.progress SET said_at = now(), log = coalesce($4, log), segments = coalesce($5, segments)
     WHERE chain = $1 AND address = $2 AND try = $3`,
    [chain, address, attempt, progress?.log ?? null, progress === undefined ? null : JSON.stringify(progress.segments)],
  );
}

/** The claim has its verdict, which has all of it. */
export async function dropProgress(sql: Sql, { chain, address }: ClaimJob): Promise<void> {
  await sql.query('DELETE FROM obelisc.progress WHERE chain = $1 AND address = $2', [chain, address]);
}
