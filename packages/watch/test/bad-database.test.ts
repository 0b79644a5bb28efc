// A database that turns bad, before or while claims are judged: it is named, nothing is written by half, and what was computed is
// written when it is good again.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { watchedChain } from '../src/chain-settings.js';
import { type Database, openDatabase } from '../src/database.js';
import { DatabaseError } from '../src/errors.js';
import { addGame, findGame, type GameKey } from '../src/games-table.js';
import { ClaimQueue } from '../src/queue.js';
import { migrate } from '../src/schema.js';
import type { ClaimEnd } from '../src/claim-try.js';
import { ClaimWorker } from '../src/worker.js';
import { KINDS, type TestDatabase, testDatabase } from './databases.js';
import { madeUpGame, writeVerdict } from './made-up-games.js';

const CHAIN = 'test-chain';
const quiet = { log: () => {}, tries: 2, retryDelay: 0, supervise: false };

/** As a worker asks: which of the pool's other connections are broken may show only when each is used again. */
async function insisting<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof DatabaseError && error.isPassing)) throw error;
    }
  }
}

for (const kind of KINDS)
  describe(`a ${kind} that turns bad`, () => {
    let place: TestDatabase;
    let database: Database;
    let queue: ClaimQueue;
    let made = 0;
    before(async () => {
      place = await testDatabase(kind);
      ({ database } = place);
      await migrate(database);
      queue = await ClaimQueue.start(database, [CHAIN], quiet);
    });
    after(async () => {
      await queue.stop();
      await place.drop();
    });

    const queued = async (): Promise<GameKey> => {
      const game = madeUpGame(++made);
      await addGame(database, CHAIN, BigInt(made), game, 5n);
      const key = { chain: CHAIN, address: game.address };
      await queue.enqueue(key);
      return key;
    };
    /** Verdicts cannot be written for this reason, until the function that comes back is called. */
    const breakVerdicts = async (state: string, message: string): Promise<() => Promise<void>> => {
      await database.run(`
        CREATE FUNCTION obelisc.broken() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN RAISE EXCEPTION '${message}' USING ERRCODE = '${state}'; END $$;
        CREATE TRIGGER broken BEFORE INSERT ON obelisc.verdicts EXECUTE FUNCTION obelisc.broken()`);
      return () => database.run('DROP FUNCTION obelisc.broken CASCADE');
    };
    /** What a worker comes to with the queue's one job, whose claim no endpoint answers for; `log` takes what it says. */
    const work = async (log: (message: string) => void = () => {}): Promise<ClaimEnd> => {
      const nowhere = 'http://127.0.0.1:9';
      const flags = { name: CHAIN, l1: nowhere, 'l1.beacon': nowhere, l2: nowhere, 'op-node': nowhere };
      let ended: (end: ClaimEnd) => void = () => {};
      const end = new Promise<ClaimEnd>((resolve) => (ended = resolve));
      const worker = new ClaimWorker({
        // The rollup configuration is no JSON: that fails without any endpoint.
        chains: [
          watchedChain({ ...flags, 'game-factory': `0x${'fa'.repeat(20)}`, 'rollup.config': import.meta.filename }),
        ],
        database,
        queue,
        log: (_level, message) => log(message),
        concurrency: 1,
        machine: false,
        onEnd: (how) => ended(how),
      });
      const running = worker.run();
      const how = await end;
      worker.stop();
      await running;
      return how;
    };

    test('without room: the job stays with its worker, and the result is written when there is room again', async () => {
      const key = await queued();
      const job = await queue.take(CHAIN);
      assert.ok(job);
      const mend = await breakVerdicts('53100', 'could not extend file: No space left on device');
      const finish = (): Promise<boolean> => queue.finish(job, (sql) => writeVerdict(sql, job, { answer: 'valid' }));
      await assert.rejects(finish(), (error: unknown) => {
        assert.ok(error instanceof DatabaseError && error.isPassing);
        assert.match(error.message, /--db .+: could not extend file: .*: make room where it keeps its data$/);
        return true;
      });
      assert.equal((await findGame(database, key))?.state, 'queued');
      await mend();
      assert.equal(await finish(), true);
      assert.equal((await findGame(database, key))?.state, 'judged');
    });

    test('a worker does not give up a result for that', async () => {
      const key = await queued();
      await database.run(`
        CREATE FUNCTION obelisc.full() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END $$;
        CREATE TRIGGER full_now BEFORE UPDATE ON obelisc.games EXECUTE FUNCTION obelisc.full()`);
      const told: string[] = [];
      const how = await work((message) => {
        told.push(message);
        if (message.startsWith('A result cannot be written'))
          void database.run('DROP FUNCTION obelisc.full CASCADE').catch(() => {});
      });
      assert.equal(how.answer, 'failed');
      assert.deepEqual(told, [
        'Judging a claim',
        'A result cannot be written; trying again',
        'A claim could not be judged yet',
      ]);
      assert.match(String((await findGame(database, key))?.reason), /JSON/);
      assert.equal(how.job.attempt, 1);
      await database.query('DELETE FROM pgboss.job WHERE id = $1', [how.job.id]);
    });

    test('that lets only read is told before anything is watched', async () => {
      const [row] = await database.query<{ name: string }>('SELECT current_database() AS name');
      await database.run(`ALTER DATABASE ${row?.name} SET default_transaction_read_only = on`);
      try {
        const again = kind === 'server' ? await openDatabase(place.where) : database;
        if (kind === 'folder') await database.run('SET default_transaction_read_only = on');
        await assert.rejects(migrate(again), (error: Error) => {
          assert.match(error.message, /the tables cannot be made in /);
          assert.match(String((error.cause as Error).message), /read-only transaction: it lets only read; give one/);
          return true;
        });
        if (kind === 'server') await again.close();
      } finally {
        if (kind === 'folder') await database.run('SET default_transaction_read_only = off');
        await database.run(
          `SET default_transaction_read_only = off; ALTER DATABASE ${row?.name} RESET default_transaction_read_only`,
        );
      }
    });

    test('with a queue of a newer engine it is refused by name', async () => {
      const [now] = await database.query<{ version: number }>('SELECT version FROM pgboss.version');
      await database.query('UPDATE pgboss.version SET version = 999');
      await assert.rejects(
        ClaimQueue.start(database, [CHAIN], quiet),
        /made by a newer pg-boss \(version 999 of its tables/,
      );
      await database.query('UPDATE pgboss.version SET version = $1', [now?.version]);
    });

    test('a worker that was lost at every try leaves a claim in a named state', async () => {
      const key = await queued();
      for (let attempt = 1; attempt <= 2; attempt++) {
        assert.equal((await queue.take(CHAIN))?.attempt, attempt);
        // The clock jumps forward: the lease is over.
        await database.query(`UPDATE pgboss.job SET started_on = now() - interval '1 hour' WHERE state = 'active'`);
        await queue.boss.maintain();
        await database.query(`UPDATE pgboss.job SET start_after = now() - interval '1 second' WHERE state = 'retry'`);
      }
      assert.deepEqual(await queue.bury(), [key]);
      const game = await findGame(database, key);
      assert.equal(game?.state, 'undecided');
      assert.match(String(game?.reason), /its worker was lost each time/);
    });

    test('a clock that jumps back ends no lease early, and makes none longer than one: no second verdict', async () => {
      await queued();
      const job = await queue.take(CHAIN);
      assert.ok(job);
      await database.query(`UPDATE pgboss.job SET started_on = now() + interval '1 day' WHERE id = $1`, [job.id]);
      await queue.boss.maintain();
      assert.equal(await queue.take(CHAIN), undefined);
      await queue.keepUp();
      const [lease] = await database.query<{ left: boolean }>(
        `SELECT started_on + expire_in BETWEEN now() AND now() + interval '90 seconds' AS left FROM pgboss.job WHERE id = $1`,
        [job.id],
      );
      assert.deepEqual(lease, { left: true });
      assert.equal(await queue.renew(job), true);
      assert.equal(await queue.finish(job, (sql) => writeVerdict(sql, job, { answer: 'valid' })), true);
    });

    test('a clock that jumps back holds up no job that was queued before, and not the looking after leases', async () => {
      await queued();
      await database.query(`UPDATE pgboss.job SET start_after = now() + interval '1 day' WHERE state = 'created'`);
      await database.query(`UPDATE pgboss.version SET maintained_on = now() + interval '1 day'`);
      assert.equal(await queue.take(CHAIN), undefined);
      await queue.keepUp();
      const job = await queue.take(CHAIN);
      assert.ok(job);
      const [ahead] = await database.query('SELECT maintained_on > now() AS ahead FROM pgboss.version');
      assert.deepEqual(ahead, { ahead: false });
      // What waits for its next try waits no less for that.
      await database.query('UPDATE pgboss.job SET retry_delay = 600 WHERE id = $1', [job.id]);
      await queue.fail(job, 'in vain');
      await queue.keepUp();
      assert.equal(await queue.take(CHAIN), undefined);
      await database.query(`UPDATE pgboss.job SET start_after = now() + interval '1 day' WHERE state = 'retry'`);
      await queue.keepUp();
      const again = await queue.take(CHAIN);
      assert.equal(again?.attempt, 2);
      await queue.finish(again, (sql) => writeVerdict(sql, again, { answer: 'valid' }));
    });

    test('a claim whose job the engine has no longer waits again, and no other', async () => {
      const lost = await queued();
      const kept = await queued();
      await database.query(`DELETE FROM pgboss.job WHERE data->>'address' = $1`, [lost.address]);
      await queue.keepUp();
      assert.equal((await findGame(database, lost))?.state, 'waiting');
      assert.equal((await findGame(database, kept))?.state, 'queued');
      assert.equal(await queue.enqueue(lost), true);
      // One that waits to be marked as undecided has a job as well.
      for (;;) {
        const job = await queue.take(CHAIN);
        if (job === undefined) break;
        await database.query(`UPDATE pgboss.job SET retry_count = retry_limit WHERE id = $1`, [job.id]);
        await queue.boss.fail(`claims.${CHAIN}`, job.id, {});
      }
      await queue.keepUp();
      assert.equal((await findGame(database, lost))?.state, 'queued');
      assert.deepEqual((await queue.bury()).map(({ address }) => address).sort(), [lost.address, kept.address].sort());
      assert.equal((await findGame(database, lost))?.state, 'undecided');
    });

    test('a judging process that runs out of memory is a try that failed, and is said to be that', async () => {
      const key = await queued();
      const { NODE_OPTIONS } = process.env;
      // No process of Node's starts with so little: it ends as one does that wants more than there is.
      process.env.NODE_OPTIONS = '--max-old-space-size=1 --stack-trace-limit=0';
      try {
        const how = await work();
        assert.equal(how.answer, 'failed');
        assert.match(
          String(how.reason),
          /the judging process ended with .*SIG(?:ABRT|ILL|TRAP|KILL) \(out of memory\?\)/,
        );
      } finally {
        if (NODE_OPTIONS === undefined) delete process.env.NODE_OPTIONS;
        else process.env.NODE_OPTIONS = NODE_OPTIONS;
      }
      assert.equal((await findGame(database, key))?.state, 'queued');
    });

    if (kind === 'server')
      test("whose connections break is asked again: what is in the middle of it is undone, and the job is still its worker's", async () => {
        await queued();
        // The claim of the test before waits for its second try.
        await database.query(`UPDATE pgboss.job SET start_after = now() + interval '1 day' WHERE state = 'retry'`);
        const job = await queue.take(CHAIN);
        assert.ok(job);
        const other = await openDatabase(place.where);
        const cut = (): Promise<unknown> =>
          other.query(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
          );
        await assert.rejects(
          queue.finish(job, async (sql) => {
            await writeVerdict(sql, job, { answer: 'valid' });
            await cut();
            await sql.query('SELECT 1');
          }),
          (error: unknown) => error instanceof DatabaseError && error.isPassing,
        );
        assert.equal(await insisting(() => queue.renew(job)), true);
        const finish = () => queue.finish(job, (sql) => writeVerdict(sql, job, { answer: 'invalid' }));
        assert.equal(await insisting(finish), true);
        const written = 'SELECT answer FROM obelisc.verdicts WHERE address = $1';
        const rows = await insisting(() => database.query(written, [job.address]));
        assert.deepEqual(rows, [{ answer: 'invalid' }]);
        await other.close();
      });

    test('that is closed is told of by who takes jobs, where the engine would say that there are none', async () => {
      const other = await testDatabase(kind);
      await migrate(other.database);
      const theirs = await ClaimQueue.start(other.database, [CHAIN], quiet);
      await theirs.stop();
      await other.drop();
      await assert.rejects(theirs.take(CHAIN), DatabaseError);
    });
  });
