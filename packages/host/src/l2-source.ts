/** The L2 chain's blocks and output roots as pre-images. */
import { keccak256 } from '@obelisc/preimage';
import { allFailed } from './alternatives.js';
import type { BlockSource } from './block-source.js';
import { equal, hex } from './bytes.js';
import { EndpointError, UnsupportedMethodError, WrongAnswerError } from './endpoint-errors.js';
import { data, isObject } from './rpc-json.js';
import type { RpcEndpoint } from './rpc-endpoint.js';
import { orNoState } from './state-proofs.js';
import { MESSAGE_PASSER } from './touched-accounts.js';

export type L2Source = BlockSource & {
  /** The 128 bytes behind an output root, which must be the one of the agreed block. */
  output(root: Uint8Array): Promise<Uint8Array>;
};

/** `blocks` of `endpoint`, and its output root; `l2Head` is the hash of the block in the agreed one. */
export function l2Source(endpoint: RpcEndpoint, blocks: BlockSource, l2Head: Uint8Array): L2Source {
  return {
    ...blocks,
    async output(root) {
      const header = await blocks.header(l2Head);
      // Since Isthmus the header itself has the message passer's storage root.
      if (header.withdrawalsRoot !== undefined) {
        const output = encodeOutput(header.stateRoot, header.withdrawalsRoot, l2Head);
        if (equal(keccak256(output), root)) return output;
      }
      const output = encodeOutput(header.stateRoot, await storageRoot(endpoint, l2Head, header.number), l2Head);
      if (equal(keccak256(output), root)) return output;
      throw new WrongAnswerError(
        endpoint.name,
        `output root of block ${hex(l2Head)}`,
        `it is ${hex(keccak256(output))}, but --l2.outputroot says ${hex(root)}; --l2.head and --l2.outputroot must be of the same block`,
      );
    },
  };
}

/** Output version 0: 32 zero bytes, state root, message passer's storage root, block hash. */
export function encodeOutput(stateRoot: Uint8Array, messagePasserRoot: Uint8Array, blockHash: Uint8Array): Uint8Array {
  const output = new Uint8Array(128);
  output.set(stateRoot, 32);
  output.set(messagePasserRoot, 64);
  output.set(blockHash, 96);
  return output;
}

function withoutProofs(error: EndpointError): EndpointError {
  return new EndpointError(
    error.endpoint,
    "the message passer's storage root",
    `the endpoint does not offer eth_getProof, which every L2 needs; for state it takes debug_dbGet (op-geth) or debug_executionWitness (op-reth) beside it, or no more (${error.fault})`,
    { kind: error.kind, cause: error },
  );
}

/** The message passer's storage root at a block; what it is worth, the output root shows. */
async function storageRoot(endpoint: RpcEndpoint, blockHash: Uint8Array, blockNumber: bigint): Promise<Uint8Array> {
  const ask = (block: string) =>
    endpoint.attempt('eth_getProof', [MESSAGE_PASSER, [], block], (result) =>
      data(isObject(result) ? result : {}, 'storageHash', 32),
    );
  const askEitherWay = async (): Promise<Uint8Array> => {
    try {
      return await ask(hex(blockHash));
    } catch (error) {
      // Not every endpoint takes a hash where most take a number; it then answers with an error of its own.
      if (!(error instanceof EndpointError) || error.unreachable || error.kind === 'rate-limit') throw error;
      if (error instanceof UnsupportedMethodError) throw withoutProofs(error);
      try {
        return await ask(`0x${blockNumber.toString(16)}`);
      } catch (second) {
        if (!(second instanceof EndpointError) || second.fault === error.fault) throw second;
        throw allFailed([error, second]);
      }
    }
  };
  try {
    return await endpoint.retry(askEitherWay);
  } catch (error) {
    throw orNoState(error, blockNumber);
  }
}
