// The games that are watched, as the database has them.
import type { Game, Standing } from '@obelisc/claims';
import type { Sql } from './database.js';

/**
 * Where a game stands here: `undecided` is one that every try failed for, `orphaned` one whose L1 head is not on L1's chain, `vanished` one
 * that L1 no longer has.
 */
export const GAME_STATES = ['waiting', 'queued', 'judged', 'uncovered', 'undecided', 'orphaned', 'vanished'] as const;
export type GameState = (typeof GAME_STATES)[number];

/** A game by chain and address. */
export interface GameKey {
  readonly chain: string;
  readonly address: string;
}

/** A row; numbers of L1 and L2 are below 2^53. */
export interface GameRow extends GameKey {
  readonly index: number;
  readonly type: number;
  readonly typeName: string;
  readonly rootClaim: string | null;
  readonly blockNumber: number | null;
  readonly l1Head: string | null;
  readonly l1Number: number | null;
  readonly startBlock: number | null;
  readonly proposer: string | null;
  /** Seconds. */
  readonly createdAt: number;
  /** Seconds that each side has, where the contract says so. */
  readonly maxClock: number | null;
  readonly status: string;
  readonly state: GameState;
  readonly reason: string | null;
  /** What the registry makes of it; null where none says anything. */
  readonly standing: Partial<Standing> | null;
}

const COLUMNS = `chain, address, index::float8 AS index, type::float8 AS type, type_name AS "typeName", root_claim AS "rootClaim",
  block_number::float8 AS "blockNumber", l1_head AS "l1Head", l1_number::float8 AS "l1Number",
  start_block::float8 AS "startBlock", proposer, created_at::float8 AS "createdAt",
  max_clock::float8 AS "maxClock", status, state, reason, standing`;

/** What a game's contract says of it, column by column; `saidBy` gives the values. */
const SAID = [
  'type',
  'type_name',
  'root_claim',
  'block_number',
  'l1_head',
  'l1_number',
  'start_block',
  'start_root',
  'proposer',
  'status',
  'resolved_at',
  'max_clock',
  'standing',
] as const;

function saidBy(game: Game, l1Number: bigint | undefined): unknown[] {
  const said: Record<(typeof SAID)[number], string | number | bigint | undefined> = {
    type: game.type,
    type_name: game.typeName,
    root_claim: game.rootClaim,
    block_number: game.blockNumber,
    l1_head: game.l1Head,
    l1_number: l1Number,
    start_block: game.start.blockNumber,
    start_root: game.start.outputRoot,
    proposer: game.proposer,
    status: game.status,
    resolved_at: game.resolvedAt,
    max_clock: game.maxClock,
    standing: game.standing && JSON.stringify(game.standing),
  };
  return SAID.map((column) => {
    const value = said[column];
    return typeof value === 'bigint' ? value.toString() : (value ?? null);
  });
}

/** Takes back what was said of the game `other`, which L1 took back: it is not said of what came in its place. */
const FORGOTTEN = `
  taken_back AS (
    DELETE FROM obelisc.verdicts v USING other o WHERE v.chain = o.chain AND v.address = o.address),
  seen_of_it AS (
    DELETE FROM obelisc.progress p USING other o WHERE p.chain = o.chain AND p.address = o.address),
  told_of_it AS (
    DELETE FROM obelisc.alerts a USING other o
    WHERE a.event IN ('wrong-claim ' || o.chain || ' ' || o.address, 'undecided-claim ' || o.chain || ' ' || o.address))`;

/**
 * Adds a game that can be judged, or brings back one that had vanished. What was said of one that L1 took back is not said of another in
 * its place; the same claim under the same L1 head has its verdict still.
 */
