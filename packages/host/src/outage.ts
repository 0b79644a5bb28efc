// When to say that something fails which is asked again and again: at once, then at growing intervals.

/** Milliseconds from the first notice to the second; they double up to LONGEST. */
const FIRST = 1000;
const LONGEST = 60_000;

export class Outage {
  #since = 0;
  #last = Number.NEGATIVE_INFINITY;
  #next = 0;
  #interval = 0;

  /** `now`: milliseconds of a clock that does not jump. */
  constructor(readonly now: () => number = () => performance.now()) {}

  /**
   * It failed: milliseconds since the first failure where that is to be told now, or undefined. What has not failed for long has
   * worked, whether or not anyone said so.
   */
  failed(): number | undefined {
    const now = this.now();
    if (now - this.#last > 2 * LONGEST) [this.#since, this.#next, this.#interval] = [now, now, FIRST];
    this.#last = now;
    if (now < this.#next) return undefined;
    this.#next = now + this.#interval;
    this.#interval = Math.min(2 * this.#interval, LONGEST);
    return now - this.#since;
  }

  /** It worked: the next failure is told at once. */
  worked(): void {
    this.#last = Number.NEGATIVE_INFINITY;
  }
}
