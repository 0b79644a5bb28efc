// What is asked of the database every second, and fails each time while it is away: told of at growing intervals.
import { type Log, Outage } from '@obelisc/host';
import { messageOf } from './errors.js';

export class Trouble {
  readonly #outages = new Map<string, Outage>();

  /** `now`: milliseconds of a clock that does not jump. */
  constructor(
    readonly log: Log,
    readonly now?: () => number,
  ) {}

  /** `what` failed, such as "The queue cannot be read". */
  failed(what: string, error: unknown): void {
    const outage = this.#outages.get(what) ?? new Outage(this.now);
    this.#outages.set(what, outage);
    const failing = outage.failed();
    if (failing === undefined) return;
    const because = messageOf(error);
    this.log('warn', `${what}; trying again`, { because, failing_for: `${Math.round(failing / 1000)} s` });
  }

  /** `what` went well: its next failure is told at once. */
  worked(what: string): void {
    this.#outages.get(what)?.worked();
  }
}
