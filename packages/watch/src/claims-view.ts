// What is shown of games and verdicts: rows as JSON, for the page and for scripts.
import { objectionsOf, type Standing } from '@obelisc/claims';
import type { Sql } from './database.js';
import type { GameKey, GameRow } from './games-table.js';
import type { JudgedSegment } from './progress.js';

/** A game with its verdict's outline. */
export interface ClaimSummary extends GameRow {
  readonly answer: 'valid' | 'invalid' | null;
  /** Whose word is not what is derived: `claim`, `op-node`, `l2`. */
  readonly wrong: readonly string[] | null;
  /** Wall time of the judging. */
  readonly seconds: number | null;
  /** Milliseconds since 1970. */
  readonly judgedAt: number | null;
  /** Why the contracts would not count the game, each by a word. */
  readonly objections: readonly string[];
  /** Seconds that a worker has been at it, whose word came within a lease; null where none is. */
  readonly atWork: number | null;
}

/** A game with all that is known of it. */
export interface ClaimDetails extends ClaimSummary {
  readonly startRoot: string | null;
  readonly resolvedAt: number;
  /** The object of `obelisc validate --json`. */
  readonly verdict: unknown;
  readonly log: string | null;
  readonly worker: string | null;
  readonly tries: number | null;
  /** Without a verdict: what the try at work, or the last one, has come to. */
  readonly segments: readonly JudgedSegment[] | null;
}

const SUMMARY = `g.chain, g.address, g.index::float8 AS index, g.type::float8 AS type, g.type_name AS "typeName",
  g.root_claim AS "rootClaim", g.block_number::float8 AS "blockNumber", g.l1_head AS "l1Head",
  g.l1_number::float8 AS "l1Number", g.start_block::float8 AS "startBlock", g.proposer,
  g.created_at::float8 AS "createdAt", g.max_clock::float8 AS "maxClock", g.status, g.state, g.reason, g.standing,
  v.answer, v.verdict->'wrong' AS wrong, extract(epoch FROM v.ended_at - v.began_at)::float8 AS seconds,
  floor(extract(epoch FROM v.ended_at) * 1000)::float8 AS "judgedAt",
  CASE WHEN g.state = 'queued' AND p.said_at BETWEEN now() - interval '90 seconds' AND now() + interval '90 seconds'
    THEN greatest(0, extract(epoch FROM now() - p.began_at))::float8 END AS "atWork"`;
/** What a game counts as: its verdict, or where it stands without one. What is said of a game that L1 took back counts for nothing. */
const IS = `CASE WHEN g.state = 'vanished' THEN g.state ELSE coalesce(v.answer, g.state) END`;
/** With these tables by these names. */
const TABLES = `obelisc.games g LEFT JOIN obelisc.verdicts v USING (chain, address)
  LEFT JOIN obelisc.progress p USING (chain, address)`;

export interface ClaimFilter {
  readonly chain?: string | undefined;
  /** Verdict or state. */
  readonly is?: string | undefined;
  /** Games that stand behind this one in the list. */
  readonly before?: GameKey | undefined;
  readonly limit: number;
}

/** A row as it is read: what is said of it in words is not in the database. */
type Row<Shown extends ClaimSummary> = Omit<Shown, 'objections'>;

function shown<One extends Row<ClaimSummary>>(row: One): One & Pick<ClaimSummary, 'objections'> {
  return { ...row, objections: objectionsOf(row.standing ?? undefined) };
}

/** Games, newest first. */
export async function listClaims(sql: Sql, { chain, is, before, limit }: ClaimFilter): Promise<ClaimSummary[]> {
  const rows = await sql.query<Row<ClaimSummary>>(
    `SELECT ${SUMMARY} FROM ${TABLES}
     WHERE ($1::text IS NULL OR g.chain = $1)
       AND ($2::text IS NULL OR ${IS} = $2)
       AND ($3::text IS NULL OR (g.created_at, g.index, g.chain, g.address) <
         (SELECT b.created_at, b.index, b.chain, b.address FROM obelisc.games b WHERE b.chain = $3 AND b.address = $4))
     ORDER BY g.created_at DESC, g.index DESC, g.chain DESC, g.address DESC LIMIT $5`,
    [chain ?? null, is ?? null, before?.chain ?? null, before?.address ?? null, limit],
  );
  return rows.map((row) => shown(row));
}

