/** The watch: every proposal of a chain judged, on this machine or on many. */
export { type AlertTargets, raise, sendAlerts, sign } from './alerts.js';
export { type ChainFlags, readChains, watchedChain, type WatchedChain } from './chain-settings.js';
export type { ClaimEnd } from './claim-try.js';
export { type Database, isServer, openDatabase, type Sql } from './database.js';
export { WatchError } from './errors.js';
export { type Beginning, Follower, type Look } from './follower.js';
export {
  addGame,
  addUncoveredGame,
  findGame,
  type GameKey,
  type GameRow,
  type GameState,
  gamesInState,
} from './games-table.js';
export { type ClaimJob, ClaimQueue } from './queue.js';
export type { JudgingOptions } from './judging.js';
export { Metrics } from './metrics.js';
export { Reporter } from './reporter.js';
export { type GivenUp, judgeAgain, type RetryChoice } from './retry.js';
export { claimNames, migrate } from './schema.js';
export { startServer, type WatchServer } from './server.js';
export { type Tally, Watch, type WatchListeners, type WatchOptions } from './watch.js';
export { ClaimWorker, type WorkerOptions } from './worker.js';
