/**
 * What a run of one claim needs of the host, without the clients of endpoints: they are loaded where there are endpoints, so
 * that a server that answers from a datadir begins a third sooner.
 */
export { type Chain, type Claim, CUSTOM_CHAIN_INDICATOR, localPreimage } from './boot.js';
export {
  type ChainConfig,
  chainConfigOf,
  l1ChainConfigOf,
  parseGenesisChainConfig,
  parseL1ChainConfig,
} from './chain-config.js';
export { findChain, type KnownChain, knownChainNames, whyUnknown } from './chain-registry.js';
export { checkAnswerable, UncoveredClaimError } from './answerable.js';
export { type Dialect, DIALECTS } from './dialect.js';
export { konaRollupConfig, parseKonaRollupConfig } from './kona-config.js';
export { customChain } from './custom-chain.js';
export { GivenFileError, MOST_CONFIGURATION, MOST_GENESIS, readGiven } from './given-file.js';
export { knownL1ChainConfig } from './l1-registry.js';
export { ConfigurationError } from './go-encoding.js';
export {
  createOracle,
  type GatheredStore,
  type Host,
  type HostOptions,
  openForGathering,
  openHost,
  type OracleOptions,
} from './host.js';
export { DEFAULT_RETRY_POLICY, retryFor, type RetryPolicy } from './retry.js';
export { LOG_LEVELS, type Log, type LogFields, type LogLevel, silentLog } from './log.js';
export { parseRollupConfig, ROLLUP_FORKS, type RollupConfig, rollupConfigOf } from './rollup-config.js';
export type { Endpoints } from './fetcher.js';
export {
  DEFAULT_BATCH_SIZE,
  DEFAULT_REQUEST_LIMITS,
  type RequestLimits,
  RPC_KINDS,
  type RpcKind,
} from './endpoint-settings.js';
export {
  openRelayedHost,
  type Relay,
  type RelayAnswer,
  type RelayedHostOptions,
  relayEnd,
  type RelayEnd,
  type RelayNote,
  type RelayQuestion,
  type SharedWork,
  sharedWork,
} from './relay.js';
