// Reads what games claim, so that none holds up the others: a contract may be made so that nodes refuse to run it, take too long to, or
// answer with megabytes. What could not be read is asked for again, less and less often.
import { type Game, type GameError, gameCount, readEachGame } from '@obelisc/claims';
import { type ContractViews, EndpointError } from '@obelisc/host';

/** Milliseconds until a game that could not be read is asked for again; it doubles from try to try, up to the longest. */
const FIRST_PAUSE = 10_000;
const LONGEST_PAUSE = 600_000;

export class GameReader {
  readonly #unread = new Map<string, { readonly tries: number; readonly due: number }>();

  /**
   * `views` wait for an endpoint as long as flags say; `hasty` makes some that wait a few seconds. `now`: milliseconds of a clock that does
   * not jump.
   */
  constructor(
    readonly factory: string,
    readonly views: ContractViews,
    readonly hasty: () => ContractViews,
    readonly now: () => number = () => performance.now(),
  ) {}

  /** The games in their order; an EndpointError for one that cannot be read while the endpoint is there. Rejects with EndpointError. */
  async read(addresses: readonly string[]): Promise<(Game | GameError | EndpointError)[]> {
    const games = await readEachGame(this.views, addresses, true);
    const failed = addresses.filter((_, i) => games[i] instanceof EndpointError);
    if (failed.length === 0) return games;
    // It may have been the endpoint.
    await gameCount(this.views, this.factory);
    // Who has met such games asks for less at a time from then on, which nothing else is to be read by.
    const again = await readEachGame(this.hasty(), failed);
    return games.map((game) => (game instanceof EndpointError ? (again.shift() ?? game) : game));
  }

  /** Notes that the game could not be read. */
  postpone(address: string): void {
    const tries = (this.#unread.get(address)?.tries ?? 0) + 1;
    const pause = Math.min(FIRST_PAUSE * 2 ** (tries - 1), LONGEST_PAUSE);
    this.#unread.set(address, { tries, due: this.now() + pause });
  }

  /** Whether the game is to be asked for again now. */
  isDue(address: string): boolean {
    return this.now() >= (this.#unread.get(address)?.due ?? 0);
  }

  /** The game was read, or is given up. */
  forget(address: string): void {
    this.#unread.delete(address);
  }
}
