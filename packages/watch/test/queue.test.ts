// The queue: each claim gets one verdict, whoever thinks that it has the job, and none is lost.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openDatabase, type Sql } from '../src/database.js';
import { raise } from '../src/alerts.js';
import { addGame, findGame, type GameKey, setState, setTried } from '../src/games-table.js';
import { type ClaimJob, ClaimQueue } from '../src/queue.js';
import { judgeAgain } from '../src/retry.js';
import { migrate, SCHEMA_VERSION } from '../src/schema.js';
import { madeUpGame, writeVerdict } from './made-up-games.js';
import { KINDS, SERVER, type TestDatabase, testDatabase } from './databases.js';

const CHAIN = 'test-chain';
let made = 0;

/** The result of a job, as a worker writes it. */
function verdict(job: ClaimJob, answer: string): (sql: Sql) => Promise<void> {
  return (sql) => writeVerdict(sql, job, { answer });
}

test(
  'several processes make the queue in an empty database at the same moment',
  { skip: SERVER === undefined && 'no server' },
  async () => {
    const { database, where, drop } = await testDatabase('server');
    const others = await Promise.all(Array.from({ length: 5 }, () => openDatabase(where)));
    try {
      const queues = await Promise.all(
        [database, ...others].map(async (its) => {
          await migrate(its);
          return ClaimQueue.start(its, [CHAIN, 'other-chain'], { log: () => {}, tries: 2, supervise: false });
        }),
      );
      for (const queue of queues) {
        assert.equal(await queue.take('other-chain'), undefined);
        await queue.stop();
      }
    } finally {
      for (const other of others) await other.close();
      await drop();
    }
  },
);

