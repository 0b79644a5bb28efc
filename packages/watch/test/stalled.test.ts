// A client that never ends does not keep its claim for ever, nor does a game that cannot be judged.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { watchedChain } from '../src/chain-settings.js';
import { type ClaimEnd, tryClaim } from '../src/claim-try.js';
import { addGame, findGame, type GameKey, setState } from '../src/games-table.js';
import { type ClaimJob, ClaimQueue } from '../src/queue.js';
import { migrate } from '../src/schema.js';
import { ClaimWorker } from '../src/worker.js';
import { type TestDatabase, testDatabase } from './databases.js';
import { madeUpGame } from './made-up-games.js';

const CHAIN = 'endless';
const NOWHERE = 'http://127.0.0.1:9';
const CHAIN_NOWHERE = watchedChain({
  name: CHAIN,
  l1: NOWHERE,
  'l1.beacon': NOWHERE,
  l2: NOWHERE,
  'op-node': NOWHERE,
  'game-factory': `0x${'fa'.repeat(20)}`,
});

describe('a claim that comes to nothing', () => {
  let place: TestDatabase;
  let queue: ClaimQueue;

  before(async () => {
    place = await testDatabase('folder');
    await migrate(place.database);
    queue = await ClaimQueue.start(place.database, [CHAIN], {
      log: () => {},
      tries: 2,
      retryDelay: 1,
      supervise: true,
    });
  });
  after(async () => {
    await queue.stop();
    await place.drop();
  });

  /** What two tries of a new game's claim by this judge come to. */
  async function triedTwice(
    number: number,
    judge: string,
    stalled: number,
  ): Promise<{ key: GameKey; ends: ClaimEnd[] }> {
    const game = madeUpGame(number);
    const key = { chain: CHAIN, address: game.address };
    await addGame(place.database, CHAIN, BigInt(number), game, 5n);
    await queue.enqueue(key);
    const ends: ClaimEnd[] = [];
    let resolve = (): void => {};
    const promise = new Promise<void>((done) => (resolve = done));
    const worker = new ClaimWorker({
      chains: [CHAIN_NOWHERE],
      database: place.database,
      queue,
      log: () => {},
      concurrency: 1,
      machine: false,
      stalled,
      judge: new URL(judge, import.meta.url),
      onEnd(end) {
        ends.push(end);
        if (ends.length === 2) resolve();
      },
    });
    const running = worker.run();
    await promise;
    worker.stop();
    await running;
    assert.deepEqual(
      ends.map(({ job }) => job.attempt),
      [1, 2],
    );
    return { key, ends };
  }

  test('one whose client never ends is taken from its process, tried again, and marked as undecided with that reason', async () => {
    // It goes on for longer than it may stand still: that alone counts.
    process.env.ENDLESS_AFTER = '100';
    const { key, ends } = await triedTwice(1, './endless-judge.js', 1000);
    for (const { answer, reason, seconds } of ends) {
      assert.equal(answer, 'failed');
      assert.equal(reason, 'the claim came no further for 1 s (--stalled), and its process was ended');
      assert.ok(seconds > 2.9, `${seconds}`);
    }
    while ((await queue.bury()).length === 0) await new Promise((again) => setTimeout(again, 50));
    const row = await findGame(place.database, key);
    assert.deepEqual([row?.state, row?.reason], ['undecided', ends[1]?.reason]);
    // What it had come to is there to be seen.
    const [seen] = await place.database.query<{ log: string }>('SELECT log FROM obelisc.progress WHERE chain = $1', [
      CHAIN,
    ]);
    assert.match(seen?.log ?? '', /block 100\n$/);
  });

  test('… and one whose L1 head is gone is orphaned by the last of these tries, and not tried again', async () => {
    const { key, ends } = await triedTwice(2, './orphaned-judge.js', 60_000);
    assert.deepEqual(
      ends.map(({ answer }) => answer),
      ['failed', 'orphaned'],
    );
    const row = await findGame(place.database, key);
    assert.deepEqual([row?.state, row?.reason], ['orphaned', 'the L1 head is not on the chain']);
    assert.equal(await queue.take(CHAIN), undefined);
  });

  for (const [number, ending, attempt] of [
    [3, 'fail', 1],
    [4, 'finish', 2],
  ] as const)
    test(`… and what try ${attempt} of it came to is not said of another claim that is in its place by then`, async () => {
      const { database } = place;
      const game = madeUpGame(number);
      const key = { chain: CHAIN, address: game.address };
      await addGame(database, CHAIN, BigInt(number), game, 5n);
      await queue.enqueue(key);
      const take = async (): Promise<ClaimJob> => {
        await database.query(`UPDATE pgboss.job SET start_after = now() - interval '1 second' WHERE state = 'retry'`);
        const job = await queue.take(CHAIN);
        assert.ok(job);
        return job;
      };
      for (let i = 1; i < attempt; i++) await queue.fail(await take(), 'in vain');
      const job = await take();
      assert.equal(job.attempt, attempt);
      // At the last moment before the end of the try L1 is reorganised.
      const reorganise = async (): Promise<void> => {
        await setState(database, key, ['queued'], 'vanished');
        await addGame(database, CHAIN, BigInt(number), madeUpGame(number, { l1Head: `0x${'77'.repeat(32)}` }), 5n);
        assert.equal(await queue.enqueue(key), true);
      };
      const reorganised = new Proxy(queue, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name, target);
          if (typeof value !== 'function') return value;
          const method = value.bind(target) as (...args: unknown[]) => unknown;
          return name === ending ? (...args: unknown[]) => reorganise().then(() => method(...args)) : method;
        },
      });
      const options = {
        chains: [CHAIN_NOWHERE],
        database,
        queue: reorganised,
        log: () => {},
        machine: false,
        stalled: 60_000,
        judge: new URL('./orphaned-judge.js', import.meta.url),
      };
      const end = await tryClaim(options, 'w', job);
      assert.deepEqual([end.answer, end.reason], ['lost', 'the game is not in the queue any more']);
      const row = await findGame(database, key);
      assert.deepEqual([row?.state, row?.reason, row?.l1Head], ['queued', null, `0x${'77'.repeat(32)}`]);
      const own = await take();
      assert.notEqual(own.id, job.id);
      assert.equal(own.attempt, 1);
      assert.equal(await queue.finish(own, async () => {}), true);
      assert.equal(await queue.take(CHAIN), undefined);
    });
});
