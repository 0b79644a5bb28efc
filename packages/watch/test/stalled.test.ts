// A client that never ends does not keep its claim for ever, nor does a game that cannot be judged.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { watchedChain } from '../src/chain-settings.js';
import type { ClaimEnd } from '../src/claim-try.js';
import { addGame, findGame, type GameKey } from '../src/games-table.js';
import { ClaimQueue } from '../src/queue.js';
import { migrate } from '../src/schema.js';
import { ClaimWorker } from '../src/worker.js';
import { type TestDatabase, testDatabase } from './databases.js';
import { madeUpGame } from './made-up-games.js';

const CHAIN = 'endless';

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
    const nowhere = 'http://127.0.0.1:9';
    const flags = { name: CHAIN, l1: nowhere, 'l1.beacon': nowhere, l2: nowhere, 'op-node': nowhere };
    const ends: ClaimEnd[] = [];
    let resolve = (): void => {};
    const promise = new Promise<void>((done) => (resolve = done));
    const worker = new ClaimWorker({
      chains: [watchedChain({ ...flags, 'game-factory': `0x${'fa'.repeat(20)}` })],
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
});
