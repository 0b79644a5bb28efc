// Claims without a verdict that are judged once more: after an upgrade, or when what stood in the way is over.
import type { Database } from './database.js';
import { WatchError } from './errors.js';
import type { GameKey, GameState } from './games-table.js';

/** Games that have come to an end without a verdict. */
const GIVEN_UP = ['undecided', 'uncovered', 'orphaned'] as const satisfies readonly GameState[];
export type GivenUp = (typeof GIVEN_UP)[number];

export interface RetryChoice {
  /** Only of this chain. */
  readonly chain?: string | undefined;
  /** Addresses; all must be there, and without a verdict. */
  readonly games: readonly string[];
  /** All games that stand so. */
  readonly states: readonly GivenUp[];
}

/**
 * Puts games back to where they wait for the watch, which queues them at its next look at L1, with as many tries as a new one has.
 * Rejects with WatchError, and changes nothing, where one that was named cannot be judged again.
 */
export function judgeAgain(database: Database, { chain, games, states }: RetryChoice): Promise<GameKey[]> {
  return database.transaction(async (sql) => {
    const addresses = games.map((game) => game.toLowerCase());
    const named = await sql.query<GameKey & { state: GameState }>(
      `SELECT chain, address, state FROM obelisc.games WHERE address = ANY($1) AND ($2::text IS NULL OR chain = $2)`,
      [addresses, chain ?? null],
    );
    for (const address of addresses) {
      const found = named.filter((game) => game.address === address);
      if (found.length === 0)
        throw new WatchError(
          `${address} is no game of ${chain ?? 'a chain'} in ${database.place}: see /api/claims for those that are`,
        );
      for (const { state } of found) if (!isGivenUp(state)) throw new WatchError(`${address} ${WHY_NOT[state]}`);
    }
    const again = await sql.query<GameKey>(
      `UPDATE obelisc.games SET state = 'waiting', reason = NULL, seen_at = now()
       WHERE state = ANY($4) AND ($1::text IS NULL OR chain = $1) AND (state = ANY($2) OR address = ANY($3))
       RETURNING chain, address`,
      [chain ?? null, [...states], addresses, GIVEN_UP],
    );
    for (const key of again) {
      await sql.query('DELETE FROM obelisc.progress WHERE chain = $1 AND address = $2', [key.chain, key.address]);
      // Should it come to nothing again, that is to be told again.
      await sql.query(`DELETE FROM obelisc.alerts WHERE event = $1`, [`undecided-claim ${key.chain} ${key.address}`]);
    }
    return again;
  });
}

function isGivenUp(state: GameState): state is GivenUp {
  return GIVEN_UP.some((one) => one === state);
}

const WHY_NOT: Readonly<Record<Exclude<GameState, GivenUp>, string>> = {
  waiting: 'waits to be judged as it is',
  queued: 'is being judged, or next, as it is',
  judged: 'has a verdict already, which stays; obelisc validate --game judges it once more',
  vanished: 'vanished: L1 no longer has it',
};
