// What the engine's own upkeep does not mend: a clock of the database that was set back, and jobs that are gone.
import type { Sql } from './database.js';
import type { GameKey } from './games-table.js';

/**
 * Brings times that lie too far ahead back to now. They are of a clock that was set back since, by hours or days, and for so long no job
 * of then would begin, no lease end, and the engine would look after nothing.
 */
export async function forgetFuture(sql: Sql): Promise<void> {
  await sql.query(
    `UPDATE pgboss.job SET start_after = now() - interval '1 second'
     WHERE state < 'active' AND name LIKE 'claims%'
       AND start_after > now() + interval '10 seconds' + interval '1 second' * retry_delay * 2 ^ least(16, retry_count + 1)`,
  );
  await sql.query(
    `UPDATE pgboss.job SET started_on = now()
     WHERE state = 'active' AND name LIKE 'claims%' AND started_on > now() + interval '10 seconds'`,
  );
  await sql.query(
    `UPDATE pgboss.version SET maintained_on = now() WHERE maintained_on > now() + interval '10 seconds'`,
  );
}

/**
 * Has the games wait again that count as queued while there is no job of theirs: the engine keeps none for ever (a clock that jumps years
 * ahead takes them all), and its tables may be emptied by whoever may do that. Their keys.
 */
export function freeJobless(sql: Sql): Promise<GameKey[]> {
  return sql.query<GameKey>(
    `UPDATE obelisc.games g SET state = 'waiting', reason = NULL
     WHERE g.state = 'queued' AND NOT EXISTS (
       SELECT FROM pgboss.job j
       WHERE j.state < 'completed' AND j.name LIKE 'claims%' AND j.data->>'chain' = g.chain AND j.data->>'address' = g.address)
     RETURNING chain, address`,
  );
}
