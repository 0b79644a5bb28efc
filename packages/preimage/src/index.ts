/** Pre-images: keys, hints, the wire protocol and the stores. Knows nothing of what the values mean. */
export type * from './computing.js';
export * from './datadir.js';
export { DatadirError } from './datadir-error.js';
export * from './descriptors.js';
export * from './hints.js';
export * from './integrity.js';
export { keccak256 } from './keccak.js';
export * from './keys.js';
export { hasLmdb } from './lmdb-store.js';
export type { NearbyReader, NearbySource } from './nearby.js';
export * from './oracle.js';
export * from './store.js';
export { TruncatedStreamError } from './byte-queue.js';
export { childChannels, type ChildChannels } from './child-channels.js';
export {
  closeEnds,
  endsOfStreams,
  oracleOver,
  serveOracle,
  type WireEnds,
  WireError,
  type WireStreams,
} from './wire.js';
export { type PreimageServer, type PreimageServerOptions, startPreimageServer } from './preimage-server.js';
export { PreimageServerError, WaitInterruptedError } from './question-watch.js';
export { makeFolder } from './make-folder.js';
