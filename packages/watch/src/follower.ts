// Follows one chain's games on L1: new ones are listed, those that are final enough go into the queue, ends are noted, and games that a
// reorganisation of L1 took away are marked.
import {
  type Game,
  type GameError,
  gameCount,
  gameType,
  type ListedGame,
  listGames,
  readClaimsOf,
  objectionsOf,
  readGameStatuses,
  readStandings,
  policyOf,
} from '@obelisc/claims';
import {
  type ContractViews,
  contractViews,
  EndpointError,
  type L1Blocks,
  l1Blocks,
  type Log,
  retryFor,
} from '@obelisc/host';
import type { WatchedChain } from './chain-settings.js';
import type { Database, Sql } from './database.js';
import { GameReader } from './game-reader.js';
import {
  GAME_STATES,
  addGame,
  addUncoveredGame,
  addUnreadGame,
  describeGame,
  type GameRow,
  gamesBefore,
  gamesInState,
  newestIndex,
  newestL1Number,
  openGames,
  readopt,
  setStanding,
  setState,
  setStatus,
} from './games-table.js';
import type { ClaimQueue } from './queue.js';
import { stoppableMethods } from './stoppable.js';

/** Games read at a time. */
const BATCH = 100n;
/** Milliseconds in which a game's views have to answer. */
const HASTY = 5000;
/** Seconds between two L1 blocks. */
const SLOT = 12n;
/**
 * Milliseconds between two looks at what changes rarely: what a guardian says of games that are not over, and whether an L1 head that was
 * reorganised away is back.
 */
const RARELY = 120_000;

export interface FollowerOptions {
  readonly chain: WatchedChain;
  readonly database: Database;
  readonly queue: ClaimQueue;
  readonly log: Log;
  /** L1 blocks on top of the one that a game was made in. */
  readonly confirmations: bigint;
  /** Where a database that knows no games yet begins. */
  readonly begin: Beginning;
  /** Milliseconds between two looks at what changes rarely; absent: two minutes. */
  readonly rarely?: number;
  /** Ends a look as soon as it can; the next one goes on where it was. */
  readonly signal?: AbortSignal;
}

/** The first game to look at: by its place, by age in seconds, or all that are there. */
export type Beginning = { readonly game: bigint } | { readonly since: number } | 'all';

/** What one look found. */
export interface Look {
  readonly found: number;
  readonly queued: number;
  readonly vanished: number;
  /** L1's newest block. */
  readonly l1Number: bigint;
}

export class Follower {
  readonly #views: ContractViews;
  readonly #games: GameReader;
  readonly #l1: L1Blocks;
  /** It was said that the game to begin with is not there yet. */
  #isFirstMissing = false;
  /** At the look before, L1's endpoint had not come to a game that is known. */
  #wasBehind = false;
  /** When there was the last look at what changes rarely, by `performance.now()`. */
  #rareAt = -Infinity;
  /** Games made until then, in seconds, were found to be there when that was final: no reorganisation takes them back. */
  #settled = 0n;

  constructor(readonly options: FollowerOptions) {
    const { chain, log, signal } = options;
    const policy = policyOf(chain.settings);
    const endpoint = { url: chain.l1, log };
    const batchSize = chain.settings?.endpoints.batchSize;
    const viewsBy = (waits: typeof policy): ContractViews => {
      const views = contractViews({ ...endpoint, policy: waits, ...(batchSize === undefined ? {} : { batchSize }) });
      return stoppableMethods(views, signal);
    };
    this.#views = viewsBy(policy);
    const hasty = retryFor(Math.min(policy.forMs, HASTY), policy);
    this.#games = new GameReader(chain.factory, this.#views, () => viewsBy(hasty));
    this.#l1 = stoppableMethods(l1Blocks({ ...endpoint, policy }), signal);
  }

