// Claims that wait for their verdict too long: told of once a claim, and of one claim of a chain an hour; those that cannot be read, which
// may never be, are counted by themselves. Clocks jump, also the database's, so that they say only how long a claim had waited when it was
// first looked at; from then on the time that went by counts.
import type { OpenGame } from './claims-view.js';

/** Seconds between two claims of a chain that are told of. */
const HOUR = 3600;

export class Delays {
  /** Of each chain, and its games that cannot be read: the claim that waits longest, and what it had waited when it was first looked at. */
  readonly #waiting = new Map<string, { readonly address: string; readonly had: number; readonly since: number }>();
  readonly #told = new Map<string, { readonly address: string; readonly at: number }>();

  /** `now`: seconds of a clock that does not jump. */
  constructor(readonly now: () => number = () => performance.now() / 1000) {}

  /** The claims to be told of, of those that wait longest; `seconds` is how long each has waited. */
  late(open: readonly OpenGame[], behind: number): OpenGame[] {
    const now = this.now();
    return open.flatMap((game) => {
      const { chain, address, isUnread } = game;
      const kind = `${chain} ${isUnread}`;
      const known = this.#waiting.get(kind);
      const waiting = known?.address === address ? known : { address, had: Math.max(0, game.seconds), since: now };
      this.#waiting.set(kind, waiting);
      const seconds = waiting.had + now - waiting.since;
      const told = this.#told.get(kind);
      if (seconds <= behind || told?.address === address || (told !== undefined && now - told.at < HOUR)) return [];
      this.#told.set(kind, { address, at: now });
      return [{ ...game, seconds }];
    });
  }
}