/** One game, or undefined. */
export async function claimDetails(sql: Sql, { chain, address }: GameKey): Promise<ClaimDetails | undefined> {
  const [row] = await sql.query<Row<ClaimDetails>>(
    `SELECT ${SUMMARY}, g.start_root AS "startRoot", g.resolved_at::float8 AS "resolvedAt", v.verdict,
       coalesce(v.log, p.log) AS log, coalesce(v.worker, p.worker) AS worker, coalesce(v.tries, p.try) AS tries, p.segments
     FROM ${TABLES} WHERE g.chain = $1 AND g.address = $2`,
    [chain, address],
  );
  return row && shown(row);
}

/** Games of a chain and type by verdict or state. */
export interface ClaimCount {
  readonly chain: string;
  readonly typeName: string;
  /** valid, invalid, waiting, queued, uncovered, undecided, orphaned or vanished. */
  readonly is: string;
  readonly count: number;
}

export function countClaims(sql: Sql): Promise<ClaimCount[]> {
  return sql.query<ClaimCount>(
    `SELECT g.chain, g.type_name AS "typeName", ${IS} AS is, count(*)::float8 AS count
     FROM obelisc.games g LEFT JOIN obelisc.verdicts v USING (chain, address) GROUP BY 1, 2, 3`,
  );
}

/** Games in progress that the registry would not count, by chain and objection. */
export async function countObjections(sql: Sql): Promise<{ chain: string; objection: string; count: number }[]> {
  const rows = await sql.query<{ chain: string; standing: Partial<Standing>; count: number }>(
    `SELECT chain, standing, count(*)::float8 AS count FROM obelisc.games
     WHERE standing IS NOT NULL AND status = 'in progress' AND state <> 'vanished' GROUP BY 1, 2`,
  );
  const counts = new Map<string, { chain: string; objection: string; count: number }>();
  for (const { chain, standing, count } of rows)
    for (const objection of objectionsOf(standing)) {
      const key = `${chain} ${objection}`;
      counts.set(key, { chain, objection, count: count + (counts.get(key)?.count ?? 0) });
    }
  return [...counts.values()];
}

/** Seconds that each chain's oldest game waits for its verdict, since its making. */
export function oldestOpen(sql: Sql): Promise<{ chain: string; seconds: number }[]> {
  return sql.query(
    `SELECT chain, greatest(0, extract(epoch FROM now())::float8 - min(created_at)::float8) AS seconds
     FROM obelisc.games WHERE state IN ('waiting', 'queued') GROUP BY chain`,
  );
}

/** A game that waits for its verdict, and how many seconds it has done so since it was seen, by the database's clock. */
export interface OpenGame extends GameKey {
  readonly seconds: number;
  /** What it claims is not known. */
  readonly isUnread: boolean;
}

/** The game of each chain that was seen first of those that wait for their verdict; of those that could not be read another one. */
export function firstSeenOpen(sql: Sql): Promise<OpenGame[]> {
  return sql.query(
    `SELECT DISTINCT ON (chain, root_claim IS NULL) chain, address, root_claim IS NULL AS "isUnread",
       extract(epoch FROM now() - seen_at)::float8 AS seconds
     FROM obelisc.games WHERE state IN ('waiting', 'queued') ORDER BY chain, root_claim IS NULL, seen_at, index, address`,
  );
}

/** Workers that were heard of within a minute. */
export async function countWorkers(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ count: number }>(
    // What lies ahead is of a clock that was set back since.
    `SELECT count(*)::float8 AS count FROM obelisc.workers
     WHERE seen_at BETWEEN now() - interval '60 seconds' AND now() + interval '60 seconds'`,
  );
  return row?.count ?? 0;
}

/** A verdict with its number, which counts up. */
export type NumberedVerdict = Row<ClaimSummary> & { readonly number: number };

/** Verdicts after the one of this number, in order. */
export function verdictsAfter(sql: Sql, number: number): Promise<NumberedVerdict[]> {
  return sql.query<NumberedVerdict>(
    `SELECT ${SUMMARY}, v.number::float8 AS number FROM ${TABLES}
     WHERE v.number > $1 ORDER BY v.number LIMIT 500`,
    [number],
  );
}

/** The newest verdict's number; 0 where there is none. */
export async function lastVerdict(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ last: number }>(
    `SELECT coalesce(max(number), 0)::float8 AS last FROM obelisc.verdicts`,
  );
  return row?.last ?? 0;
}