export async function addGame(
  sql: Sql,
  chain: string,
  index: bigint,
  game: Game,
  l1Number: bigint | undefined,
): Promise<void> {
  await sql.query(
    `WITH other AS (
       SELECT g.chain, g.address FROM obelisc.games g
       WHERE g.chain = $1 AND g.address = $2 AND g.state = 'vanished'
         AND (g.root_claim, g.block_number, g.l1_head, g.start_block, g.start_root)
           IS DISTINCT FROM ($5::text, $6::numeric, $7::text, $9::numeric, $10::text)),
     ${FORGOTTEN}
     INSERT INTO obelisc.games (chain, address, ${SAID.join(', ')}, index, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
     ON CONFLICT (chain, address) DO UPDATE SET ${SAID.map((column) => `${column} = excluded.${column}`).join(', ')},
       index = excluded.index, created_at = excluded.created_at, seen_at = now(), reason = NULL,
       state = CASE WHEN EXISTS (SELECT FROM obelisc.verdicts v WHERE v.chain = $1 AND v.address = $2)
           AND NOT EXISTS (SELECT FROM other) THEN 'judged' ELSE 'waiting' END
     WHERE games.state = 'vanished'`,
    [chain, game.address, ...saidBy(game, l1Number), String(index), String(game.createdAt)],
  );
}

/** Writes what is known of a game that waits without: one that is read again. Why it could not be read is over. */
export async function describeGame(
  sql: Sql,
  { chain, address }: GameKey,
  game: Game,
  l1Number: bigint | undefined,
): Promise<void> {
  await sql.query(
    `UPDATE obelisc.games SET ${SAID.map((column, i) => `${column} = $${i + 3}`).join(', ')}, reason = NULL
     WHERE chain = $1 AND address = $2 AND state = 'waiting'`,
    [chain, address, ...saidBy(game, l1Number)],
  );
}

/** What is known of a game without its own contract. */
export interface ListedEntry {
  readonly index: bigint;
  readonly type: number;
  readonly typeName: string;
  readonly createdAt: bigint;
}

/** Adds a game whose claim is not judged here, with the reason. */
export function addUncoveredGame(sql: Sql, key: GameKey, listed: ListedEntry, reason: string): Promise<void> {
  return addUndescribed(sql, key, listed, 'uncovered', reason);
}

/** Adds a game that could not be read, with the reason: it waits to be. */
export function addUnreadGame(sql: Sql, key: GameKey, listed: ListedEntry, reason: string): Promise<void> {
  return addUndescribed(sql, key, listed, 'waiting', reason);
}

/** Of a game that vanished and may be another by now no verdict is kept. */
async function addUndescribed(
  sql: Sql,
  key: GameKey,
  listed: ListedEntry,
  state: GameState,
  reason: string,
): Promise<void> {
  await sql.query(
    `WITH other AS (
       SELECT g.chain, g.address FROM obelisc.games g WHERE g.chain = $1 AND g.address = $2 AND g.state = 'vanished'),
     ${FORGOTTEN}
     INSERT INTO obelisc.games (chain, address, index, type, type_name, created_at, state, reason)
     VALUES ($1, $2, $3, $4, $5, $6, $8, $7)
     ON CONFLICT (chain, address) DO UPDATE SET index = excluded.index, type = excluded.type, type_name = excluded.type_name,
       root_claim = NULL, block_number = NULL, l1_head = NULL, l1_number = NULL, start_block = NULL, start_root = NULL, standing = NULL,
       proposer = NULL, created_at = excluded.created_at, seen_at = now(), state = excluded.state, reason = excluded.reason
     WHERE games.state = 'vanished'`,
    [
      key.chain,
      key.address,
      String(listed.index),
      listed.type,
      listed.typeName,
      String(listed.createdAt),
      reason,
      state,
    ],
  );
}

/** The game, or undefined. */
export async function findGame(sql: Sql, { chain, address }: GameKey): Promise<GameRow | undefined> {
  const [row] = await sql.query<GameRow>(`SELECT ${COLUMNS} FROM obelisc.games WHERE chain = $1 AND address = $2`, [
    chain,
    address,
  ]);
  return row;
}

/** Games in a state, oldest first. */
export function gamesInState(sql: Sql, chain: string, state: GameState): Promise<GameRow[]> {
  return sql.query<GameRow>(`SELECT ${COLUMNS} FROM obelisc.games WHERE chain = $1 AND state = $2 ORDER BY index`, [
    chain,
    state,
  ]);
}

/** The last games before a place in the factory's list that have not vanished, at most `most`, the newest first. */
export function gamesBefore(sql: Sql, chain: string, index: bigint, most: number): Promise<GameRow[]> {
  return sql.query<GameRow>(
    `SELECT ${COLUMNS} FROM obelisc.games WHERE chain = $1 AND index < $2 AND state <> 'vanished' ORDER BY index DESC LIMIT $3`,
    [chain, String(index), most],
  );
}

