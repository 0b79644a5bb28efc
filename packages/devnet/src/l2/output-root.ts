// Output roots. Specification: specs/protocol/proposals.md, "L2 Output Commitment Construction".
import { concatBytes } from '@ethereumjs/util';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { L2_TO_L1_MESSAGE_PASSER } from '../execution/addresses.js';
import type { BlockHeader } from '../execution/header.js';
import { State } from '../state/state.js';
import type { StateStore } from '../state/store.js';

/** An output of version 0 and what it is made of; all 32 bytes. */
export interface Output {
  readonly outputRoot: Uint8Array;
  readonly stateRoot: Uint8Array;
  readonly messagePasserStorageRoot: Uint8Array;
  readonly blockHash: Uint8Array;
}

/** The output after a block whose state is in the store. */
export function outputOf(header: BlockHeader, blockHash: Uint8Array, store: StateStore): Output {
  const { stateRoot } = header;
  const messagePasserStorageRoot = new State(store, stateRoot).storageRoot(L2_TO_L1_MESSAGE_PASSER);
  const version = new Uint8Array(32);
  const outputRoot = keccak_256(concatBytes(version, stateRoot, messagePasserStorageRoot, blockHash));
  return { outputRoot, stateRoot, messagePasserStorageRoot, blockHash };
}
