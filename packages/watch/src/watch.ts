// The watch: followers, one a chain, over one database and one queue, with a worker beside them.
import { setMaxListeners } from 'node:events';
import type { Log } from '@obelisc/host';
import type { WatchedChain } from './chain-settings.js';
import type { ClaimEnd } from './claim-try.js';
import type { Database } from './database.js';
import { DatabaseError } from './errors.js';
import { type Beginning, Follower } from './follower.js';
import { insist } from './insist.js';
import type { JudgingOptions } from './judging.js';
import { ClaimQueue } from './queue.js';
import type { Reporter } from './reporter.js';
import { claimNames, migrate } from './schema.js';
import { Trouble } from './trouble.js';
import { ClaimWorker } from './worker.js';

export interface WatchOptions extends JudgingOptions {
  readonly chains: readonly WatchedChain[];
  readonly database: Database;
  readonly log: Log;
  readonly confirmations: bigint;
  readonly begin: Beginning;
  /** Milliseconds between two looks at L1. */
  readonly poll: number;
  /** Tries of a claim before it is given up. */
  readonly tries: number;
  readonly retryDelay?: number;
  /** Claims judged here at a time; 0: only by workers elsewhere. */
  readonly concurrency: number;
  readonly listeners?: WatchListeners;
  /** Counts verdicts and sends alerts. */
  readonly reporter?: Reporter;
}

/** What others are told as it happens. */
export interface WatchListeners {
  readonly onEnd?: (end: ClaimEnd) => void;
  /** A look at a chain's L1, or what prevented it. */
  readonly onLook?: (chain: string, look: { l1Number: bigint } | Error) => void;
  /** Games changed: found, queued, judged, over. */
  readonly onChange?: () => void;
}

/** How many games of a chain stand where. */
export interface Tally {
  readonly valid: number;
  readonly invalid: number;
  readonly uncovered: number;
  readonly undecided: number;
  readonly open: number;
}

export class Watch {
  readonly queue: ClaimQueue;
  readonly worker: ClaimWorker | undefined;
  readonly #followers: readonly Follower[];
  readonly #pauses = new Set<() => void>();
  readonly #stopping = new AbortController();

