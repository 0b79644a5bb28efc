// What is known of a claim, in words.
import type { Overview, Summary } from './api.js';
import { element } from './elements.js';

export const WORDS: Readonly<Record<string, string>> = {
  valid: 'right',
  invalid: 'wrong',
  waiting: 'waits for confirmations',
  queued: 'in the queue',
  uncovered: 'not covered',
  undecided: 'undecided',
  orphaned: 'its L1 head is gone',
  unknown: 'could not be told',
  vanished: 'gone from L1',
};

/** How many claims are so; all of them where nothing is said. */
export function countOf({ claims }: Pick<Overview, 'claims'>, is: string): number {
  return claims.filter((claim) => is === '' || claim.is === is).reduce((sum, claim) => sum + claim.count, 0);
}

export function verdictOf({ answer, state, reason, atWork, wrong }: Summary): HTMLElement {
  // What was said of a game that L1 took back counts for nothing.
  const is = state === 'vanished' ? state : (answer ?? state);
  // What it claims could not be read: it waits for that.
  const word = is === 'waiting' && reason !== null ? 'cannot be read yet' : (WORDS[is] ?? is);
  // A claim's verdict says nothing of who else is wrong.
  const said = atWork === null ? word : 'being judged';
  const text = wrong?.includes('op-node') === true ? `${said}, the op-node is wrong` : said;
  return element('span', { class: `verdict ${is}` }, text);
}

export function blocksOf({ startBlock, blockNumber }: Summary): string {
  if (blockNumber === null) return '–';
  return startBlock === null ? `${blockNumber}` : `${startBlock} to ${blockNumber}`;
}

/** How long the judging took, or has taken until now. */
export function tookOf({ seconds, atWork }: Summary): string | null {
  if (seconds !== null) return durationOf(seconds);
  return atWork === null ? null : `${durationOf(atWork)} so far`;
}

export function short(address: string): string {
  return `${address.slice(0, 8)}…${address.slice(-4)}`;
}

export function ageOf(seconds: number): string {
  return durationOf(Math.max(0, Date.now() / 1000 - seconds));
}

export function clockOf({ status, createdAt, maxClock }: Summary): string {
  if (status !== 'in progress') return status;
  return maxClock === null ? '–' : durationOf(Math.max(0, createdAt + maxClock - Date.now() / 1000));
}

export function durationOf(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3600)} h`;
}
