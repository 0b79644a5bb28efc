// What a monitoring system reads, in Prometheus' text format.
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { countClaims, countObjections, countWorkers, type NumberedVerdict, oldestOpen } from './claims-view.js';
import type { Database } from './database.js';
import type { ClaimQueue } from './queue.js';

export class Metrics {
  readonly #registry = new Registry();
  readonly #claims = this.#gauge('obelisc_claims', 'Games by chain, type and verdict or state', [
    'chain',
    'type',
    'is',
  ]);
  readonly #objections = this.#gauge(
    'obelisc_games_not_counted',
    'Games in progress that the registry would not count: blacklisted, retired, or of a type that is not respected',
    ['chain', 'objection'],
  );
  readonly #oldest = this.#gauge(
    'obelisc_oldest_open_claim_seconds',
    'Age of the oldest game that waits or is queued',
    ['chain'],
  );
  readonly #queue = this.#gauge('obelisc_queue_jobs', 'Jobs in the queue', ['state']);
  readonly #workers = this.#gauge('obelisc_workers', 'Workers heard of within a minute', []);
  readonly #l1 = this.#gauge('obelisc_l1_block', 'Newest L1 block seen', ['chain']);
  readonly #lookErrors = new Counter({
    name: 'obelisc_endpoint_errors_total',
    help: 'Looks at L1 that failed',
    labelNames: ['chain'],
    registers: [this.#registry],
  });
  readonly #seconds = new Histogram({
    name: 'obelisc_verdict_seconds',
    help: 'Wall time of judging a claim',
    labelNames: ['chain', 'answer'],
    buckets: [1, 3, 10, 30, 60, 180, 600, 1800, 3600],
    registers: [this.#registry],
  });
  readonly #secondsPerBlock = new Histogram({
    name: 'obelisc_block_seconds',
    help: 'Wall time of judging, by block of the claim',
    labelNames: ['chain'],
    buckets: [0.003, 0.01, 0.03, 0.1, 0.3, 1, 3],
    registers: [this.#registry],
  });
  readonly #latency = new Histogram({
    name: 'obelisc_verdict_latency_seconds',
    help: "Time from a game's making to its verdict",
    labelNames: ['chain'],
    buckets: [60, 180, 300, 600, 1200, 1800, 3600, 7200, 21_600, 86_400],
    registers: [this.#registry],
  });

  /** The text, as the database and the queue are now. Rejects where they cannot be read. */
  async text(database: Database, queue: ClaimQueue): Promise<string> {
    const [claims, objections, oldest, workers, depth] = await Promise.all([
      countClaims(database),
      countObjections(database),
      oldestOpen(database),
      countWorkers(database),
      queue.depth(),
    ]);
    this.#claims.reset();
    for (const { chain, typeName, is, count } of claims) this.#claims.set({ chain, type: typeName, is }, count);
    this.#objections.reset();
    for (const { chain, objection, count } of objections) this.#objections.set({ chain, objection }, count);
    this.#oldest.reset();
    for (const { chain, seconds } of oldest) this.#oldest.set({ chain }, seconds);
    this.#workers.set(workers);
    this.#queue.set({ state: 'waiting' }, depth.waiting);
    this.#queue.set({ state: 'active' }, depth.active);
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Counts a verdict. */
  judged({ chain, answer, seconds, judgedAt, createdAt, blockNumber, startBlock }: NumberedVerdict): void {
    if (seconds === null || judgedAt === null) return;
    this.#seconds.observe({ chain, answer: answer ?? '' }, seconds);
    const blocks = (blockNumber ?? 0) - (startBlock ?? 0);
    if (blocks > 0) this.#secondsPerBlock.observe({ chain }, seconds / blocks);
    this.#latency.observe({ chain }, Math.max(0, judgedAt / 1000 - createdAt));
  }

  /** Counts a look at L1. */
  looked(chain: string, look: { l1Number: bigint } | Error): void {
    if (look instanceof Error) this.#lookErrors.inc({ chain });
    else this.#l1.set({ chain }, Number(look.l1Number));
  }

  #gauge<Label extends string>(name: string, help: string, labelNames: Label[]): Gauge<Label> {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }
}
