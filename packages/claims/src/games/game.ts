// One proposal on L1: a dispute game's contract, or an output of an L2OutputOracle, read for what it claims.
import { addressOf, bytes32, type ContractViews, EndpointError, type ViewCall, type Words } from '@obelisc/host';
import { hex } from '../bytes.js';
import { gameType } from './game-types.js';
import { readStandings, type Standing } from './standing.js';

/** What became of a game, as its contract says. */
export const GAME_STATUSES = ['in progress', 'challenger wins', 'defender wins'] as const;
export type GameStatus = (typeof GAME_STATUSES)[number];

/** A proposal; hashes and addresses are 0x-hex, times seconds. */
export interface Game {
  readonly address: string;
  readonly type: number;
  readonly typeName: string;
  readonly status: GameStatus;
  readonly rootClaim: string;
  readonly blockNumber: bigint;
  /** The L1 block up to which its program reads; an oracle's outputs have none. */
  readonly l1Head: string | undefined;
  /** The block and output root that it starts from. */
  readonly start: { readonly blockNumber: bigint; readonly outputRoot: string };
  readonly createdAt: bigint;
  /** 0 while it is not resolved. */
  readonly resolvedAt: bigint;
  /** Seconds that each side's clock has, where the contract says so. */
  readonly maxClock: bigint | undefined;
  /** Who made the claim, where the contract says so. */
  readonly proposer: string | undefined;
  /** The L2 chain, where the contract says so. */
  readonly chainId: bigint | undefined;
  /** What the registry makes of it, where one says anything. */
  readonly standing: Standing | undefined;
  /** Why that could not be read; without it there is none where `standing` is undefined. */
  readonly standingError?: string;
}

/** Which proposal: a game by address, by its index in a factory, or an output of an oracle by address and index. */
export interface GameChoice {
  readonly address: string | undefined;
  readonly index: bigint | undefined;
  /** The factory; that of a known chain where it is not given. */
  readonly factory: string | undefined;
}

/** A contract that is no game, or one whose claims are not judged here. */
export class GameError extends Error {
  override name = 'GameError';
  constructor(
    readonly address: string,
    fault: string,
    /** The contract is a game, but of a kind that is not covered. */
    readonly isUncovered = false,
  ) {
    super(`the game at ${address}: ${fault}`);
  }
}

/** Views of all that games of all ages and makers have; what a contract lacks is answered with nothing. */
const VIEWS = [
  'rootClaim()',
  'gameType()',
  'status()',
  'l1Head()',
  // Since 2025 the block number is a sequence number.
  'l2SequenceNumber()',
  'l2BlockNumber()',
  'startingBlockNumber()',
  'startingRootHash()',
  'startingOutputRoot()',
  'startingProposal()',
  'createdAt()',
  'resolvedAt()',
  'maxClockDuration()',
  'gameCreator()',
  'proposer()',
  'l2ChainId()',
  // Kailua's games start from another's claim.
  'parentGame()',
] as const;
type View = (typeof VIEWS)[number];

/** Reads games in batches. An answer is a GameError for what is no game that can be judged. Rejects with EndpointError. */
export async function readGames(views: ContractViews, addresses: readonly string[]): Promise<(Game | GameError)[]> {
  return (await readEachGame(views, addresses)).map(answered);
}

function answered<Answer>(answer: Answer | EndpointError): Answer {
  if (answer instanceof EndpointError) throw answer;
  return answer;
}

/**
 * The same, where an EndpointError stands in the place of each game that could not be read, with `isSentOnce` at the first try: it may be
 * its contract's doing.
 */
export async function readEachGame(
  views: ContractViews,
  addresses: readonly string[],
  isSentOnce = false,
): Promise<(Game | GameError | EndpointError)[]> {
  const calls = addresses.flatMap((address) => VIEWS.map((signature) => ({ address, signature })));
  const [answers, standings] = await Promise.all([
    views.readEach(calls, isSentOnce),
    readStandings(views, addresses, isSentOnce),
  ]);
  const further: FurtherViews = {
    read: async (asked) => (await views.readEach(asked, isSentOnce)).map(answered),
    isContract: (address) => views.isContract(address),
  };
  return Promise.all(
    addresses.map(async (address, i) => {
      const values = new Map<View, Words>();
      for (const [at, view] of VIEWS.entries()) {
        const answer = answers[i * VIEWS.length + at];
        if (answer instanceof EndpointError) return answer;
        values.set(view, answer);
      }
      const standing = standings[i];
      try {
        const game = await gameOf(further, address, (view) => values.get(view));
        return standing instanceof EndpointError
          ? { ...game, standing: undefined, standingError: standing.message }
          : { ...game, standing };
      } catch (error) {
        if (error instanceof GameError || error instanceof EndpointError) return error;
        throw error;
      }
    }),
  );
}

