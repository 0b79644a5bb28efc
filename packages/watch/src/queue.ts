// Jobs on pg-boss: a claim to be judged is one job. Leases, retries, back-off, dead letters and retention are the engine's; ours is
// that a job's result is written in the transaction that ends it, by the try that still holds the lease.
import { createRequire } from 'node:module';
import PgBoss from 'pg-boss';
import type { Log } from '@obelisc/host';
import type { Database, Sql } from './database.js';
import { WatchError } from './errors.js';
import { type GameKey, type ListedClaim, setState, setTried } from './games-table.js';
import { Trouble } from './trouble.js';
import { forgetFuture, freeJobless } from './upkeep.js';

/** One queue a chain: a worker takes jobs of the chains that it has endpoints for. */
const claimsOf = (chain: string): string => `claims.${chain}`;
const DEAD = 'claims-undecided';

/**
 * The order in which jobs are fetched: without it the engine sorts all that wait for each one that is taken, 12 ms where 10,000
 * wait, and 0.8 ms with it (on PostgreSQL 15).
 */
const INDEX = `CREATE INDEX job_next ON pgboss.job (name, priority DESC, created_on, id) WHERE state < 'active'`;

/** Seconds of a lease, where nothing else is said. */
const LEASE = 90;
/** Seconds from one word to the next. */
export const LEASE_RENEWAL = 20;
/** Milliseconds between two looks after what the engine does not look after. */
const UPKEEP = 10_000;

export interface QueueOptions {
  readonly log: Log;
  /** Tries of a claim before it is given up. */
  readonly tries: number;
  /** Seconds before the second try; it doubles from try to try. */
  readonly retryDelay?: number;
  /** Seconds that a job is its worker's without a word from it. */
  readonly lease?: number;
  /** Whether this process looks after expired leases and old jobs; those of several do it in turn. */
  readonly supervise?: boolean;
}

/** A job that this process has the lease of. */
export interface ClaimJob extends GameKey {
  readonly id: string;
  /** Which try this is, from 1 on. */
  readonly attempt: number;
}

export class ClaimQueue {
  readonly #trouble: Trouble;
  #upkeep: NodeJS.Timeout | undefined;
  #keeping: Promise<void> | undefined;

  private constructor(
    readonly database: Database,
    readonly boss: PgBoss,
    readonly options: QueueOptions,
  ) {
    this.#trouble = new Trouble(options.log);
    boss.on('error', (error) => this.#trouble.failed(UPKEEP_FAILS, error));
  }

  /** Makes the engine's tables and starts it. Rejects with WatchError for tables of a newer one, and with DatabaseError. */
  static async start(database: Database, chains: readonly string[], options: QueueOptions): Promise<ClaimQueue> {
    const boss = new PgBoss({
      db: bossDatabase(database),
      supervise: options.supervise ?? true,
      schedule: false,
      maintenanceIntervalSeconds: 5,
      // A claim is judged once; what became of it is in our own table.
      archiveCompletedAfterSeconds: 3600,
      deleteAfterDays: 14,
    });
    const queue = new ClaimQueue(database, boss, options);
    await oneAtATime(database, async () => {
      await refuseNewer(database, boss);
      await boss.start();
      // What is there already is not made again: even that would wait for all who write.
      const [there] = await database.query<{ index: string | null }>(`SELECT to_regclass('pgboss.job_next') AS index`);
      if ((there?.index ?? null) === null) await database.run(INDEX);
      await boss.createQueue(DEAD, { name: DEAD, retryLimit: 1_000_000, retryDelay: 5 });
      for (const chain of chains) {
        const name = claimsOf(chain);
        await boss.createQueue(name, { name, policy: 'standard', deadLetter: DEAD });
      }
    });
    if (options.supervise ?? true) queue.#keepUp();
    return queue;
  }

  #keepUp(): void {
    this.#upkeep = setInterval(() => {
      // A database that is slow is not asked twice.
      this.#keeping ??= this.keepUp()
        .then(
          () => this.#trouble.worked(UPKEEP_FAILS),
          (error: unknown) => this.#trouble.failed(UPKEEP_FAILS, error),
        )
        .finally(() => (this.#keeping = undefined));
    }, UPKEEP);
  }