  #isStopping(): boolean {
    return this.options.signal?.aborted ?? false;
  }

  /** One look at L1: all that is new since the one before. Rejects with EndpointError, FactoryError or the signal's reason; nothing is lost then. */
  async look(): Promise<Look> {
    const { number: l1Number, timestamp } = await this.#l1.latest();
    const count = await gameCount(this.#views, this.options.chain.factory);
    const vanished = (await this.#isBehind(l1Number)) ? [] : await this.#reorganised(count);
    const found = await this.#list(count, timestamp, vanished);
    const isRareDue = performance.now() - this.#rareAt >= (this.options.rarely ?? RARELY);
    await this.#ends(isRareDue);
    if (isRareDue) {
      await this.#returned();
      this.#rareAt = performance.now();
    }
    const queued = await this.#enqueue(l1Number, timestamp);
    return { found, queued, vanished: vanished.length, l1Number };
  }

  /**
   * Whether the endpoint has not come to the L1 block of a game that is known: a node that catches up, or that of several that lags. It
   * has no such games yet, which is no reorganisation: after one L1 is longer, or soon will be.
   */
  async #isBehind(l1Number: bigint): Promise<boolean> {
    const { chain, database, log } = this.options;
    const seen = await newestL1Number(database, chain.name);
    const isBehind = seen !== undefined && l1Number < seen;
    if (isBehind && !this.#wasBehind)
      log('warn', '--l1 is behind what it has had; waiting for it', { chain: chain.name, block: l1Number, had: seen });
    this.#wasBehind = isBehind;
    return isBehind;
  }

  /**
   * Marks the games that the factory has no longer, or in another place, or with another claim: a factory that numbers what it makes
   * gives the address of a game that was taken back to the next one. From the newest game on it looks as far back as one may have
   * gone: to what was final at the look before, or to what a game that is still there proves, whose L1 head has all games before it.
   */
  async #reorganised(count: bigint): Promise<GameRow[]> {
    const { chain, database, log } = this.options;
    const finalized = await this.#l1.finalized();
    const gone: GameRow[] = [];
    const newest = await newestIndex(database, chain.name);
    let isCompared = true;
    for (let before = newest === undefined ? 0n : newest + 1n; before > 0n;) {
      const last = await gamesBefore(database, chain.name, before, Number(BATCH));
      const known = last.filter(({ createdAt }) => BigInt(createdAt) > this.#settled);
      const oldest = known.at(-1);
      if (oldest === undefined) break;
      const { taken, proved, areAllCompared } = await this.#compared(known, count);
      gone.push(...taken);
      isCompared &&= areAllCompared;
      before = BigInt(oldest.index);
      if (known.length < last.length || BigInt(oldest.createdAt) <= proved) break;
    }
    for (const game of gone) {
      await setState(
        database,
        game,
        GAME_STATES.filter((state) => state !== 'vanished'),
        'vanished',
        'L1 was reorganised',
      );
      log('warn', 'A game vanished: L1 was reorganised', { chain: chain.name, game: game.address, index: game.index });
    }
    // One that did not answer may be another by now, which the next look finds.
    if (isCompared && finalized !== undefined && finalized.timestamp > this.#settled)
      this.#settled = finalized.timestamp;
    return gone;
  }

  /**
   * Which of these games, the newest first, L1 has taken back, and the time until which those that it has prove that nothing else was:
   * that of the newest one's L1 head. `areAllCompared`: all that are there said what they claim.
   */
  async #compared(
    known: readonly GameRow[],
    count: bigint,
  ): Promise<{ taken: GameRow[]; proved: bigint; areAllCompared: boolean }> {
    const [from, to] = [BigInt(known.at(-1)?.index ?? 0), BigInt(known[0]?.index ?? 0) + 1n];
    const end = count < to ? count : to;
    const listed = end > from ? await listGames(this.#views, this.options.chain.factory, from, end) : [];
    const there = new Map(listed.map(({ index, address }) => [Number(index), address]));
    const isThere = ({ index, address }: GameRow): boolean => there.get(index) === address;
    const standing = known.filter(isThere);
    const claims = await readClaimsOf(
      this.#views,
      standing.map(({ address }) => address),
    );
    const isOther = ({ rootClaim, l1Head }: GameRow, i: number): boolean => {
      const now = claims[i];
      // One that does not say has been marked with that.
      return now !== undefined && rootClaim !== null && (now.rootClaim !== rootClaim || now.l1Head !== l1Head);
    };
    const taken = [...known.filter((game) => !isThere(game)), ...standing.filter(isOther)];
    const same = standing.find((game, i) => claims[i] !== undefined && !isOther(game, i) && game.l1Head !== null);
    const head = same?.l1Head === null || same === undefined ? undefined : await this.#l1.byHash(same.l1Head);
    const areAllCompared = standing.every(({ rootClaim }, i) => rootClaim === null || claims[i] !== undefined);
    return { taken, proved: head?.timestamp ?? 0n, areAllCompared };
  }

  /** Lists the games from the newest known one on, and those in the place of the ones that are gone. */
  async #list(count: bigint, now: bigint, gone: readonly GameRow[]): Promise<number> {
    const { chain, database } = this.options;
    const newest = await newestIndex(database, chain.name);
    let at = newest === undefined ? await this.#first(count, now) : newest + 1n;
    for (const { index } of gone) if (BigInt(index) < at) at = BigInt(index);
    let found = 0;
    for (; at < count && !this.#isStopping(); at += BATCH) {
      const to = at + BATCH < count ? at + BATCH : count;
      const listed = await listGames(this.#views, chain.factory, at, to);
      const games = await this.#games.read(listed.map(({ address }) => address));
      const numbers = await this.#numbersOf(games);
      // Together: each by itself waits for the disk.
      await database.transaction(async (sql) => {
        for (const [i, game] of games.entries()) {
          const entry = listed[i];
          if (entry !== undefined) await this.#add(sql, entry, game, { now, l1Number: numbers[i] });
        }
      });
      found += games.length;
    }
    return found;
  }

  async #add(
    sql: Sql,
    listed: ListedGame,
    game: Game | GameError | EndpointError,
    { now, l1Number }: { now: bigint; l1Number: bigint | undefined },
  ): Promise<void> {
    const { chain, log } = this.options;
    if (game instanceof Error) {
      const entry = { ...listed, typeName: gameType(listed.type).name };
      const key = { chain: chain.name, address: listed.address };
      const because = game.message;
      if (this.#mayBeRead(game, listed.createdAt, now)) {
        this.#games.postpone(listed.address);
        await addUnreadGame(sql, key, entry, because);
        log('warn', 'A game cannot be read; trying again', { chain: chain.name, game: listed.address, because });
      } else {
        await addUncoveredGame(sql, key, entry, because);
        log('info', 'A game that is not covered', { chain: chain.name, game: listed.address, because });
      }
      return;
    }
    // When it was made is the factory's word: a game may say what it likes, and would stand above all others.
    await addGame(sql, chain.name, listed.index, { ...game, createdAt: listed.createdAt }, l1Number);
    log('info', 'A game', {
      chain: chain.name,
      index: listed.index,
      game: game.address,
      type: game.typeName,
      block: game.blockNumber,
    });
  }

  /**
   * Whether the game may say more when it is read again: where that failed, and where there is no contract, or none that is a game, while
   * the game is so new that one of several nodes may not have its block yet.
   */
  #mayBeRead(fault: GameError | EndpointError, createdAt: bigint, now: bigint): boolean {
    if (fault instanceof EndpointError) return true;
    return !fault.isUncovered && createdAt + this.options.confirmations * SLOT > now;
  }

  /** The place to begin at in a database that knows no games. `now`: L1's time, as this machine's clock may be wrong. */
  async #first(count: bigint, now: bigint): Promise<bigint> {
    const { begin, chain, log } = this.options;
    if (begin === 'all') return 0n;
    if ('game' in begin) {
      if (begin.game >= count && !this.#isFirstMissing) {
        this.#isFirstMissing = true;
        log('warn', 'The game to begin with is not there yet', { chain: chain.name, game: begin.game, games: count });
      }
      return begin.game;
    }
    // Games stand in the order of their times.
    const oldest = now - BigInt(Math.floor(begin.since));
    let [low, high] = [0n, count];
    while (low < high) {
      const middle = (low + high) / 2n;
      const [game] = await listGames(this.#views, chain.factory, middle, middle + 1n);
      if (game !== undefined && game.createdAt < oldest) low = middle + 1n;
      else high = middle;
    }
    return low;
  }

  /** Notes which games are over, and where that is due what the registry makes of the others. */
  async #ends(isRareDue: boolean): Promise<void> {
    const { chain, database, log } = this.options;
    const open = await openGames(database, chain.name);
    for (let at = 0; at < open.length && !this.#isStopping(); at += Number(BATCH)) {
      const some = open.slice(at, at + Number(BATCH));
      const statuses = await readGameStatuses(
        this.#views,
        some.map(({ address }) => address),
      );
      if (isRareDue) await this.#standings(some);
      for (const [i, now] of statuses.entries()) {
        const row = some[i];
        if (row === undefined || now === undefined || now.status === row.status) continue;
        await setStatus(database, row, now.status, now.resolvedAt);
        log('info', 'A game is over', { chain: chain.name, game: row.address, status: now.status });
      }
    }
  }

  /** Notes what the registry makes of these games by now. */
  async #standings(games: readonly GameRow[]): Promise<void> {
    const { database, log } = this.options;
    const standings = await readStandings(
      this.#views,
      games.map(({ address }) => address),
      true,
    );
    for (const [i, game] of games.entries()) {
      const standing = standings[i];
      if (standing instanceof EndpointError || !(await setStanding(database, game, standing))) continue;
      const registry = objectionsOf(standing).join(', ') || 'no objection';
      log('info', 'The registry says otherwise of a game', { chain: game.chain, game: game.address, registry });
    }
  }

  /** Has the games wait again whose L1 head was not on the chain, and is: of many, the newest. */
  async #returned(): Promise<void> {
    const { chain, database, log } = this.options;
    const orphaned = (await gamesInState(database, chain.name, 'orphaned'))
      .flatMap((game) => (game.l1Head === null ? [] : { ...game, l1Head: game.l1Head }))
      .slice(-Number(BATCH));
    const heads = await this.#l1.onChain(orphaned.map(({ l1Head }) => l1Head));
    for (const [i, head] of heads.entries()) {
      const game = orphaned[i];
      if (game === undefined || head === undefined) continue;
      await readopt(database, game, head.number);
      log('info', "A game's L1 head is on the chain again", { chain: chain.name, game: game.address });
    }
  }

  /** Puts the games that are final enough into the queue. `now`: L1's time. */
  async #enqueue(l1Number: bigint, now: bigint): Promise<number> {
    const { chain, database, queue, confirmations } = this.options;
    await this.#readAgain(now);
    let queued = 0;
    for (const game of await gamesInState(database, chain.name, 'waiting')) {
      if (this.#isStopping()) break;
      if (game.rootClaim === null) continue;
      // The block of the game's making is the one after its L1 head.
      if (game.l1Number !== null && l1Number < BigInt(game.l1Number) + 1n + confirmations) continue;
      if (await queue.enqueue(game)) queued++;
    }
    return queued;
  }

  /** Reads the games that wait without their claim being known: it could not be read, or was not judged here before. */
  async #readAgain(now: bigint): Promise<void> {
    const { chain, database, log } = this.options;
    const waiting = await gamesInState(database, chain.name, 'waiting');
    const unread = waiting.filter(({ rootClaim, address }) => rootClaim === null && this.#games.isDue(address));
    for (let at = 0; at < unread.length && !this.#isStopping(); at += Number(BATCH)) {
      const some = unread.slice(at, at + Number(BATCH));
      const games = await this.#games.read(some.map(({ address }) => address));
      const numbers = await this.#numbersOf(games);
      for (const [i, row] of some.entries()) {
        const game = games[i];
        if (game === undefined) continue;
        if (game instanceof Error && this.#mayBeRead(game, BigInt(row.createdAt), now)) {
          this.#games.postpone(row.address);
          await setState(database, row, ['waiting'], 'waiting', game.message);
          continue;
        }
        this.#games.forget(row.address);
        if (game instanceof Error) {
          await setState(database, row, ['waiting'], 'uncovered', game.message);
          const because = game.message;
          log('info', 'A game that is not covered', { chain: row.chain, game: row.address, because });
        } else await describeGame(database, row, game, numbers[i]);
      }
    }
  }

  /** The numbers of the games' L1 heads, where they have one that L1 knows. */
  async #numbersOf(games: readonly (Game | Error)[]): Promise<(bigint | undefined)[]> {
    const heads = games.map((game) => (game instanceof Error ? undefined : game.l1Head));
    const asked = [...new Set(heads.filter((head) => head !== undefined))];
    const found = await this.#l1.byHashes(asked);
    const numbers = new Map(asked.map((hash, i) => [hash, found[i]?.number]));
    return heads.map((head) => (head === undefined ? undefined : numbers.get(head)));
  }
}