/** What games say of their end: no more is read of many. Undefined for one that does not say. */
export async function readGameStatuses(
  views: ContractViews,
  addresses: readonly string[],
): Promise<(Pick<Game, 'status' | 'resolvedAt'> | undefined)[]> {
  const answers = await wordsOf(
    views,
    addresses.flatMap((address) => [
      { address, signature: 'status()' },
      { address, signature: 'resolvedAt()' },
    ]),
  );
  return addresses.map((_, i) => {
    const status = GAME_STATUSES[Number(answers[2 * i]?.[0] ?? -1n)];
    const resolvedAt = answers[2 * i + 1]?.[0] ?? 0n;
    return status && resolvedAt <= MOST ? { status, resolvedAt } : undefined;
  });
}

/** What a game's claim is known by. */
export type ClaimedUnder = Pick<Game, 'rootClaim' | 'l1Head'>;

/** Claim and L1 head of many games. Undefined for a contract that does not say both. */
export async function readClaimsOf(
  views: ContractViews,
  addresses: readonly string[],
): Promise<(ClaimedUnder | undefined)[]> {
  const answers = await wordsOf(
    views,
    addresses.flatMap((address) => [
      { address, signature: 'rootClaim()' },
      { address, signature: 'l1Head()' },
    ]),
  );
  return addresses.map((_, i) => {
    const [root, head] = [answers[2 * i]?.[0], answers[2 * i + 1]?.[0]];
    return root === undefined || head === undefined
      ? undefined
      : { rootClaim: hex(bytes32(root)), l1Head: hex(bytes32(head)) };
  });
}

/** What was answered, once; nothing where that failed: who looks again and again sees it the next time. */
async function wordsOf(views: ContractViews, calls: readonly ViewCall[]): Promise<Words[]> {
  const answers = await views.readEach(calls, true);
  return answers.map((answer) => (answer instanceof EndpointError ? undefined : answer));
}

/** What is asked where a game's own views leave something open. */
type FurtherViews = Pick<ContractViews, 'read' | 'isContract'>;

async function gameOf(
  views: FurtherViews,
  address: string,
  words: (view: View) => Words,
): Promise<Omit<Game, 'standing'>> {
  const word = (view: View): bigint | undefined => words(view)?.[0];
  const [root, type] = [word('rootClaim()'), word('gameType()')];
  if (root === undefined || type === undefined) {
    const what = (await views.isContract(address))
      ? 'the contract is none: it has no rootClaim() or gameType()'
      : 'there is no contract';
    throw new GameError(address, what);
  }
  if (type >= 1n << 32n) throw new GameError(address, `its type is ${type}, which no game has`);
  const { name, notCovered } = gameType(Number(type));
  if (notCovered !== undefined)
    throw new GameError(address, `${name} (type ${type}) is not covered: ${notCovered}`, true);
  const blockNumber = word('l2SequenceNumber()') ?? word('l2BlockNumber()');
  const l1Head = word('l1Head()');
  if (blockNumber === undefined || l1Head === undefined)
    throw new GameError(address, `${name} (type ${type}) is not covered: it has no block number or no L1 head`, true);
  checkBlock(address, 'its block number', blockNumber);
  for (const view of ['createdAt()', 'resolvedAt()', 'maxClockDuration()'] as const) {
    const seconds = word(view) ?? 0n;
    if (seconds > MOST) throw new GameError(address, `its ${view} is ${seconds}, which is no time`);
  }
  const status = GAME_STATUSES[Number(word('status()') ?? 0n)];
  if (status === undefined) throw new GameError(address, `its status is ${word('status()')}, which is not known`);
  const proposer = word('gameCreator()') ?? word('proposer()');
  return {
    address,
    type: Number(type),
    typeName: name,
    status,
    rootClaim: hex(bytes32(root)),
    blockNumber,
    l1Head: hex(bytes32(l1Head)),
    start: await startOf(views, address, words),
    createdAt: word('createdAt()') ?? 0n,
    resolvedAt: word('resolvedAt()') ?? 0n,
    maxClock: word('maxClockDuration()'),
    proposer: proposer === undefined ? undefined : addressOf(proposer),
    chainId: word('l2ChainId()'),
  };
}

