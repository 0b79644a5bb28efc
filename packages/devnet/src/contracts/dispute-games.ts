// Proposals on the embedded L1: a factory of dispute games with the views of the OP Stack's, and games whose claims are stored
// as they come. Nothing is played: whoever proposed says how a game ends. Specification: specs/fault-proof/stage-one.
import { concatBytes } from '@ethereumjs/util';
import { assemble, callData, dynamicBytes, eventTopic, selector, wordOf } from './assembler.js';

const CREATE = 'create(uint32,bytes32,bytes)';
const SET_ANCHOR = 'setAnchor(bytes32,uint256)';
const RESOLVE_AS = 'resolveAs(uint256)';
const GAME_CREATED = eventTopic('DisputeGameCreated(address,uint32,bytes32)');

/** Seconds that each side has: as long as games last in the OP Stack, and as little kept to as their other rules. */
const CLOCK = 302_400;

/** What a game is made with, in the order of its storage; the views that read each. */
const GAME_FIELDS: readonly (readonly string[])[] = [
  ['rootClaim()'],
  ['gameType()'],
  ['l1Head()'],
  ['l2SequenceNumber()', 'l2BlockNumber()'],
  ['startingRootHash()'],
  ['startingBlockNumber()'],
  ['createdAt()'],
  ['gameCreator()'],
  ['l2ChainId()'],
  ['maxClockDuration()'],
  ['anchorStateRegistry()'],
  ['wasRespectedGameTypeWhenCreated()'],
];
/** Written later. */
const STATUS = GAME_FIELDS.length;
const RESOLVED_AT = STATUS + 1;

const GAME_VIEWS = [...GAME_FIELDS, ['status()'], ['resolvedAt()']].flatMap((signatures, slot) =>
  signatures.map((signature) => ({ signature, slot })),
);

/** A game: each view reads its slot; `resolveAs` ends it. */
const GAME = assemble(`
  0 calldataload 0xe0 shr
  ${GAME_VIEWS.map(({ signature }, i) => `dup1 ${selector(signature)} eq @view${i} jumpi`).join('\n')}
  ${selector(RESOLVE_AS)} eq @resolve jumpi
  0 0 revert
  ${GAME_VIEWS.map(({ slot }, i) => `view${i}: ${slot} @answer jump`).join('\n')}
answer:
  sload 0 mstore 0x20 0 return
resolve:
  4 calldataload ${STATUS} sstore
  timestamp ${RESOLVED_AT} sstore
  stop
`);

const ARGUMENTS = GAME_FIELDS.length * 32;

/** Init code of a game without its arguments, which stand behind it. */
const GAME_INIT = withOwnSize(
  (size) => `
    ${ARGUMENTS} ${size + GAME.length} 0 codecopy
    ${GAME_FIELDS.map((_, slot) => `${slot * 32} mload ${slot} sstore`).join('\n')}
    ${GAME.length} ${size} 0 codecopy
    ${GAME.length} 0 return`,
  GAME,
);

// Storage: 0 the number of games, 1 and 2 the anchor's root and block, 3 the L2 chain, 4 the respected type, 5 the time up to which
// games are retired, 0x10000 + 4 i the i-th game's type, time and address; of a game by its address whether it was respected, when it was
// made, whether it is blacklisted.
const GAMES_AT = 0x10000;
const RESPECTED_AT = 1n << 160n;
const MADE_AT = 2n << 160n;
const BLACKLISTED_AT = 3n << 160n;

/** What the registry says and takes, and where. */
const REGISTRY = {
  'isGameRespected(address)': 'respected',
  'isGameBlacklisted(address)': 'blacklisted',
  'disputeGameBlacklist(address)': 'blacklisted',
  'isGameRetired(address)': 'retired',
  'respectedGameType()': 'type',
  'retirementTimestamp()': 'retirement',
  'blacklistDisputeGame(address)': 'blacklist',
  'updateRetirementTimestamp()': 'retire',
  'setRespectedGameType(uint32)': 'respect',
} as const;

/**
 * The factory: `create`, `gameCount`, `gameAtIndex`, and `setAnchor` for the root that new games start from. It is its games' anchor state
 * registry as well, with the views and the guardian's calls of the OP Stack's; whoever calls is its guardian.
 */