  /** Mends what jumping clocks and lost jobs would stop; every process with a queue does it again and again. Rejects with DatabaseError. */
  async keepUp(): Promise<void> {
    await forgetFuture(this.database);
    for (const { chain, address } of await freeJobless(this.database))
      this.options.log('warn', 'A claim had no job any more, and is queued anew', { chain, game: address });
  }

  /** Puts a waiting game's claim in the queue, once; false where it is there already or judged. */
  enqueue(key: GameKey): Promise<boolean> {
    return this.database.transaction(async (sql) => {
      if (!(await setState(sql, key, ['waiting'], 'queued'))) return false;
      await this.boss.send(claimsOf(key.chain), key, {
        db: bossDatabase(sql),
        singletonKey: `${key.chain} ${key.address}`,
        retryLimit: this.options.tries - 1,
        retryDelay: this.options.retryDelay ?? 30,
        retryBackoff: true,
        expireInSeconds: this.options.lease ?? LEASE,
        deadLetter: DEAD,
        retentionDays: 365,
      });
      return true;
    });
  }

  /** The next job of the chain, with its lease; undefined where there is none now. Rejects with DatabaseError. */
  async take(chain: string): Promise<ClaimJob | undefined> {
    const [job] = await fetchOr(this.database, (db) =>
      this.boss.fetch<GameKey>(claimsOf(chain), { includeMetadata: true, db }),
    );
    return job && { ...job.data, id: job.id, attempt: job.retryCount + 1 };
  }

  /** Says that the job is still worked on. False: the lease is another's by now, and the work is to be dropped. */
  async renew({ chain, id, attempt }: ClaimJob): Promise<boolean> {
    const rows = await this.database.query(
      `UPDATE pgboss.job SET started_on = now()
       WHERE name = $1 AND id = $2 AND state = 'active' AND retry_count = $3 RETURNING 1`,
      [claimsOf(chain), id, attempt - 1],
    );
    return rows.length > 0;
  }

  /** Ends the job and writes its result, both or neither. False, and nothing is written: the lease is another's by now. */
  finish(job: ClaimJob, write: (sql: Sql) => Promise<void>): Promise<boolean> {
    return this.database.transaction(async (sql) => {
      if (!(await holds(sql, job))) return false;
      await write(sql);
      await this.boss.complete(claimsOf(job.chain), job.id, {}, { db: bossDatabase(sql) });
      return true;
    });
  }

  /**
   * Gives the job up for now: it is tried again later, or ends as undecided when there were as many tries as there may be. `tried`: the
   * claim that it was about, where that is known. False: the game is not in the queue with that claim any more, and the job is over:
   * another claim in its place has its own.
   */
  fail(job: ClaimJob, reason: string, tried?: ListedClaim): Promise<boolean> {
    return this.database.transaction(async (sql) => {
      if (!(await holds(sql, job))) return true;
      if (tried !== undefined && !(await setTried(sql, tried, 'queued', reason))) {
        await this.boss.complete(claimsOf(job.chain), job.id, {}, { db: bossDatabase(sql) });
        return false;
      }
      if (tried === undefined)
        await sql.query(`UPDATE obelisc.games SET reason = $3 WHERE chain = $1 AND address = $2 AND state = 'queued'`, [
          job.chain,
          job.address,
          reason,
        ]);
      await this.boss.fail(claimsOf(job.chain), job.id, { reason }, { db: bossDatabase(sql) });
      return true;
    });
  }

