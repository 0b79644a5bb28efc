/** The host: gathers what the program needs to know, and answers it. */
export { BLOB_LENGTH, blobProofKey, completeBlob, elementKey, elementPoint, storeBlob } from './blob-preimages.js';
export { type Chain, type Claim, CUSTOM_CHAIN_INDICATOR, localPreimage } from './boot.js';
export {
  type ChainConfig,
  chainConfigOf,
  l1ChainConfigOf,
  parseGenesisChainConfig,
  parseL1ChainConfig,
} from './chain-config.js';
export { findChain, type KnownChain, knownChainNames, whyUnknown } from './chain-registry.js';
export {
  configurationHash,
  fetchChainConfig,
  fetchL1ChainConfig,
  identifyChain,
  impliedChainConfig,
  knownChainOf,
  rollupDifferences,
} from './chain-identity.js';
export { checkAnswerable } from './answerable.js';
export { type Dialect, DIALECTS } from './dialect.js';
export { konaRollupConfig, parseKonaRollupConfig } from './kona-config.js';
export { customChain } from './custom-chain.js';
export { knownL1ChainConfig } from './l1-registry.js';
export { ConfigurationError } from './go-encoding.js';
export {
  EmptyAnswerError,
  EndpointError,
  type FailureKind,
  UnsupportedMethodError,
  WrongAnswerError,
} from './endpoint-errors.js';
export { type Endpoints, type FetcherOptions, networkFetcher } from './fetcher.js';
export type { GatheringProgress, Share } from './gathering-progress.js';
export { createOracle, type Host, type HostOptions, openHost, type OracleOptions } from './host.js';
export {
  addressOf,
  bytes32,
  type ContractViews,
  contractViews,
  type ContractViewsOptions,
  type ViewCall,
  type Words,
} from './contract-views.js';
export { encodeHeader } from './block-encoding.js';
export {
  ancestorHash,
  checkAgainstL1,
  checkAgainstOpNode,
  describeContradiction,
  describeDisagreement,
  readHeader,
} from './l1-ancestry.js';
export { findL1Head, l1HeadCandidates, type L1Head, type L1HeadOptions } from './l1-head.js';
export {
  type BlockId,
  type OpNode,
  opNode,
  type OpNodeOptions,
  type OutputAtBlock,
  type SyncStatus,
} from './op-node.js';
export { encodeOutput } from './l2-source.js';
export { RPC_KINDS, type RpcKind } from './receipts-source.js';
export { DEFAULT_REQUEST_LIMITS, type RequestLimits } from './request-gate.js';
export { DEFAULT_RETRY_POLICY, retryFor, type RetryPolicy } from './retry.js';
export { DEFAULT_BATCH_SIZE } from './rpc-endpoint.js';
export { noLookAhead } from './look-ahead.js';
export { LOG_LEVELS, type Log, type LogFields, type LogLevel, silentLog } from './log.js';
export { parseJson } from './lossless-json.js';
export type { Fetcher } from './prefetcher.js';
export { runPrecompile, UnknownPrecompileError } from './precompiles.js';
export { parseRollupConfig, ROLLUP_FORKS, type RollupConfig, rollupConfigOf } from './rollup-config.js';
export { blobCommitment } from './kzg.js';
export { FIELD_ELEMENTS } from './roots-of-unity.js';
