// Games followed on an L1 that grows, fails and is reorganised.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type Log, retryFor } from '@obelisc/host';
import { watchedChain } from '../src/chain-settings.js';
import { type Beginning, Follower } from '../src/follower.js';
import { findGame, gamesBefore, setState } from '../src/games-table.js';
import { ClaimQueue } from '../src/queue.js';
import { raise } from '../src/alerts.js';
import { countObjections } from '../src/claims-view.js';
import { judgeAgain } from '../src/retry.js';
import { migrate } from '../src/schema.js';
import { type TestDatabase, testDatabase } from './databases.js';
import { FACTORY, FakeL1 } from './fake-l1.js';
import { writeVerdict } from './made-up-games.js';

describe('a follower', () => {
  let place: TestDatabase;
  let l1: FakeL1;
  let queue: ClaimQueue;
  let chain = '';
  let turn = 0;

  before(async () => {
    place = await testDatabase('folder');
    await migrate(place.database);
  });
  beforeEach(async () => {
    l1?.close();
    await queue?.stop();
    l1 = new FakeL1();
    await l1.start();
    chain = `chain-${turn++}`;
    queue = await ClaimQueue.start(place.database, [chain], { log: () => {}, tries: 2, supervise: false });
  });
  after(async () => {
    l1.close();
    await queue.stop();
    await place.drop();
  });

  const follower = (
    begin: Beginning = 'all',
    signal: AbortSignal | undefined = undefined,
    rarely = 0,
    log: Log = () => {},
  ): Follower =>
    new Follower({
      rarely,
      ...(signal === undefined ? {} : { signal }),
      chain: watchedChain(
        { name: chain, l1: l1.url, 'l1.beacon': l1.url, l2: l1.url, 'op-node': l1.url, 'game-factory': FACTORY },
        '',
        { endpoints: { beaconArchivers: [], slotDurationMs: undefined }, policy: retryFor(500) },
      ),
      database: place.database,
      queue,
      log,
      confirmations: 10n,
      begin,
    });
  const states = async (): Promise<Record<number, string>> =>
    Object.fromEntries(
      (await gamesBefore(place.database, chain, 1_000_000n, 1000)).map(({ index, state }) => [index, state]),
    );

  test('lists all games, more than a batch, and queues those that lie deep enough', async () => {
    for (let i = 0; i < 130; i++) l1.add(0, 20);
    l1.add(0, 90);
    l1.add(0, 91);
    const { found, queued } = await follower().look();
    assert.equal(found, 132);
    // Block 90 has ten on top, block 91 has nine.
    assert.equal(queued, 131);
    assert.equal((await states())[131], 'waiting');
    l1.newest = 101;
    const later = await follower().look();
    assert.deepEqual([later.found, later.queued], [0, 1]);
  });

  test('a look that is to stop does so between two batches, and the next one goes on from there', async () => {
    for (let i = 0; i < 230; i++) l1.add(0, 20);
    const stopping = new AbortController();
    const log: Log = (_, message) => {
      if (message === 'A game') stopping.abort(new Error('to stop'));
    };
    await assert.rejects(follower('all', stopping.signal, undefined, log).look(), /^Error: to stop$/);
    assert.equal(Object.keys(await states()).length, 100);
    const { found, queued } = await follower().look();
    assert.deepEqual([found, queued], [130, 230]);
  });

  test('… and does not wait for an L1 that does not answer', async () => {
    l1.add(0, 20);
    const stopping = new AbortController();
    l1.onUnanswered = () => stopping.abort(new Error('to stop'));
    await assert.rejects(follower('all', stopping.signal).look(), /^Error: to stop$/);
  });

  test('a game that a node will not run waits to be read again, and holds up no other', async () => {
    const odd = l1.add(0, 20);
    odd.error = { code: -32000, message: 'execution aborted (timeout = 5s)' };
    l1.add(0, 20);
    assert.equal((await follower().look()).queued, 1);
    assert.deepEqual(await states(), { 0: 'waiting', 1: 'queued' });
    const row = await findGame(place.database, { chain, address: odd.address });
    assert.match(String(row?.reason), /eth_call: error -32000: execution aborted \(timeout = 5s\)/);
    delete odd.error;
    assert.equal((await follower().look()).queued, 1);
    const read = await findGame(place.database, { chain, address: odd.address });
    assert.deepEqual([read?.state, read?.reason, read?.blockNumber], ['queued', null, 120]);
    // Nor does one that is read already, or the registry that it names.
    odd.error = { code: -32000, message: 'execution aborted (timeout = 5s)' };
    const newer = l1.add(0, 30);
    assert.equal((await follower('all', undefined, 0).look()).queued, 1);
    assert.equal((await findGame(place.database, { chain, address: newer.address }))?.state, 'queued');
  });

  test('a new game where there is no contract yet is read again, and named when it has none for long', async () => {
    const early = l1.add(0, 99);
    early.isMissing = true;
    await follower().look();
    assert.deepEqual(await states(), { 0: 'waiting' });
    l1.newest = 110;
    await follower().look();
    assert.deepEqual(await states(), { 0: 'uncovered' });
    const row = await findGame(place.database, { chain, address: early.address });
    assert.match(String(row?.reason), /there is no contract/);
    const late = l1.add(0, 109);
    late.isMissing = true;
    await follower().look();
    late.isMissing = false;
    await follower().look();
    assert.equal((await findGame(place.database, { chain, address: late.address }))?.blockNumber, 109 * 6);
  });

  test('a game whose L1 head no node knows, by whatever words, is queued, and holds up no other', async () => {
    l1.add(0, 20);
    l1.gone.add(l1.hashOf(19));
    l1.unknownBlock = { code: -32000, message: 'header for hash not found' };
    l1.add(0, 30);
    assert.equal((await follower().look()).queued, 2);
  });

  test('names the games that are not covered, with the reason', async () => {
    l1.add(255, 20);
    l1.add(4, 20);
    l1.add(0, 20);
    await follower().look();
    assert.deepEqual(await states(), { 0: 'uncovered', 1: 'uncovered', 2: 'queued' });
    const [alphabet] = (await gamesBefore(place.database, chain, 1_000_000n, 1000)).toReversed();
    assert.match(String(alphabet?.reason), /alphabet \(type 255\) is not covered/);
  });

  test('notes how a game ended', async () => {
    const game = l1.add(0, 20);
    const following = follower();
    await following.look();
    game.status = 1;
    await following.look();
    assert.equal((await findGame(place.database, { chain, address: game.address }))?.status, 'challenger wins');
  });

  test('marks the games that a reorganisation took away; one that comes back without a verdict waits for it again', async () => {
    l1.add(0, 20);
    const gone = l1.add(0, 50);
    const following = follower();
    await following.look();
    l1.games.pop();
    const { vanished } = await following.look();
    assert.equal(vanished, 1);
    assert.equal((await findGame(place.database, { chain, address: gone.address }))?.state, 'vanished');
    // Another game in its place, then the first one behind it.
    const other = l1.add(0, 51);
    l1.games.push(gone);
    const { found } = await following.look();
    assert.equal(found, 2);
    assert.equal((await findGame(place.database, { chain, address: other.address }))?.index, 1);
    const back = await findGame(place.database, { chain, address: gone.address });
    assert.deepEqual([back?.index, back?.state], [2, 'queued']);
  });

  test('a game that comes back as it was has its verdict still, and is not told of again', async () => {
    const game = l1.add(0, 80);
    const key = { chain, address: game.address };
    const following = follower();
    await following.look();
    const job = await queue.take(chain);
    assert.ok(job);
    await queue.finish(job, (sql) => writeVerdict(sql, job, { answer: 'invalid' }));
    await raise(place.database, 'wrong-claim', `${chain} ${game.address}`, {});
    l1.games.pop();
    assert.equal((await following.look()).vanished, 1);
    assert.equal((await findGame(place.database, key))?.state, 'vanished');
    l1.games.push(game);
    const { found, queued } = await following.look();
    assert.deepEqual([found, queued], [1, 0]);
    assert.equal((await findGame(place.database, key))?.state, 'judged');
    const kept = await place.database.query('SELECT answer FROM obelisc.verdicts WHERE chain = $1', [chain]);
    assert.deepEqual(kept, [{ answer: 'invalid' }]);
    const told = await place.database.query('SELECT 1 FROM obelisc.alerts WHERE event LIKE $1', [`%${chain} %`]);
    assert.equal(told.length, 1);
  });

  test('one that comes back and cannot be read at first is judged anew', async () => {
    const game = l1.add(0, 80);
    await follower().look();
    const job = await queue.take(chain);
    assert.ok(job);
    await queue.finish(job, (sql) => writeVerdict(sql, job, { answer: 'invalid' }));
    l1.games.pop();
    assert.equal((await follower().look()).vanished, 1);
    l1.games.push(game);
    game.error = { code: -32000, message: 'execution aborted (timeout = 5s)' };
    await follower().look();
    assert.deepEqual(await states(), { 0: 'waiting' });
    delete game.error;
    assert.equal((await follower().look()).queued, 1);
    const again = await queue.take(chain);
    assert.ok(again);
    assert.equal(await queue.finish(again, (sql) => writeVerdict(sql, again, { answer: 'valid' })), true);
    const kept = await place.database.query('SELECT answer FROM obelisc.verdicts WHERE chain = $1', [chain]);
    assert.deepEqual(kept, [{ answer: 'valid' }]);
  });

  test('an endpoint that lags behind what it had takes no game away', async () => {
    const game = l1.add(0, 80);
    await follower().look();
    l1.games.pop();
    l1.newest = 60;
    const said: string[] = [];
    const following = follower('all', undefined, undefined, (_, message) => void said.push(message));
    assert.equal((await following.look()).vanished, 0);
    assert.equal((await following.look()).vanished, 0);
    assert.deepEqual(said, ['--l1 is behind what it has had; waiting for it']);
    assert.notEqual((await findGame(place.database, { chain, address: game.address }))?.state, 'vanished');
    // At the same length it is a reorganisation.
    l1.newest = 100;
    assert.equal((await following.look()).vanished, 1);
  });

  test('another claim at the address of one that was judged is judged too: factories number what they make', async () => {
    const game = l1.add(0, 80);
    const same = l1.add(0, 80);
    const following = follower();
    await following.look();
    const job = await queue.take(chain);
    assert.ok(job);
    const row = await findGame(place.database, { chain, address: game.address });
    assert.ok(row);
    await queue.finish(job, (sql) => writeVerdict(sql, job, { answer: 'valid' }));
    await raise(place.database, 'wrong-claim', `${chain} ${game.address}`, {});
    // The same block with another claim in it, then the same claim in another block.
    const changes: (() => void)[] = [() => (game.claim = 0x5678n), () => (game.block = 81)];
    for (const change of changes) {
      change();
      const look = await following.look();
      assert.deepEqual([look.vanished, look.queued], [1, 1]);
      const anew = await findGame(place.database, { chain, address: game.address });
      assert.equal(anew?.rootClaim, `0x${'56 78'.replace(' ', '').padStart(64, '0')}`);
      assert.equal(anew?.l1Head, l1.hashOf(game.block - 1));
      assert.equal(anew?.state, 'queued');
    }
    assert.deepEqual(await place.database.query('SELECT 1 FROM obelisc.verdicts WHERE chain = $1', [chain]), []);
    assert.deepEqual(
      await place.database.query('SELECT 1 FROM obelisc.alerts WHERE event LIKE $1', [`%${chain} %`]),
      [],
    );
    assert.equal((await findGame(place.database, { chain, address: same.address }))?.state, 'queued');
    assert.equal((await following.look()).vanished, 0);
  });

  test('a game that did not say what it claims is not settled: another claim in its place is seen when it does', async () => {
    const game = l1.add(0, 80);
    const following = follower();
    await following.look();
    game.claim = 0x5678n;
    game.error = { code: -32000, message: 'execution aborted (timeout = 5s)' };
    l1.finalized = 95;
    assert.equal((await following.look()).vanished, 0);
    delete game.error;
    assert.equal((await following.look()).vanished, 1);
  });

  test('what was final is not asked for again; before, however many games back', async () => {
    for (let block = 20; block < 270; block++) l1.add(0, block);
    l1.newest = 400;
    const following = follower();
    assert.equal((await following.look()).found, 250);
    // Nothing is final yet, and the newest game that is still there has all before it: those are not asked for.
    l1.asked = [];
    assert.equal((await following.look()).vanished, 0);
    assert.ok(l1.asked.length > 0 && l1.asked.length <= 100, `${l1.asked.length}`);
    for (const game of l1.games.slice(30)) game.block += 1;
    assert.deepEqual([(await following.look()).vanished, (await following.look()).vanished], [220, 0]);
    // A watch that is started only after the reorganisation finds as many, whatever is final by now.
    for (const game of l1.games.slice(30)) game.block += 1;
    l1.finalized = 390;
    const later = follower();
    assert.deepEqual([(await later.look()).vanished, (await later.look()).vanished], [220, 0]);
    l1.asked = [];
    assert.equal((await later.look()).vanished, 0);
    assert.deepEqual(l1.asked, []);
    const young = l1.add(0, 395);
    assert.equal((await later.look()).found, 1);
    l1.asked = [];
    assert.equal((await later.look()).vanished, 0);
    assert.deepEqual(l1.asked, [young.address]);
  });

  test('a game that was not covered is read again when it is to be judged again', async () => {
    const game = l1.add(255, 20);
    const other = l1.add(4, 20);
    const following = follower();
    await following.look();
    assert.deepEqual(await states(), { 0: 'uncovered', 1: 'uncovered' });
    await judgeAgain(place.database, { chain, games: [], states: ['uncovered'] });
    game.type = 0;
    assert.equal((await following.look()).queued, 1);
    const row = await findGame(place.database, { chain, address: game.address });
    assert.deepEqual([row?.state, row?.typeName, row?.blockNumber, row?.l1Number], ['queued', 'cannon', 120, 19]);
    const still = await findGame(place.database, { chain, address: other.address });
    assert.equal(still?.state, 'uncovered');
    assert.match(String(still?.reason), /is not covered/);
  });

  test('a game whose L1 head was gone waits again when that is back, and not before', async () => {
    l1.add(0, 20);
    const [game] = [l1.add(0, 30)];
    const head = l1.hashOf(29);
    const [following, seldom] = [follower(), follower('all', undefined, 3_600_000)];
    await seldom.look();
    await following.look();
    const key = { chain, address: game.address };
    l1.gone.add(head);
    assert.ok(await setState(place.database, key, ['queued'], 'orphaned', 'its L1 head is gone'));
    await following.look();
    assert.deepEqual(await states(), { 0: 'queued', 1: 'orphaned' });
    l1.gone.delete(head);
    // Not each look asks for it.
    await seldom.look();
    assert.deepEqual(await states(), { 0: 'queued', 1: 'orphaned' });
    await following.look();
    assert.deepEqual(await states(), { 0: 'queued', 1: 'queued' });
    const row = await findGame(place.database, key);
    assert.deepEqual([row?.reason, row?.l1Number], [null, 29]);
    // Who asks for it need not wait for that.
    l1.gone.add(head);
    await setState(place.database, key, ['queued'], 'orphaned', 'its L1 head is gone');
    await judgeAgain(place.database, { chain, games: [game.address], states: [] });
    assert.equal((await states())[1], 'waiting');
  });

  test('what the registry makes of games is noted, and when it changes', async () => {
    l1.add(0, 20);
    const game = l1.add(0, 20);
    const counted = { 'isGameRespected(address)': 1n, 'isGameBlacklisted(address)': 0n, 'isGameRetired(address)': 0n };
    game.standing = counted;
    const standingOf = async (index: number) =>
      (await findGame(place.database, { chain, address: l1.games[index]?.address ?? '' }))?.standing;
    const seldom = follower('all', undefined, 3_600_000);
    await seldom.look();
    assert.equal(await standingOf(0), null);
    const registry = `0x${'a5'.repeat(20)}`;
    const right = { registry, isRespected: true, isRetired: false, isBlacklisted: false };
    assert.deepEqual(await standingOf(1), right);
    game.standing = { ...counted, 'isGameBlacklisted(address)': 1n };
    // Not each look asks for it.
    await seldom.look();
    assert.deepEqual(await standingOf(1), right);
    await follower().look();
    assert.deepEqual(await standingOf(1), { ...right, isBlacklisted: true });
    assert.deepEqual(
      (await countObjections(place.database)).filter((count) => count.chain === chain),
      [{ chain, objection: 'blacklisted', count: 1 }],
    );
  });

  test('another game in the place of one that was judged is judged too', async () => {
    l1.add(0, 20);
    const following = follower();
    await following.look();
    l1.games = [];
    const other = l1.add(0, 30);
    const { vanished, found } = await following.look();
    assert.deepEqual([vanished, found], [1, 1]);
    assert.equal((await findGame(place.database, { chain, address: other.address }))?.state, 'queued');
  });

  test('an L1 that fails is an error of this look; the next one has lost nothing', async () => {
    l1.add(0, 20);
    const following = follower();
    l1.failure = 503;
    await assert.rejects(following.look(), /--l1 .*503/);
    l1.failure = undefined;
    l1.isFactoryGone = true;
    await assert.rejects(following.look(), /the game factory 0xfafa\w+ is no contract/);
    l1.isFactoryGone = false;
    assert.equal((await following.look()).queued, 1);
  });

  test('a factory that is a contract of another kind, or of a version that is not known, is named', async () => {
    l1.add(0, 20);
    const following = follower();
    l1.factoryIs = 'something else';
    await assert.rejects(
      following.look(),
      /the game factory 0xfafa\w+ is no dispute game factory: it has no gameCount\(\)/,
    );
    l1.factoryIs = 'another version';
    await assert.rejects(following.look(), /the game factory 0xfafa\w+ has no game 0/);
    l1.factoryIs = 'full of nonsense';
    await assert.rejects(following.look(), /says of its game 0 what is no type, time and address/);
    assert.deepEqual(await states(), {});
  });

  test('a game that reverts is marked with that, and holds up no other', async () => {
    l1.add(0, 20, true);
    l1.add(0, 20);
    await follower().look();
    assert.deepEqual(await states(), { 0: 'uncovered', 1: 'queued' });
    const [reverting] = (await gamesBefore(place.database, chain, 1_000_000n, 1000)).toReversed();
    assert.match(String(reverting?.reason), /the contract is none: it has no rootClaim\(\) or gameType\(\)/);
  });

  test('a game says whatever numbers it likes: what a claim may be is queued, what none can be is marked, the others go on', async () => {
    const [most, beyond] = [(1n << 64n) - 1n, 1n << 64n];
    const said: [string, bigint, string][] = [
      ['l2BlockNumber()', 0n, 'queued'],
      ['l2BlockNumber()', 1n << 63n, 'queued'],
      ['l2BlockNumber()', most, 'queued'],
      ['l2BlockNumber()', beyond, 'uncovered'],
      ['startingBlockNumber()', most, 'queued'],
      ['startingBlockNumber()', beyond, 'uncovered'],
      ['gameType()', 1n << 32n, 'uncovered'],
      ['maxClockDuration()', most, 'queued'],
      ['maxClockDuration()', beyond, 'uncovered'],
      ['resolvedAt()', most, 'queued'],
      ['resolvedAt()', beyond, 'uncovered'],
      ['createdAt()', beyond, 'uncovered'],
      ['rootClaim()', 0n, 'queued'],
      ['l1Head()', 0n, 'queued'],
    ];
    for (const [view, value] of said) l1.add(0, 20).says = { [view]: value };
    l1.add(0, 20);
    await follower().look();
    assert.deepEqual(Object.values(await states()), [...said.map(([, , state]) => state), 'queued']);
    const rows = await gamesBefore(place.database, chain, 3n, 2);
    assert.deepEqual(
      rows.map(({ blockNumber }) => blockNumber),
      [2 ** 64, 2 ** 63],
    );
    // One that says so only when it is over holds up no look either.
    for (const game of l1.games) Object.assign(game, { status: 2, says: { 'resolvedAt()': beyond } });
    await follower().look();
  });

  test('an L1 that has another block for a game is not believed; the game is read again', async () => {
    l1.add(0, 20);
    const following = follower();
    l1.isLying = true;
    await assert.rejects(following.look(), /--l1 .*eth_getBlockByHash: block 0x\w+ was asked for, not 0x/);
    l1.isLying = false;
    assert.equal((await following.look()).queued, 1);
  });

  test('a new database begins where it is told to', async () => {
    for (let i = 0; i < 20; i++) l1.add(0, 20 + i);
    await follower({ game: 17n }).look();
    assert.deepEqual(Object.keys(await states()), ['17', '18', '19']);
  });

  test('… or with games of some age', async () => {
    for (let i = 0; i < 20; i++) l1.add(0, 20 + i);
    // By L1's clock: that of this machine may be wrong.
    const age = (l1.newest - 35) * 12;
    await follower({ since: age }).look();
    assert.deepEqual(Object.keys(await states()), ['15', '16', '17', '18', '19']);
  });

  test('two followers on one database queue a game once', async () => {
    for (let i = 0; i < 10; i++) l1.add(0, 20);
    const looks = await Promise.all([follower().look(), follower().look()]);
    assert.equal(looks[0].queued + looks[1].queued, 10);
    assert.deepEqual(await queue.depth().then(({ waiting }) => waiting >= 10), true);
  });
});
