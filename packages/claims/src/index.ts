/** Claims judged: one claim, looked up, run natively and in the machine. */
export type { BlockTag } from './block-tags.js';
export { resolveChain } from './chain.js';
export { derivedIn } from './client-log.js';
export { DisagreementError, OrphanedHeadError, RefusedClaimError } from './errors.js';
export { FactoryError, gameCount, listGames, type ListedGame } from './games/factory.js';
export {
  type Game,
  type GameChoice,
  GameError,
  type GameStatus,
  readEachGame,
  readGames,
  readClaimsOf,
  readGameStatuses,
  readOracleOutput,
} from './games/game.js';
export { objectionsOf, readStandings, type Standing } from './games/standing.js';
export { readChosenGame } from './games/claim.js';
export { gameType, UNCOVERED_TYPES } from './games/game-types.js';
export type { Difference } from './difference.js';
export { locationLines } from './location-text.js';
export { messagesOf } from './messages.js';
export type { MachineProgress } from './machine.js';
export { type ChainOptions, type NetworkSettings, policyOf, type ValidateOptions } from './options.js';
export { atBatchEnds } from './batch-ends.js';
export { defaultSegments, evenStarts } from './segment-lengths.js';
export type { RangeProgress, SegmentProgress } from './segments.js';
export { type ScratchFolder, scratchFolder } from './scratch-folder.js';
export { validate } from './validate.js';
export { type Answer, exitCodes, type Verdict, gameJson, verdictJson, verdictLine } from './verdict.js';
