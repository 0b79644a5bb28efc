// The claim of a game, found by the game's address or its place in the factory's list.
import { type ContractViews, contractViews } from '@obelisc/host';
import { RefusedClaimError } from '../errors.js';
import { type NetworkSettings, policyOf } from '../options.js';
import { FactoryError, gameCount, listGames } from './factory.js';
import { type Game, type GameChoice, GameError, readGames, readOracleOutput } from './game.js';

export interface GameSource {
  readonly l1: string;
  readonly l1Check?: string | undefined;
  readonly settings?: NetworkSettings;
  readonly log: Parameters<typeof contractViews>[0]['log'];
}

/**
 * Reads the game that was chosen (`knownFactory`: that of the chain), at `--l1` and at `--l1.check` where there is one; both must say the same. Rejects with
 * RefusedClaimError, GameError, FactoryError or EndpointError.
 */
export async function readChosenGame(
  choice: GameChoice,
  knownFactory: string | undefined,
  { l1, l1Check, settings, log }: GameSource,
): Promise<Game> {
  const views = (flag: string, url: string): ContractViews =>
    contractViews({
      flag,
      url,
      ...(log === undefined ? {} : { log }),
      policy: policyOf(settings),
      ...(settings?.endpoints.batchSize === undefined ? {} : { batchSize: settings.endpoints.batchSize }),
    });
  const game = await readChosen(choice, knownFactory, views('--l1', l1));
  if (l1Check !== undefined) {
    const other = await readChosen(choice, knownFactory, views('--l1.check', l1Check));
    for (const field of ['rootClaim', 'blockNumber', 'l1Head'] as const)
      if (game[field] !== other[field])
        throw new RefusedClaimError(
          `the game at ${game.address} has the ${field} ${game[field]} at --l1, and ${other[field]} at --l1.check: one of them is on another chain, behind, or lies`,
        );
  }
  return game;
}

async function readChosen(
  { address, index, factory }: GameChoice,
  knownFactory: string | undefined,
  views: ContractViews,
): Promise<Game> {
  // An address with an index is an oracle's.
  if (address !== undefined && index !== undefined) return readOracleOutput(views, address, index);
  if (address !== undefined) return only(await readGames(views, [address]));
  if (index === undefined) throw new TypeError('a game is chosen by its address or its index');
  const from = factory ?? knownFactory;
  if (from === undefined)
    throw new RefusedClaimError('--game-index needs --game-factory: this chain is not one whose factory is known');
  const count = await gameCount(views, from);
  if (index >= count)
    throw new RefusedClaimError(
      `--game-index ${index}: the factory ${from} has ${count === 0n ? 'no games' : `games 0 to ${count - 1n}`}`,
    );
  const [listed] = await listGames(views, from, index, index + 1n);
  if (listed === undefined) throw new FactoryError(`the game factory ${from} does not tell its game ${index}`);
  return only(await readGames(views, [listed.address]));
}

function only(games: readonly (Game | GameError)[]): Game {
  const [game] = games;
  if (game === undefined) throw new TypeError('one answer a game');
  if (game instanceof GameError) throw game;
  return game;
}