/** Numbers of blocks and times have 64 bits; words of contracts have 256. */
const MOST = (1n << 64n) - 1n;

/** Throws GameError for a block that cannot be. */
function checkBlock(address: string, what: string, number: bigint): void {
  if (number > MOST) throw new GameError(address, `${what} is ${number}, which no chain reaches`);
}

/** The block and root that a game starts from, under one of the names that there were. */
async function startOf(
  views: FurtherViews,
  address: string,
  words: (view: View) => Words,
): Promise<{ blockNumber: bigint; outputRoot: string }> {
  const start = (blockNumber: bigint, root: bigint) => {
    checkBlock(address, 'the number of the block that it starts from', blockNumber);
    return { blockNumber, outputRoot: hex(bytes32(root)) };
  };
  const [number, root] = [words('startingBlockNumber()')?.[0], words('startingRootHash()')?.[0]];
  if (number !== undefined && root !== undefined) return start(number, root);
  for (const view of ['startingOutputRoot()', 'startingProposal()'] as const) {
    const [rootOfPair, numberOfPair] = words(view) ?? [];
    if (rootOfPair !== undefined && numberOfPair !== undefined) return start(numberOfPair, rootOfPair);
  }
  const parent = words('parentGame()')?.[0];
  if (parent !== undefined) {
    const of = addressOf(parent);
    const [claim, sequence, block] = await views.read(
      ['rootClaim()', 'l2SequenceNumber()', 'l2BlockNumber()'].map((signature) => ({ address: of, signature })),
    );
    const at = sequence?.[0] ?? block?.[0];
    if (claim?.[0] !== undefined && at !== undefined) return start(at, claim[0]);
  }
  throw new GameError(address, 'it does not say what block it starts from', true);
}

/**
 * Output `index` of the L2OutputOracle at `address`, which starts from the output before it. Rejects with GameError where there is no
 * such output, and with EndpointError.
 */
export async function readOracleOutput(views: ContractViews, address: string, index: bigint): Promise<Game> {
  const at = (i: bigint) => ({ address, signature: 'getL2Output(uint256)', args: [i] });
  const [latest, next, output, before] = await views.read([
    { address, signature: 'latestOutputIndex()' },
    { address, signature: 'nextOutputIndex()' },
    at(index),
    ...(index > 0n ? [at(index - 1n)] : []),
  ]);
  if (latest?.[0] === undefined) {
    // Of an empty list there is no latest one, and it reverts.
    if (next?.[0] === 0n) throw new GameError(address, `it has no output ${index}: it has none at all`);
    throw new GameError(
      address,
      (await views.isContract(address)) ? 'the contract is no L2OutputOracle' : 'there is no contract',
    );
  }
  const [root, time, blockNumber] = output ?? [];
  if (root === undefined || time === undefined || blockNumber === undefined)
    throw new GameError(address, `it has no output ${index}; the newest is ${latest[0]}`);
  checkBlock(address, `the block number of its output ${index}`, blockNumber);
  const [startRoot, , startBlock] = before ?? [];
  if (startRoot === undefined || startBlock === undefined)
    throw new GameError(address, `output ${index} has none before it to start from`);
  return {
    address,
    type: -1,
    typeName: 'L2OutputOracle',
    status: 'in progress',
    rootClaim: hex(bytes32(root)),
    blockNumber,
    l1Head: undefined,
    start: { blockNumber: startBlock, outputRoot: hex(bytes32(startRoot)) },
    createdAt: time,
    resolvedAt: 0n,
    maxClock: undefined,
    proposer: undefined,
    chainId: undefined,
    standing: undefined,
  };
}
