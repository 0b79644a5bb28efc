// Looks at what has become of the claims, whoever judged them: counts verdicts, notes what others are to be told, tells them.
import { UNCOVERED_TYPES } from '@obelisc/claims';
import type { Log } from '@obelisc/host';
import { type AlertTargets, raise, sendAlerts } from './alerts.js';
import { firstSeenOpen, lastVerdict, verdictsAfter } from './claims-view.js';
import type { Database } from './database.js';
import { Delays } from './delays.js';
import type { Metrics } from './metrics.js';
import { Trouble } from './trouble.js';

export interface ReporterOptions {
  readonly database: Database;
  readonly metrics: Metrics;
  readonly chains: readonly string[];
  readonly targets: AlertTargets;
  /** Seconds without a verdict from which on a claim says that the watch falls behind. */
  readonly behind: number;
  readonly log: Log;
  readonly onChange?: () => void;
}

/** Verdicts that may be written between the giving of a number and the end of its transaction. */
const OVERTAKEN = 50;
export class Reporter {
  /** Number of the last verdict that was counted; those of before the first look are another process'. */
  #last: number | undefined;
  /** Those that were counted of the last few: numbers are given when a verdict is written, and seen when its transaction ends. */
  #counted = new Set<number>();
  readonly #delays = new Delays();
  /** Alerts on their way. */
  #sending: Promise<void> | undefined;
  readonly #closing = new AbortController();
  readonly #trouble: Trouble;

  constructor(readonly options: ReporterOptions) {
    this.#trouble = new Trouble(options.log);
  }

  /** One look. Rejects where the database cannot be read. */
  async look(): Promise<void> {
    const { database, metrics, targets, behind, log, onChange } = this.options;
    const isFirst = this.#last === undefined;
    const last = this.#last ?? (await lastVerdict(database));
    const seen = await verdictsAfter(database, last - OVERTAKEN);
    const verdicts = seen.filter(({ number }) => (isFirst ? number > last : !this.#counted.has(number)));
    for (const verdict of verdicts) metrics.judged(verdict);
    this.#counted = new Set(seen.map(({ number }) => number));
    this.#last = Math.max(last, ...this.#counted);
    await this.#wrong();
    await this.#undecided();
    for (const late of this.#delays.late(await firstSeenOpen(database), behind)) {
      const { chain, address: game, seconds } = late;
      await raise(database, 'falling-behind', `${chain} ${game}`, { chain, game, seconds: Math.round(seconds) });
    }
    // A target that is slow holds up nothing else.
    this.#sending ??= sendAlerts(database, targets, log, this.#closing.signal).then(
      () => void (this.#sending = undefined),
      (error: unknown) => {
        this.#sending = undefined;
        this.#trouble.failed('Alerts cannot be read or noted as sent', error);
      },
    );
    if (verdicts.length > 0) onChange?.();
  }

  /** Resolves when the alerts that are on their way have come to their end. */
  async sent(): Promise<void> {
    await this.#sending;
  }

  /** Begins to send no more; resolves when the one that is on its way has come to its end. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#sending;
  }

  /**
   * Notes the claims that cannot be judged, for whatever reason: those that no try could decide, and of games that are not over those that
   * are not covered or whose L1 head is gone. What is known of a whole type of games is not told of each.
   */
  async #undecided(): Promise<void> {
    const { database, chains } = this.options;
    const undecided = await database.query<{ chain: string; address: string; state: string; reason: string | null }>(
      `SELECT g.chain, g.address, g.state, g.reason FROM obelisc.games g
       LEFT JOIN obelisc.alerts a ON a.event = 'undecided-claim ' || g.chain || ' ' || g.address
       WHERE (g.state = 'undecided' OR g.status = 'in progress'
           AND (g.state = 'orphaned' OR g.state = 'uncovered' AND NOT g.type = ANY($2)))
         AND g.chain = ANY($1) AND a.event IS NULL`,
      [chains, UNCOVERED_TYPES],
    );
    for (const { chain, address, state, reason } of undecided)
      await raise(database, 'undecided-claim', `${chain} ${address}`, { chain, game: address, state, reason });
  }

  /** Notes the wrong claims whose games L1 has and are not over, also those of before this process. */
  async #wrong(): Promise<void> {
    const { database, chains } = this.options;
    const wrong = await database.query<{
      chain: string;
      address: string;
      claim: string;
      derived: string | null;
      block: number;
      standing: object | null;
    }>(
      `SELECT g.chain, g.address, g.root_claim AS claim, v.verdict->>'derived' AS derived, g.block_number::float8 AS block, g.standing
       FROM obelisc.games g JOIN obelisc.verdicts v USING (chain, address)
       LEFT JOIN obelisc.alerts a ON a.event = 'wrong-claim ' || g.chain || ' ' || g.address
       WHERE v.answer = 'invalid' AND g.status = 'in progress' AND g.state <> 'vanished' AND g.chain = ANY($1) AND a.event IS NULL`,
      [chains],
    );
    for (const { chain, address, claim, derived, block, standing } of wrong)
      await raise(database, 'wrong-claim', `${chain} ${address}`, {
        chain,
        game: address,
        block,
        claim,
        derived,
        ...(standing === null ? {} : { standing }),
      });
  }
}