  /** Marks the games whose jobs the engine gave up; their keys. */
  async bury(): Promise<GameKey[]> {
    const dead = await fetchOr(this.database, (db) => this.boss.fetch<GameKey>(DEAD, { batchSize: 50, db }));
    const buried: GameKey[] = [];
    for (const { id, data } of dead) {
      await this.database.transaction(async (sql) => {
        const [row] = await sql.query<{ reason: string | null }>(
          `SELECT reason FROM obelisc.games WHERE chain = $1 AND address = $2`,
          [data.chain, data.address],
        );
        const reason = row?.reason ?? 'its worker was lost each time (killed, or out of memory)';
        // Another claim that came to the same address meanwhile has its own job.
        if (!(await hasJob(sql, data)) && (await setState(sql, data, ['queued'], 'undecided', reason)))
          buried.push(data);
        await this.boss.complete(DEAD, id, {}, { db: bossDatabase(sql) });
      });
    }
    return buried;
  }

  /** Jobs that wait or are worked on. */
  async depth(): Promise<{ waiting: number; active: number }> {
    const [row] = await this.database.query<{ waiting: number; active: number }>(
      `SELECT count(*) FILTER (WHERE state < 'active')::float8 AS waiting,
              count(*) FILTER (WHERE state = 'active')::float8 AS active
       FROM pgboss.job WHERE name LIKE 'claims.%'`,
    );
    return row ?? { waiting: 0, active: 0 };
  }

  async stop(): Promise<void> {
    clearInterval(this.#upkeep);
    await this.#keeping;
    await this.boss.stop({ graceful: false, wait: true });
  }
}

/** What is told of when it fails. */
const UPKEEP_FAILS = 'The queue cannot be looked after';

/** What the engine fetches; it keeps errors to itself and says that there is nothing. */
async function fetchOr<T>(database: Database, fetch: (db: PgBoss.Db) => Promise<T>): Promise<T> {
  const { executeSql } = bossDatabase(database);
  let failure: unknown;
  const fetched = await fetch({
    executeSql: (text, values) =>
      executeSql(text, values).catch((error: unknown) => {
        failure = error;
        throw error;
      }),
  });
  if (failure !== undefined) throw failure;
  return fetched;
}

/** The engine itself takes tables of a newer one for its own. */
async function refuseNewer(database: Database, boss: PgBoss): Promise<void> {
  const known = (createRequire(import.meta.url)('pg-boss/version.json') as { schema: number }).schema;
  const found = (await boss.isInstalled()) ? Number(await boss.schemaVersion()) : 0;
  if (found > known)
    throw new WatchError(
      `--db: the queue in ${database.place} was made by a newer pg-boss (version ${found} of its tables, this one knows ${known}): use a newer Obelisc, or another database`,
    );
}

/** Does the work while no other process does its own: making the same things together fails for one of two. */
function oneAtATime(database: Database, work: () => Promise<void>): Promise<void> {
  // A folder is one process' own, and has one connection.
  if (!database.isShared) return work();
  return database.transaction(async (sql) => {
    await sql.query('SELECT pg_advisory_xact_lock(7014402)');
    await work();
  });
}

/** Whether this try of the job still has its lease; holds the row until the transaction ends. */
async function holds(sql: Sql, { chain, id, attempt }: ClaimJob): Promise<boolean> {
  const rows = await sql.query(
    `SELECT 1 FROM pgboss.job WHERE name = $1 AND id = $2 AND state = 'active' AND retry_count = $3 FOR UPDATE`,
    [claimsOf(chain), id, attempt - 1],
  );
  return rows.length > 0;
}

/** Whether a job of the game waits or is worked on. */
async function hasJob(sql: Sql, { chain, address }: GameKey): Promise<boolean> {
  const rows = await sql.query(
    `SELECT 1 FROM pgboss.job WHERE name = $1 AND state < 'completed' AND data->>'address' = $2 LIMIT 1`,
    [claimsOf(chain), address],
  );
  return rows.length > 0;
}

/** The database as pg-boss takes it: statements without values may be several in one text. */
function bossDatabase(sql: Sql): PgBoss.Db {
  return {
    async executeSql(text, values: unknown[] | undefined) {
      if (values !== undefined && values.length > 0) return { rows: await sql.query(text, values) };
      if (/^\s*(?:SELECT|WITH|UPDATE|DELETE|INSERT)\b/i.test(text) && !/;\s*\S/.test(text))
        return { rows: await sql.query(text) };
      await sql.run(text);
      return { rows: [] };
    },
  };
}
