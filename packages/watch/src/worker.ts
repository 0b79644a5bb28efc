// Takes jobs and judges their claims, each in a process of its own, until it is told to stop.
import { fork } from 'node:child_process';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '@obelisc/host';
import type { WatchedChain } from './chain-settings.js';
import type { Database, Sql } from './database.js';
import { DatabaseError, messageOf } from './errors.js';
import { findGame, type GameRow, setJudged, setState } from './games-table.js';
import type { FromJudge, ToJudge } from './judge-process.js';
import { beginProgress, dropProgress, type JudgedSegment, noteProgress, type Progress } from './progress.js';
import { type ClaimJob, type ClaimQueue, LEASE_RENEWAL } from './queue.js';

export interface WorkerOptions {
  readonly chains: readonly WatchedChain[];
  readonly database: Database;
  readonly queue: ClaimQueue;
  readonly log: Log;
  /** Claims at a time. */
  readonly concurrency: number;
  /** Whether claims are run in the machine as well. */
  readonly machine: boolean;
  /** Processes for the segments of one claim, and their length; see `ValidateOptions`. */
  readonly segmentWorkers?: number | undefined;
  readonly segment?: bigint | undefined;
  /** Takes each claim's end, whatever it was. */
  readonly onEnd?: (end: ClaimEnd) => void;
}

/** How a try of a claim ended. */
export interface ClaimEnd {
  readonly job: ClaimJob;
  readonly answer: 'valid' | 'invalid' | 'uncovered' | 'failed' | 'lost';
  readonly reason: string | undefined;
  /** Wall time. */
  readonly seconds: number;
  readonly blocks: number;
}

/** Milliseconds between two looks into a queue that was empty. */
const PAUSE = 500;
/** Milliseconds between two words of how far a claim has come. */
const SHOWN = 5000;
/** Milliseconds between two tries of what the database does not take. */
const RETRY = 1000;
/** Characters of a claim's log that are kept: its end. */
const LOG_KEPT = 64 * 1024;

/** What the host says of each request is not kept. */
const KEPT_LEVELS: ReadonlySet<string> = new Set(['info', 'warn', 'error']);

/** The system ends a process by SIGKILL for it; Node one of its own by one of the others, by version and processor. */
const OUT_OF_MEMORY: ReadonlySet<string> = new Set(['SIGKILL', 'SIGABRT', 'SIGTRAP', 'SIGILL']);

/** What a judging process came to. */
type Outcome = Extract<FromJudge, { kind: 'verdict' | 'failed' }>;

export class ClaimWorker {
  readonly name: string;
  #isStopping = false;
  #wake: () => void = () => {};
  readonly #busy = new Set<Promise<void>>();

  constructor(readonly options: WorkerOptions) {
    this.name = `${hostname()} ${process.pid}`;
  }