/** Games whose contracts say that they are not over. */
export function openGames(sql: Sql, chain: string): Promise<GameRow[]> {
  return sql.query<GameRow>(
    `SELECT ${COLUMNS} FROM obelisc.games
     WHERE chain = $1 AND status = 'in progress' AND state NOT IN ('vanished', 'uncovered') ORDER BY index`,
    [chain],
  );
}

/** The newest place in the factory's list that is known, or undefined. */
export function newestIndex(sql: Sql, chain: string): Promise<bigint | undefined> {
  return highest(sql, chain, 'index');
}

/** The newest L1 block that a known game has as its L1 head, or undefined. */
export function newestL1Number(sql: Sql, chain: string): Promise<bigint | undefined> {
  return highest(sql, chain, 'l1_number');
}

async function highest(sql: Sql, chain: string, column: 'index' | 'l1_number'): Promise<bigint | undefined> {
  const [row] = await sql.query<{ highest: string | null }>(
    `SELECT max(${column})::text AS highest FROM obelisc.games WHERE chain = $1 AND state <> 'vanished'`,
    [chain],
  );
  return row?.highest === null || row?.highest === undefined ? undefined : BigInt(row.highest);
}

/** Sets where a game stands; true where it was in one of the states `from`. */
export async function setState(
  sql: Sql,
  { chain, address }: GameKey,
  from: readonly GameState[],
  to: GameState,
  reason: string | null = null,
): Promise<boolean> {
  const rows = await sql.query(
    `UPDATE obelisc.games SET state = $3, reason = $4 WHERE chain = $1 AND address = $2 AND state = ANY($5) RETURNING 1`,
    [chain, address, to, reason, [...from]],
  );
  return rows.length > 0;
}

/** A game with what its claim is known by. */
export type ListedClaim = GameKey & Pick<GameRow, 'rootClaim' | 'l1Head'>;

/**
 * Sets what a try of a game's claim came to: `queued` is that it is to be tried again. False, and nothing is set, where the game is not in
 * the queue any more, or not with the claim that was tried: it vanished, and another may be in its place.
 */
export async function setTried(
  sql: Sql,
  { chain, address, rootClaim, l1Head }: ListedClaim,
  to: 'queued' | 'judged' | 'uncovered' | 'orphaned',
  reason: string | null = null,
): Promise<boolean> {
  const rows = await sql.query(
    `UPDATE obelisc.games SET state = $5, reason = $6 WHERE chain = $1 AND address = $2 AND state = 'queued'
       AND root_claim IS NOT DISTINCT FROM $3 AND l1_head IS NOT DISTINCT FROM $4 RETURNING 1`,
    [chain, address, rootClaim, l1Head, to, reason],
  );
  return rows.length > 0;
}

/** Writes what the registry makes of a game now; true where that is new. */
export async function setStanding(
  sql: Sql,
  { chain, address }: GameKey,
  standing: Standing | undefined,
): Promise<boolean> {
  const rows = await sql.query(
    `UPDATE obelisc.games SET standing = $3::jsonb
     WHERE chain = $1 AND address = $2 AND standing IS DISTINCT FROM $3::jsonb RETURNING 1`,
    [chain, address, standing === undefined ? null : JSON.stringify(standing)],
  );
  return rows.length > 0;
}

/** An orphaned game's L1 head is there again, as L1's block of this number: it waits to be judged. */
export async function readopt(sql: Sql, { chain, address }: GameKey, l1Number: bigint): Promise<void> {
  await sql.query(
    `UPDATE obelisc.games SET state = 'waiting', reason = NULL, l1_number = $3, seen_at = now()
     WHERE chain = $1 AND address = $2 AND state = 'orphaned'`,
    [chain, address, String(l1Number)],
  );
}

/** Writes what the contract says of the game's end. */
export async function setStatus(
  sql: Sql,
  { chain, address }: GameKey,
  status: string,
  resolvedAt: bigint,
): Promise<void> {
  await sql.query(`UPDATE obelisc.games SET status = $3, resolved_at = $4 WHERE chain = $1 AND address = $2`, [
    chain,
    address,
    status,
    String(resolvedAt),
  ]);
}
