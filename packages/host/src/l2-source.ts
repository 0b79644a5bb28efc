/** The L2 chain's state as pre-images: trie nodes, code, output roots. */
import { keccak_256 } from '@noble/hashes/sha3.js';
import { type BlockSource, blockSource, equal, hex } from './block-source.js';
import { EndpointError, RequestFailure, UnsupportedMethodError, WrongAnswerError } from './endpoint-errors.js';
import { data, isObject } from './rpc-json.js';
import type { RpcEndpoint } from './rpc-endpoint.js';

export type L2Source = BlockSource & {
  /** The trie node with this hash. */
  node(hash: Uint8Array): Promise<Uint8Array>;
  /** The contract code with this hash. */
  code(hash: Uint8Array): Promise<Uint8Array>;
  /** The 128 bytes behind an output root, which must be the one of the agreed block. */
  output(root: Uint8Array): Promise<Uint8Array>;
};

/** The L2ToL1MessagePasser, whose storage root is part of an output root. */
const MESSAGE_PASSER = '0x4200000000000000000000000000000000000016';
/** op-geth keeps code under this prefix (rawdb.CodePrefix). */
const CODE_PREFIX = '63';

/** The source behind `endpoint`; `l2Head` is the hash of the block in the agreed output root. */
export function l2Source(endpoint: RpcEndpoint, l2Head: Uint8Array): L2Source {
  const blocks = blockSource(endpoint, false);

  const dbGet = (key: string) => endpoint.call('debug_dbGet', [`0x${key}`], (result) => data({ result }, 'result'));

  const byHash = async (what: string, hash: Uint8Array, keys: string[]): Promise<Uint8Array> => {
    let failure: unknown;
    for (const key of keys) {
      try {
        const value = await dbGet(key);
        if (equal(keccak_256(value), hash)) return value;
        failure = new WrongAnswerError(
          endpoint.name,
          `debug_dbGet 0x${key}`,
          `the ${what} it returned does not hash to ${hex(hash)}`,
        );
      } catch (error) {
        if (!(error instanceof EndpointError)) throw error;
        failure = error;
        if (error instanceof UnsupportedMethodError) break;
      }
    }
    if (failure instanceof WrongAnswerError) throw failure;
    const advice =
      failure instanceof UnsupportedMethodError
        ? 'the endpoint does not offer debug_dbGet; op-geth does with --http.api=eth,debug, other clients do not'
        : 'the endpoint does not have it; it takes an archive node (op-geth with --gcmode=archive and --state.scheme=hash)';
    throw new EndpointError(endpoint.name, `${what} ${hex(hash)}`, advice, { cause: failure });
  };

  return {
    ...blocks,
    node: (hash) => byHash('state trie node', hash, [plain(hash)]),
    code: (hash) => byHash('contract code', hash, [CODE_PREFIX + plain(hash), plain(hash)]),
    async output(root) {
      const header = await blocks.header(l2Head);
      // Since Isthmus the header itself has the message passer's storage root.
      if (header.withdrawalsRoot !== undefined) {
        const output = encodeOutput(header.stateRoot, header.withdrawalsRoot, l2Head);
        if (equal(keccak_256(output), root)) return output;
      }
      const output = encodeOutput(header.stateRoot, await storageRoot(endpoint, l2Head, header.number), l2Head);
      if (equal(keccak_256(output), root)) return output;
      throw new WrongAnswerError(
        endpoint.name,
        `output root of block ${hex(l2Head)}`,
        `it is ${hex(keccak_256(output))}, but --l2.outputroot says ${hex(root)}; --l2.head and --l2.outputroot must be of the same block`,
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

/** The message passer's storage root at a block; what it is worth, the output root shows. */
async function storageRoot(endpoint: RpcEndpoint, blockHash: Uint8Array, blockNumber: bigint): Promise<Uint8Array> {
  const ask = (block: string) =>
    endpoint.call('eth_getProof', [MESSAGE_PASSER, [], block], (result) =>
      data(isObject(result) ? result : {}, 'storageHash', 32),
    );
  try {
    return await ask(hex(blockHash));
  } catch (error) {
    // Not every endpoint takes a hash where most take a number; it then answers with an error of its own.
    if (!(error instanceof EndpointError) || !(error.cause instanceof RequestFailure) || error.cause.network)
      throw error;
    return ask(`0x${blockNumber.toString(16)}`);
  }
}

function plain(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