  /** Works until `stop`; resolves when the last claim is done. Database errors are told and waited out. */
  async run(): Promise<void> {
    const { chains, concurrency, queue, log } = this.options;
    const alive = setInterval(() => void this.#sayAlive(), LEASE_RENEWAL * 1000);
    await this.#sayAlive();
    try {
      for (let turn = 0; !this.#isStopping; turn++) {
        if (this.#busy.size >= concurrency) {
          await Promise.race(this.#busy);
          continue;
        }
        let job: ClaimJob | undefined;
        try {
          // Chains in turn, so that a long queue of one does not starve another.
          for (let i = 0; i < chains.length && job === undefined; i++)
            job = await queue.take(chains[(turn + i) % chains.length]?.name ?? '');
        } catch (error) {
          log('warn', 'The queue cannot be read; trying again', {
            because: messageOf(error),
          });
          await this.#pause(10 * PAUSE);
          continue;
        }
        if (job === undefined) await this.#pause(PAUSE);
        else this.#begin(job);
      }
      await Promise.all(this.#busy);
    } finally {
      clearInterval(alive);
      await this.options.database
        .query('DELETE FROM obelisc.workers WHERE name = $1', [this.name])
        .catch((error: unknown) => log('warn', 'The worker could not sign off', { because: String(error) }));
    }
  }

  /** Takes no more jobs; those at work are finished. */
  stop(): void {
    this.#isStopping = true;
    this.#wake();
  }

  #begin(job: ClaimJob): void {
    const done = this.#work(job)
      .catch(async (error: unknown) => {
        const because = messageOf(error);
        this.options.log('error', 'A claim was dropped', { chain: job.chain, game: job.address, because });
        await this.options.queue.fail(job, because);
      })
      .catch((error: unknown) => {
        // The lease runs out, and the engine gives the job to another try.
        this.options.log('warn', 'The queue could not be told', { because: messageOf(error) });
      })
      .finally(() => {
        this.#busy.delete(done);
      });
    this.#busy.add(done);
  }

  async #work(job: ClaimJob): Promise<void> {
    const { chains, database, queue, log, onEnd } = this.options;
    const chain = chains.find(({ name }) => name === job.chain);
    const game = await this.#insist(() => findGame(database, job));
    // Clocks of machines differ and jump: only the time that went by is this worker's word.
    const began = performance.now();
    const seconds = (): number => (performance.now() - began) / 1000;
    const end = (answer: ClaimEnd['answer'], reason?: string): void =>
      onEnd?.({
        job,
        answer,
        reason,
        seconds: seconds(),
        blocks: (game?.blockNumber ?? 0) - (game?.startBlock ?? 0),
      });
    if (chain === undefined || game === undefined || game.state !== 'queued') {
      // It vanished since, or was judged by a try whose worker was thought to be lost.
      await this.#write(job, async () => {});
      return end('lost', 'the game is not in the queue any more');
    }
    log('info', 'Judging a claim', {
      chain: job.chain,
      game: job.address,
      block: game.blockNumber ?? 0,
      try: job.attempt,
    });
    await this.#insist(() => beginProgress(database, job, this.name));
    const { outcome, progress } = await this.#judge(job, chain);
    if (outcome === undefined) return end('lost', 'the lease of the job was lost');
    if (outcome.kind === 'failed' || outcome.answer === 'unknown') {
      const reason = storable(outcome.reason ?? 'it could not be told');
      if (outcome.kind === 'failed' && outcome.isSettled) {
        await this.#write(job, async (sql) => void (await setState(sql, job, ['queued'], 'uncovered', reason)));
        log('warn', 'A claim cannot be judged', { chain: job.chain, game: job.address, because: reason });
        return end('uncovered', reason);
      }
      await this.#insist(() => noteProgress(database, job, progress));
      await this.#insist(() => queue.fail(job, reason));
      log('warn', 'A claim could not be judged yet', {
        chain: job.chain,
        game: job.address,
        try: job.attempt,
        because: reason,
      });
      return end('failed', reason);
    }
    const { answer, json } = outcome;
    const took = seconds();
    const other = otherClaim(game, outcome);
    if (other !== undefined) {
      // A reorganisation that the watch has not seen yet, or an L1 endpoint that is on another chain than the watch's.
      await this.#insist(() => queue.fail(job, other));
      log('warn', 'A claim could not be judged yet', {
        chain: job.chain,
        game: job.address,
        try: job.attempt,
        because: other,
      });
      return end('failed', other);
    }
    let isStill = true;
    const isWritten = await this.#write(job, async (sql) => {
      // It may have vanished meanwhile, or be listed with another claim.
      isStill = await setJudged(sql, game);
      if (!isStill) return;
      await dropProgress(sql, job);
      await sql.query(
        `INSERT INTO obelisc.verdicts (chain, address, answer, verdict, log, worker, tries, began_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, now() - make_interval(secs => $8))`,
        [job.chain, job.address, answer, storable(json), progress.log, this.name, job.attempt, took],
      );
    });
    if (!isWritten) return end('lost', 'another try judged it');
    if (!isStill) return end('lost', 'the game is not in the queue any more');
    log(answer === 'valid' ? 'info' : 'warn', answer === 'valid' ? 'A claim is right' : 'A claim is wrong', {
      chain: job.chain,
      game: job.address,
      block: game.blockNumber ?? 0,
    });
    end(answer);
  }

  /** Ends the job with its result, however long the database is away: what took hours is not done again for that. */
  #write(job: ClaimJob, write: (sql: Sql) => Promise<void>): Promise<boolean> {
    return this.#insist(() => this.options.queue.finish(job, write));
  }

  async #insist<T>(ask: () => Promise<T>): Promise<T> {
    for (let isFirst = true; ; isFirst = false) {
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof DatabaseError && error.isPassing)) throw error;
        const { log } = this.options;
        if (isFirst) log('warn', 'A result cannot be written; trying again', { because: error.message });
        await sleep(RETRY);
      }
    }
  }

  /** Judges in a process; `outcome` is undefined where the lease went to another meanwhile. */
  #judge(job: ClaimJob, chain: WatchedChain): Promise<{ outcome: Outcome | undefined; progress: Progress }> {
    const { queue, database, log, machine, segment, segmentWorkers } = this.options;
    const options: ToJudge = {
      l1: chain.l1,
      beacon: chain.beacon,
      l2: chain.l2,
      opNode: chain.opNode,
      l1Check: chain.l1Check,
      network: chain.network,
      rollupConfig: chain.rollupConfig,
      l2Genesis: chain.l2Genesis,
      l1ChainConfig: chain.l1ChainConfig,
      from: undefined,
      to: undefined,
      claim: undefined,
      agreedOutputRoot: undefined,
      l1Head: undefined,
      game: { address: job.address, index: undefined, factory: undefined },
      datadir: chain.datadir,
      native: !machine,
      segment,
      workers: segmentWorkers,
      ...(chain.settings === undefined ? {} : { settings: chain.settings }),
    };
    return new Promise((resolve) => {
      const child = fork(new URL('./judge-process.js', import.meta.url), {
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      let text = '';
      const segments: JudgedSegment[] = [];
      let isNew = false;
      const showing = setInterval(() => {
        const progress = isNew ? { log: storable(text), segments } : undefined;
        isNew = false;
        noteProgress(database, job, progress).catch((error: unknown) => {
          isNew ||= progress !== undefined;
          log('debug', 'Progress cannot be written; trying again', { because: messageOf(error) });
        });
      }, SHOWN);
      let outcome: Outcome | undefined;
      let isLost = false;
      const keep = (line: string): void => {
        text = `${text}${line}\n`.slice(-LOG_KEPT);
        isNew = true;
      };
      let timer: NodeJS.Timeout | undefined;
      let isOver = false;
      const renewIn = (milliseconds: number): void => {
        timer = setTimeout(() => {
          void queue
            .renew(job)
            .catch(() => undefined)
            .then((isOurs) => {
              if (isOver) return;
              if (isOurs === false) {
                isLost = true;
                child.kill('SIGKILL');
                return;
              }
              // Where the database is away, who comes first when it is back has the lease: this process, or the engine, which
              // gives it to another.
              renewIn(isOurs === undefined ? RETRY : LEASE_RENEWAL * 1000);
            });
        }, milliseconds);
      };
      renewIn(LEASE_RENEWAL * 1000);
      child.on('message', (message: FromJudge) => {
        if (message.kind === 'line') keep(message.line);
        else if (message.kind === 'log') {
          if (KEPT_LEVELS.has(message.level)) keep(`${message.level}: ${message.message}${fieldsOf(message.fields)}`);
        } else if (message.kind === 'segment') {
          const { from, to, answer } = message;
          segments.push({ from: Number(from), to: Number(to), answer });
          keep(`blocks ${from} to ${to}: ${answer}`);
        } else outcome = message;
      });
      child.on('error', (error) => {
        outcome ??= { kind: 'failed', reason: error.message, isSettled: false };
      });
      child.on('close', (code, signal) => {
        isOver = true;
        clearTimeout(timer);
        clearInterval(showing);
        const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
        const isOutOfMemory = signal !== null && OUT_OF_MEMORY.has(signal);
        const reason = `the judging process ended with ${how}${isOutOfMemory ? ' (out of memory?)' : ''}`;
        const ended: Outcome = outcome ?? { kind: 'failed', reason, isSettled: false };
        resolve({ outcome: isLost ? undefined : ended, progress: { log: storable(text), segments } });
      });
      child.send(options);
    });
  }

  async #sayAlive(): Promise<void> {
    const { database, chains, log } = this.options;
    try {
      await database.query(
        `INSERT INTO obelisc.workers (name, chains) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET seen_at = now(), chains = excluded.chains`,
        [this.name, chains.map(({ name }) => name)],
      );
    } catch (error) {
      log('warn', 'The database cannot be written; trying again', {
        because: messageOf(error),
      });
    }
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Why a verdict is not of the claim that was listed; undefined where it is. */
function otherClaim(
  { rootClaim, l1Head }: GameRow,
  { claim, l1Head: judgedUnder }: Extract<Outcome, { kind: 'verdict' }>,
): string | undefined {
  const isIt = (listed: string | null, judged: string): boolean => listed === null || listed === judged;
  if (isIt(rootClaim, claim) && isIt(l1Head, judgedUnder)) return undefined;
  return `the game's contract says ${claim} under L1 head ${judgedUnder}, and said ${rootClaim} under ${l1Head} when it was listed: L1 was reorganised, or --l1 is on another chain`;
}

/** Text without what PostgreSQL cannot keep: zeros, as characters or as JSON's escapes. */
function storable(text: string): string {
  return text.replaceAll('\0', '\ufffd').replaceAll(/(?<!\\)((?:\\\\)*)\\u0000/g, '$1\\ufffd');
}

/** What a line says besides its words, for people. */
function fieldsOf(fields: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(fields).map(([name, value]) => `${name} ${String(value)}`);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}
