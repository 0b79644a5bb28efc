/** The host: gathers what the program needs to know, and answers it. */
export * from './run.js';
export {
  BLOB_LENGTH,
  blobProofKey,
  completeBlob,
  elementKey,
  elementPoint,
  layOutBlob,
  storeBlob,
  wholeBlobKey,
} from './blob-preimages.js';
export {
  configurationHash,
  fetchChainConfig,
  fetchL1ChainConfig,
  identifyChain,
  impliedChainConfig,
  knownChainOf,
  rollupDifferences,
} from './chain-identity.js';
export {
  EmptyAnswerError,
  EndpointError,
  type FailureKind,
  UnsupportedMethodError,
  WrongAnswerError,
} from './endpoint-errors.js';
export { type FetcherOptions, type Gatherer, networkFetcher, networkGatherer } from './fetcher.js';
export { unescaped } from './http-exchange.js';
export { configurationExcess } from './json-excess.js';
export { jsonFault } from './json-fault.js';
export type { GatheringProgress, Share } from './gathering-progress.js';
export {
  addressOf,
  bytes32,
  type ContractViews,
  contractViews,
  type ContractViewsOptions,
  type ViewCall,
  type Words,
} from './contract-views.js';
export { hex } from './bytes.js';
export type { BlobLayout, HostStore } from './written-behind.js';
export { encodeHeader, encodeReceipt, encodeTransaction } from './block-encoding.js';
export {
  ancestorHash,
  checkAgainstL1,
  checkAgainstOpNode,
  describeContradiction,
  describeDisagreement,
  readHeader,
} from './l1-ancestry.js';
export { type L1Blocks, l1Blocks } from './l1-blocks.js';
export { Outage } from './outage.js';
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
export { type BeaconSource, beaconSource } from './beacon-source.js';
export { type RestEndpoint, restEndpoint } from './rest-endpoint.js';
export { type RpcEndpoint, rpcEndpoint } from './rpc-endpoint.js';
export { noLookAhead } from './look-ahead.js';
export { parseJson } from './lossless-json.js';
export type { Fetcher } from './prefetcher.js';
export { runPrecompile, UnknownPrecompileError } from './precompiles.js';
export { blobCommitment } from './kzg.js';
export { FIELD_ELEMENTS } from './roots-of-unity.js';
export { type ExecutedBlock, type ExecutedBlocks, executedBlocks, type ToldAccount } from './executed-blocks.js';
export { makeFolder } from '@obelisc/preimage';