for (const kind of KINDS)
  describe(`the queue in a ${kind}`, () => {
    let place: TestDatabase;
    let queue: ClaimQueue;

    before(async () => {
      place = await testDatabase(kind);
      await migrate(place.database);
      queue = await ClaimQueue.start(place.database, [CHAIN], {
        log: () => {},
        tries: 2,
        retryDelay: 0,
        supervise: false,
      });
    });
    after(async () => {
      await queue.stop();
      await place.drop();
    });

    const newGame = async (): Promise<GameKey> => {
      const game = madeUpGame(++made);
      await addGame(place.database, CHAIN, BigInt(made), game, 5n);
      return { chain: CHAIN, address: game.address };
    };
    const take = async (): Promise<ClaimJob> => {
      const job = await queue.take(CHAIN);
      assert.ok(job);
      return job;
    };
    /** The next try is due at once, where the engine would wait a while. */
    const hurry = (): Promise<unknown> =>
      place.database.query(`UPDATE pgboss.job SET start_after = now() - interval '1 second' WHERE state = 'retry'`);
    const stateOf = async (key: GameKey): Promise<string | undefined> => (await findGame(place.database, key))?.state;

    test('a game is queued once, judged once', async () => {
      const key = await newGame();
      assert.equal(await queue.enqueue(key), true);
      assert.equal(await queue.enqueue(key), false);
      const job = await take();
      assert.equal(job.address, key.address);
      assert.equal(job.attempt, 1);
      assert.equal(await queue.take(CHAIN), undefined);
      assert.equal(await queue.finish(job, verdict(job, 'valid')), true);
      assert.equal(await stateOf(key), 'judged');
      // The same worker again, as after a broken connection.
      assert.equal(await queue.finish(job, verdict(job, 'valid')), false);
    });

    test('a result that cannot be written leaves the job where it is', async () => {
      await queue.enqueue(await newGame());
      const job = await take();
      await assert.rejects(queue.finish(job, verdict(job, 'nonsense')));
      assert.equal(await stateOf(job), 'queued');
      assert.equal(await queue.renew(job), true);
      assert.equal(await queue.finish(job, verdict(job, 'invalid')), true);
    });

    test('of two workers with one job the one that has the lease writes', async () => {
      await queue.enqueue(await newGame());
      const lost = await take();
      // Its worker was silent for longer than the lease: the engine gives the job to another.
      await place.database.query(`UPDATE pgboss.job SET started_on = now() - interval '1 hour' WHERE id = $1`, [
        lost.id,
      ]);
      await queue.boss.maintain();
      await hurry();
      const job = await take();
      assert.equal(job.id, lost.id);
      assert.equal(job.attempt, 2);
      assert.equal(await queue.renew(lost), false);
      assert.equal(await queue.finish(lost, verdict(lost, 'invalid')), false);
      assert.equal(await queue.finish(job, verdict(job, 'valid')), true);
      const rows = await place.database.query('SELECT answer FROM obelisc.verdicts WHERE address = $1', [job.address]);
      assert.deepEqual(rows, [{ answer: 'valid' }]);
    });

    test('what fails at every try ends in a named state with its reason', async () => {
      const key = await newGame();
      await queue.enqueue(key);
      for (let attempt = 1; attempt <= 2; attempt++) {
        assert.deepEqual(await queue.bury(), []);
        const job = await take();
        assert.equal(job.attempt, attempt);
        await queue.fail(job, `no luck at try ${attempt}`);
        await hurry();
      }
      assert.equal(await queue.take(CHAIN), undefined);
      assert.deepEqual(await queue.bury(), [key]);
      assert.equal(await stateOf(key), 'undecided');
      assert.equal((await findGame(place.database, key))?.reason, 'no luck at try 2');
    });

    test('what came to nothing is judged again when it is asked for, and told of again', async () => {
      const [given, other] = [await newGame(), await newGame()];
      for (const key of [given, other]) {
        await queue.enqueue(key);
        for (let attempt = 1; attempt <= 2; attempt++) {
          await queue.fail(await take(), 'an outage');
          await hurry();
        }
        await queue.take(CHAIN);
        await queue.bury();
        assert.equal(await stateOf(key), 'undecided');
        await raise(place.database, 'undecided-claim', `${CHAIN} ${key.address}`, {});
      }
      const told = async (): Promise<number> =>
        (await place.database.query(`SELECT 1 FROM obelisc.alerts WHERE event LIKE 'undecided-claim %'`)).length;
      assert.equal(await told(), 2);
      const upper = `0x${given.address.slice(2).toUpperCase()}`;
      assert.deepEqual(await judgeAgain(place.database, { games: [upper], states: [] }), [given]);
      assert.deepEqual([await stateOf(given), await stateOf(other), await told()], ['waiting', 'undecided', 1]);
      // A second time it waits already, and nothing is changed.
      await assert.rejects(
        judgeAgain(place.database, { games: [given.address], states: ['undecided'] }),
        /waits to be judged as it is/,
      );
      assert.equal(await stateOf(other), 'undecided');
      assert.equal(await queue.enqueue(given), true);
      const job = await take();
      assert.equal(job.attempt, 1);
      assert.equal(await queue.finish(job, verdict(job, 'valid')), true);
      await assert.rejects(judgeAgain(place.database, { games: [given.address], states: [] }), /has a verdict already/);
      await assert.rejects(
        judgeAgain(place.database, { games: [`0x${'ee'.repeat(20)}`], states: [] }),
        /0x(?:ee){20} is no game/,
      );
      const none = await judgeAgain(place.database, {
        chain: 'another',
        games: [],
        states: ['undecided', 'uncovered'],
      });
      assert.deepEqual(none, []);
      assert.deepEqual(
        await judgeAgain(place.database, { chain: CHAIN, games: [], states: ['undecided'] }).then((keys) =>
          keys.filter(({ address }) => address === other.address),
        ),
        [other],
      );
      assert.equal(await queue.enqueue(other), true);
      const last = await take();
      assert.equal(await queue.finish(last, verdict(last, 'invalid')), true);
    });

    test('a verdict is written for the claim that was listed, and for no other in its place', async () => {
      const key = await newGame();
      await queue.enqueue(key);
      const row = await findGame(place.database, key);
      assert.ok(row);
      const job = await take();
      for (const to of ['judged', 'uncovered', 'orphaned', 'queued'] as const) {
        const set = (other: object): Promise<boolean> =>
          setTried(place.database, { ...row, ...other }, to, 'of another');
        assert.equal(await set({ rootClaim: `0x${'77'.repeat(32)}` }), false);
        assert.equal(await set({ l1Head: `0x${'77'.repeat(32)}` }), false);
      }
      assert.equal((await findGame(place.database, key))?.reason, null);
      assert.equal(await stateOf(key), 'queued');
      assert.equal(await queue.finish(job, async (sql) => void (await setTried(sql, row, 'judged'))), true);
      assert.equal(await stateOf(key), 'judged');
      assert.equal(await setTried(place.database, row, 'judged'), false);
    });

    test('a try that comes to nothing says so of the claim that was tried, and leaves another in its place its own job', async () => {
      const key = await newGame();
      await queue.enqueue(key);
      const tried = await findGame(place.database, key);
      assert.ok(tried);
      const old = await take();
      // L1 is reorganised: the game is gone, and then another is at its address.
      await setState(place.database, key, ['queued'], 'vanished');
      const other = madeUpGame(made, { rootClaim: `0x${'77'.repeat(32)}` });
      await addGame(place.database, CHAIN, BigInt(made), other, 5n);
      assert.equal(await queue.enqueue(key), true);
      assert.equal(await queue.fail(old, 'of the old one', tried), false);
      const listed = await findGame(place.database, key);
      assert.deepEqual([listed?.state, listed?.reason], ['queued', null]);
      const job = await take();
      assert.notEqual(job.id, old.id);
      assert.equal(await queue.fail(job, 'of the new one', listed), true);
      assert.equal((await findGame(place.database, key))?.reason, 'of the new one');
      await hurry();
      const again = await take();
      assert.equal(again.id, job.id);
      assert.equal(await queue.finish(again, verdict(again, 'valid')), true);
    });

    test('a job that was given up for a game that is gone buries no other in its place', async () => {
      const key = await newGame();
      await queue.enqueue(key);
      for (let attempt = 1; attempt <= 2; attempt++) {
        await queue.fail(await take(), 'in vain', await findGame(place.database, key));
        await hurry();
      }
      await setState(place.database, key, ['queued'], 'vanished');
      const other = madeUpGame(made, { rootClaim: `0x${'77'.repeat(32)}` });
      await addGame(place.database, CHAIN, BigInt(made), other, 5n);
      assert.equal(await queue.enqueue(key), true);
      assert.deepEqual(await queue.bury(), []);
      assert.equal(await stateOf(key), 'queued');
      const job = await take();
      assert.equal(await queue.finish(job, verdict(job, 'valid')), true);
    });

    test('many takers at once: every job is taken once', async () => {
      const keys = [];
      for (let i = 0; i < 40; i++) keys.push(await newGame());
      for (const key of keys) await queue.enqueue(key);
      const taken: string[] = [];
      await Promise.all(
        Array.from({ length: 8 }, async () => {
          for (let job = await queue.take(CHAIN); job !== undefined; job = await queue.take(CHAIN)) {
            taken.push(job.address);
            assert.equal(await queue.finish(job, verdict(job, 'valid')), true);
          }
        }),
      );
      assert.equal(taken.length, 40);
      assert.equal(new Set(taken).size, 40);
      assert.deepEqual(await queue.depth(), { waiting: 0, active: 0 });
    });

    test('a database of a newer version is refused by name', async () => {
      await place.database.query('UPDATE obelisc.version SET version = 99');
      await assert.rejects(migrate(place.database), /was made by a newer Obelisc \(version 99 of its tables/);
      await place.database.query('UPDATE obelisc.version SET version = $1', [SCHEMA_VERSION]);
      await migrate(place.database);
    });
  });
