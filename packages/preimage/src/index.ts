/** Pre-images: keys, hints, the wire protocol and the stores. Knows nothing of what the values mean. */
export * from './datadir.js';
export { DatadirError } from './datadir-error.js';
export * from './descriptors.js';
export * from './hints.js';
export * from './integrity.js';
export * from './keys.js';
export * from './oracle.js';
export * from './store.js';
export { TruncatedStreamError } from './byte-reader.js';
export { oracleOver, serveOracle, WireError, type WireStreams } from './wire.js';
export {
  PreimageServerError,
  type PreimageServer,
  type PreimageServerOptions,
  startPreimageServer,
  WaitInterruptedError,
} from './preimage-server.js';