  private constructor(
    readonly options: WatchOptions,
    queue: ClaimQueue,
  ) {
    const { chains, database, log, confirmations, begin, concurrency, listeners } = options;
    const { machine, segment, segmentWorkers, stalled, judge } = options;
    this.queue = queue;
    // Each question to L1 listens while it is open: Node.js would warn of more than ten.
    setMaxListeners(0, this.#stopping.signal);
    const look = { database, queue, log, confirmations, begin, signal: this.#stopping.signal };
    this.#followers = chains.map((chain) => new Follower({ chain, ...look }));
    this.worker =
      concurrency === 0
        ? undefined
        : new ClaimWorker({
            chains,
            database,
            queue,
            log,
            concurrency,
            machine,
            segment,
            segmentWorkers,
            stalled,
            judge,
            onEnd: (end) => {
              listeners?.onEnd?.(end);
              listeners?.onChange?.();
            },
          });
  }

  /** Makes the tables and the queue. Rejects with WatchError. */
  static async start(options: WatchOptions): Promise<Watch> {
    await migrate(options.database);
    await claimNames(options.database, options.chains);
    const names = options.chains.map(({ name }) => name);
    const queue = await ClaimQueue.start(options.database, names, {
      log: options.log,
      tries: options.tries,
      ...(options.retryDelay === undefined ? {} : { retryDelay: options.retryDelay }),
    });
    return new Watch(options, queue);
  }

  /**
   * Follows the chains until `stop`. `once`: until all games that are there now have been judged. Resolves to whether it came to that end:
   * it was not stopped before, and all chains could be read. Rejects where none could.
   */
  async run({ once = false } = {}): Promise<boolean> {
    const { chains, log } = this.options;
    const working = this.worker?.run() ?? Promise.resolve();
    const reporting = this.#report();
    try {
      const looks = await Promise.allSettled(this.#followers.map((follower) => this.#follow(follower, once)));
      const failures = looks.flatMap((look, i) =>
        look.status === 'rejected' ? [{ chain: chains[i]?.name ?? '', error: look.reason as Error }] : [],
      );
      // One that is dead keeps no other from being judged. What is thrown is told of by who gets it.
      const thrown = failures.length === looks.length ? failures[0] : undefined;
      for (const { chain, error } of failures)
        if (error !== thrown?.error) log('error', 'A chain was not read', { chain, because: error.message });
      if (thrown !== undefined) throw thrown.error;
      if (once) {
        // As those who judge wait for a database that is away, so does who waits for them.
        const isAnyOpen = (): Promise<boolean> =>
          insist(
            async () => !this.isStopping && (await this.#isAnyOpen()),
            log,
            'What is left to judge cannot be read',
          );
        while (await isAnyOpen()) await this.#pause(300);
        await this.options.reporter?.sent();
        await this.options.reporter?.look();
        await this.options.reporter?.sent();
      }
      return !this.isStopping && failures.length === 0;
    } finally {
      this.stop();
      await Promise.all([working, reporting]);
      await this.options.reporter?.close();
      await this.queue.stop();
    }
  }

  /** `stop` was called. */
  get isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Ends `run`: claims at work are finished, nothing new is begun. */
  stop(): void {
    this.#stopping.abort();
    this.worker?.stop();
    for (const wake of this.#pauses) wake();
  }

  /** How many games stand where. */
  async tally(): Promise<Tally> {
    const [row] = await this.options.database.query<Tally>(
      `SELECT count(*) FILTER (WHERE answer = 'valid')::float8 AS valid,
              count(*) FILTER (WHERE answer = 'invalid')::float8 AS invalid,
              count(*) FILTER (WHERE state = 'uncovered')::float8 AS uncovered,
              count(*) FILTER (WHERE state IN ('undecided', 'orphaned'))::float8 AS undecided,
              count(*) FILTER (WHERE state IN ('waiting', 'queued'))::float8 AS open
       FROM obelisc.games LEFT JOIN obelisc.verdicts USING (chain, address)
       WHERE chain = ANY($1) AND state <> 'vanished'`,
      [this.options.chains.map(({ name }) => name)],
    );
    return row ?? { valid: 0, invalid: 0, uncovered: 0, undecided: 0, open: 0 };
  }

  async #follow(follower: Follower, once: boolean): Promise<void> {
    const { log, poll, listeners } = this.options;
    const chain = follower.options.chain.name;
    const trouble = new Trouble(log);
    while (!this.isStopping) {
      try {
        const look = await follower.look();
        trouble.worked('Games cannot be written');
        listeners?.onLook?.(chain, look);
        if (look.found + look.queued + look.vanished > 0) listeners?.onChange?.();
        if (once) return;
      } catch (error) {
        if (this.isStopping) return;
        const reason = error instanceof Error ? error : new Error(String(error));
        // Nobody waits: what is wrong now may be right at the next look.
        if (once) throw reason;
        // What is no fault of L1 is not counted as one.
        if (reason instanceof DatabaseError) trouble.failed('Games cannot be written', reason);
        else {
          listeners?.onLook?.(chain, reason);
          log('warn', 'L1 could not be read; trying again', { chain, because: reason.message });
        }
      }
      await this.#pause(poll);
    }
  }

  /** Marks the games that the queue gave up, and tells what has become of claims, every second. */
  async #report(): Promise<void> {
    const { log, listeners, reporter } = this.options;
    const trouble = new Trouble(log);
    while (!this.isStopping) {
      try {
        for (const { chain, address } of await this.queue.bury()) {
          log('error', 'A claim could not be judged in as many tries as there may be', { chain, game: address });
          listeners?.onChange?.();
        }
        await reporter?.look();
        trouble.worked('The verdicts cannot be read');
      } catch (error) {
        trouble.failed('The verdicts cannot be read', error);
      }
      await this.#pause(1000);
    }
  }

  async #isAnyOpen(): Promise<boolean> {
    // With games that wait for confirmations it would never end.
    const [row] = await this.options.database.query<{ open: number }>(
      `SELECT count(*)::float8 AS open FROM obelisc.games WHERE state = 'queued' AND chain = ANY($1)`,
      [this.options.chains.map(({ name }) => name)],
    );
    return (row?.open ?? 0) > 0;
  }

  #pause(milliseconds: number): Promise<void> {
    if (this.isStopping) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#pauses.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      this.#pauses.add(wake);
    });
  }
}
