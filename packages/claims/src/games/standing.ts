// What the anchor state registry says of a game: a claim that is right may count for nothing all the same, and a wrong one do no harm.
import { addressOf, type ContractViews, EndpointError, type Words } from '@obelisc/host';

/** What the OP Stack's contracts make of a game, beside its status; undefined where no contract says it. */
export interface Standing {
  /** The registry that the game names, 0x-hex. */
  readonly registry: string | undefined;
  /** Whether its type was the one that counts when it was made. */
  readonly isRespected: boolean | undefined;
  /** Whether the guardian has named it as one that does not count. */
  readonly isBlacklisted: boolean | undefined;
  /** Whether it was made before the time from which on games count. */
  readonly isRetired: boolean | undefined;
}

const REGISTRY = 'anchorStateRegistry()';
const RESPECTED = 'wasRespectedGameTypeWhenCreated()';
/** Views of the registry, each of a game (ethereum-optimism/optimism, AnchorStateRegistry.sol since version 2.2, MIT). */
const OF_GAME = ['isGameRespected(address)', 'isGameBlacklisted(address)', 'isGameRetired(address)'] as const;

/**
 * Standings of games, in their order; undefined for a game of which no contract says anything, an EndpointError for one of which it could
 * not be read, with `isSentOnce` at the first try.
 */
export async function readStandings(
  views: ContractViews,
  addresses: readonly string[],
  isSentOnce = false,
): Promise<(Standing | undefined | EndpointError)[]> {
  const said = await views.readEach(
    addresses.flatMap((address) => [
      { address, signature: REGISTRY },
      { address, signature: RESPECTED },
    ]),
    isSentOnce,
  );
  const asked = addresses.flatMap((address, i) => {
    const registry = registryOf(said[2 * i]);
    const args = [BigInt(address)];
    return registry === undefined ? [] : OF_GAME.map((signature) => ({ address: registry, signature, args }));
  });
  const answers = asked.length === 0 ? [] : await views.readEach(asked, isSentOnce);
  let at = 0;
  return addresses.map((_, i) => {
    const registry = registryOf(said[2 * i]);
    const of = registry === undefined ? [] : answers.slice(at, (at += OF_GAME.length));
    const failure = [said[2 * i], said[2 * i + 1], ...of].find((answer) => answer instanceof EndpointError);
    if (failure !== undefined) return ofRegistry(failure, registry);
    const own = truth(said[2 * i + 1]);
    if (registry === undefined) return own === undefined ? undefined : { ...NOTHING, isRespected: own };
    const [respected, blacklisted, retired] = of.map(truth);
    return { registry, isRespected: respected ?? own, isBlacklisted: blacklisted, isRetired: retired };
  });
}

/** The failure with the registry's address, where it is known. */
function ofRegistry(failure: EndpointError, registry: string | undefined): EndpointError {
  if (registry === undefined) return failure;
  const { endpoint, request, fault, kind, delayMs, unreachable, code } = failure;
  const facts = { cause: failure, kind, delayMs, unreachable, code };
  return new EndpointError(endpoint, `${request} of the registry ${registry}`, fault, facts);
}

const NOTHING: Standing = {
  registry: undefined,
  isRespected: undefined,
  isBlacklisted: undefined,
  isRetired: undefined,
};

function registryOf(words: Words | EndpointError): string | undefined {
  const word = firstOf(words);
  return word === undefined || word === 0n || word >= 1n << 160n ? undefined : addressOf(word);
}

function firstOf(words: Words | EndpointError): bigint | undefined {
  return words instanceof EndpointError ? undefined : words?.[0];
}

/** A word that is neither 0 nor 1 is no answer to the question. */
function truth(words: Words | EndpointError): boolean | undefined {
  const word = firstOf(words);
  return word === 0n ? false : word === 1n ? true : undefined;
}

/** Why the contracts would not count the game, each by a word; empty where nothing is known against it. */
export function objectionsOf(standing: Partial<Standing> | undefined): string[] {
  return [
    ...(standing?.isBlacklisted === true ? ['blacklisted'] : []),
    ...(standing?.isRetired === true ? ['retired'] : []),
    ...(standing?.isRespected === false ? ['not respected'] : []),
  ];
}
