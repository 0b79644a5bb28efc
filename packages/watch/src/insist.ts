// What has to be written, however long the database is away: what took hours is not done again for that.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '@obelisc/host';
import { DatabaseError } from './errors.js';

/** Milliseconds between two tries of what the database does not take. */
const RETRY = 1000;

/** `ask`, again and again while the database is away or full; `what` then fails, it is said. Rejects with what does not pass. */
export async function insist<T>(ask: () => Promise<T>, log: Log, what = 'A result cannot be written'): Promise<T> {
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof DatabaseError && error.isPassing)) throw error;
      if (isFirst) log('warn', `${what}; trying again`, { because: error.message });
      await sleep(RETRY);
    }
  }
}
