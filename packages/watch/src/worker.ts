// Takes jobs and has their claims judged until it is told to stop.
import { hostname } from 'node:os';
import { type ClaimEnd, tryClaim, type TryOptions } from './claim-try.js';
import { messageOf } from './errors.js';
import { type ClaimJob, LEASE_RENEWAL } from './queue.js';
import { Trouble } from './trouble.js';

export interface WorkerOptions extends TryOptions {
  /** Claims at a time. */
  readonly concurrency: number;
  /** Takes each claim's end, whatever it was. */
  readonly onEnd?: (end: ClaimEnd) => void;
}

/** Milliseconds between two looks into a queue that was empty. */
const PAUSE = 500;

/** What is told of when it fails. */
const READING = 'The queue cannot be read';
const SIGNING = 'The database cannot be written';

export class ClaimWorker {
  readonly name: string;
  #isStopping = false;
  #wake: () => void = () => {};
  readonly #busy = new Set<Promise<void>>();
  readonly #trouble: Trouble;

  constructor(readonly options: WorkerOptions) {
    this.#trouble = new Trouble(options.log);
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
          this.#trouble.worked(READING);
        } catch (error) {
          this.#trouble.failed(READING, error);
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
    const { queue, log, onEnd } = this.options;
    const done = tryClaim(this.options, this.name, job)
      .then((end) => onEnd?.(end))
      .catch(async (error: unknown) => {
        const because = messageOf(error);
        log('error', 'A claim was dropped', { chain: job.chain, game: job.address, because });
        await queue.fail(job, because);
      })
      .catch((error: unknown) => {
        // The lease runs out, and the engine gives the job to another try.
        log('warn', 'The queue could not be told', { because: messageOf(error) });
      })
      .finally(() => {
        this.#busy.delete(done);
      });
    this.#busy.add(done);
  }

  async #sayAlive(): Promise<void> {
    const { database, chains } = this.options;
    try {
      await database.query(
        `INSERT INTO obelisc.workers (name, chains) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET seen_at = now(), chains = excluded.chains`,
        [this.name, chains.map(({ name }) => name)],
      );
      this.#trouble.worked(SIGNING);
    } catch (error) {
      this.#trouble.failed(SIGNING, error);
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