export const DISPUTE_GAME_FACTORY = withOwnSize(
  (size) => `
    0 calldataload 0xe0 shr
    dup1 ${selector(CREATE)} eq @create jumpi
    dup1 ${selector('gameCount()')} eq @count jumpi
    dup1 ${selector('gameAtIndex(uint256)')} eq @at jumpi
    dup1 ${selector(SET_ANCHOR)} eq @anchor jumpi
    ${Object.entries(REGISTRY)
      .map(([signature, place]) => `dup1 ${selector(signature)} eq @${place} jumpi`)
      .join('\n')}
    0 0 revert
  count:
    0 sload 0 mstore 0x20 0 return
  at:
    4 calldataload 0 sload dup2 lt iszero @missing jumpi
    4 mul ${GAMES_AT} add
    dup1 sload 0 mstore
    dup1 1 add sload 0x20 mstore
    2 add sload 0x40 mstore
    0x60 0 return
  missing:
    0 0 revert
  respected:
    4 calldataload ${RESPECTED_AT} add sload @word jump
  blacklisted:
    4 calldataload ${BLACKLISTED_AT} add sload @word jump
  retired:
    4 calldataload ${MADE_AT} add sload 5 sload lt iszero @word jump
  type:
    4 sload @word jump
  retirement:
    5 sload
  word:
    0 mstore 0x20 0 return
  blacklist:
    1 4 calldataload ${BLACKLISTED_AT} add sstore
    stop
  retire:
    timestamp 5 sstore
    stop
  respect:
    4 calldataload 4 sstore
    stop
  anchor:
    4 calldataload 1 sstore
    0x24 calldataload 2 sstore
    stop
  create:
    ; the game's init code at 0, its arguments behind it
    ${GAME_INIT.length} ${size} 0 codecopy
    0x24 calldataload ${GAME_INIT.length} mstore
    4 calldataload ${GAME_INIT.length + 0x20} mstore
    1 number sub blockhash ${GAME_INIT.length + 0x40} mstore
    ; the extra data begin with the block's number
    0x44 calldataload 0x24 add calldataload ${GAME_INIT.length + 0x60} mstore
    1 sload ${GAME_INIT.length + 0x80} mstore
    2 sload ${GAME_INIT.length + 0xa0} mstore
    timestamp ${GAME_INIT.length + 0xc0} mstore
    caller ${GAME_INIT.length + 0xe0} mstore
    3 sload ${GAME_INIT.length + 0x100} mstore
    ${CLOCK} ${GAME_INIT.length + 0x120} mstore
    address ${GAME_INIT.length + 0x140} mstore
    4 calldataload 4 sload eq ${GAME_INIT.length + 0x160} mstore
    ${GAME_INIT.length + ARGUMENTS} 0 0 create
    dup1 iszero @missing jumpi
    ; [game] into the registry
    4 calldataload 4 sload eq dup2 ${RESPECTED_AT} add sstore
    timestamp dup2 ${MADE_AT} add sstore
    ; [game] into the list
    0 sload dup1 4 mul ${GAMES_AT} add
    4 calldataload dup2 sstore
    timestamp dup2 1 add sstore
    dup3 dup2 2 add sstore
    pop 1 add 0 sstore
    0x24 calldataload 4 calldataload dup3 ${GAME_CREATED} 0 0 log4
    0 mstore 0x20 0 return`,
  GAME_INIT,
);

/** Slot of the L2 chain's id in the factory, for its genesis storage. */
export const FACTORY_CHAIN_ID_SLOT = wordOf(3n);

/** Call data that makes a game about the output root of an L2 block. */
export function createGameCall(gameType: bigint, rootClaim: Uint8Array, blockNumber: bigint): Uint8Array {
  return concatBytes(callData(CREATE, gameType, rootClaim, 0x60n), dynamicBytes(wordOf(blockNumber)));
}

/** Call data for the factory: new games start from this block's output root. */
export function setAnchorCall(outputRoot: Uint8Array, blockNumber: bigint): Uint8Array {
  return callData(SET_ANCHOR, outputRoot, blockNumber);
}

/** What a guardian does: no claim of this game counts, none of those that are there, none of this type that are still to come. */
export type GuardianAct = { readonly blacklist: bigint } | 'retire' | { readonly respectInstead: bigint };

/** Call data for the registry. `blacklist`: a game's address; `respectInstead`: the type that counts from now on. */
export function guardianCall(act: GuardianAct): Uint8Array {
  if (act === 'retire') return callData('updateRetirementTimestamp()');
  return 'blacklist' in act
    ? callData('blacklistDisputeGame(address)', act.blacklist)
    : callData('setRespectedGameType(uint32)', act.respectInstead);
}

/** Call data that ends a game: 1 the challenger wins, 2 the defender. */
export function resolveCall(status: bigint): Uint8Array {
  return callData(RESOLVE_AS, status);
}

/** A program that knows how long it is, with `data` behind it. */
function withOwnSize(source: (size: number) => string, data: Uint8Array): Uint8Array {
  // Any size of two bytes gives code of the same length.
  const { length } = assemble(source(0x1000));
  const code = assemble(source(Math.max(length, 0x100)));
  return concatBytes(code, new Uint8Array(Math.max(length, 0x100) - code.length), data);
}
