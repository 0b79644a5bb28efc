/** L1's blocks by name and hash, for those who follow it. */
import { hex } from './bytes.js';
import { EmptyAnswerError, EndpointError, WrongAnswerError } from './endpoint-errors.js';
import { type Log, silentLog } from './log.js';
import type { BlockId } from './op-node.js';
import type { RetryPolicy } from './retry.js';
import { data, integer, isObject } from './rpc-json.js';
import { rpcEndpoint } from './rpc-endpoint.js';

/** `timestamp`: seconds. */
export type L1Block = BlockId & { readonly timestamp: bigint };

export type L1Blocks = {
  /** The newest block. Rejects with EndpointError. */
  latest(): Promise<L1Block>;
  /** The newest block that is final; undefined where L1 has none yet. Rejects with EndpointError. */
  finalized(): Promise<L1Block | undefined>;
  /** The block with this 0x-hex hash, on the chain or not; undefined where L1 does not know it. Rejects with EndpointError. */
  byHash(hash: string): Promise<L1Block | undefined>;
  /** The same for several, in batches. */
  byHashes(hashes: readonly string[]): Promise<(L1Block | undefined)[]>;
  /**
   * The blocks with these hashes that are on the chain; undefined for those that are not known, or that another block is in the place
   * of. A block above all that L1 tells of by number is believed: endpoints of several nodes are not all equally far.
   */
  onChain(hashes: readonly string[]): Promise<(L1Block | undefined)[]>;
};

/** A reader of L1's blocks. */
export function l1Blocks(options: { url: string; flag?: string; log?: Log; policy: RetryPolicy }): L1Blocks {
  const { url, flag = '--l1', log = silentLog, policy } = options;
  const endpoint = rpcEndpoint({ flag, url, policy, log });
  const block = (result: unknown): L1Block | undefined =>
    isObject(result)
      ? { hash: data(result, 'hash', 32), number: integer(result, 'number'), timestamp: integer(result, 'timestamp') }
      : undefined;
  const named = (found: L1Block | undefined, hash: string): L1Block | undefined => {
    if (found === undefined || hex(found.hash) === hash) return found;
    const what = `block ${hash} was asked for, not ${hex(found.hash)}`;
    throw new WrongAnswerError(endpoint.name, 'eth_getBlockByHash', what);
  };
  const byHashes = async (hashes: readonly string[]): Promise<(L1Block | undefined)[]> => {
    const parameters = hashes.map((hash) => [hash, false]);
    const found = await endpoint.settleEach('eth_getBlockByHash', parameters, block);
    return found.map((outcome, i) => {
      if (outcome.status === 'fulfilled') return named(outcome.value, hashes[i] ?? '');
      // Some say by an error that there is none.
      if (outcome.reason instanceof EndpointError && outcome.reason.kind === 'absent') return undefined;
      throw outcome.reason;
    });
  };
  return {
    finalized: () => endpoint.call('eth_getBlockByNumber', ['finalized', false], block),
    latest: () =>
      endpoint.call('eth_getBlockByNumber', ['latest', false], (result) => {
        const latest = block(result);
        if (latest === undefined) throw new EmptyAnswerError(endpoint.name, 'eth_getBlockByNumber latest', 'no block');
        return latest;
      }),
    byHash: async (hash) => (await byHashes([hash]))[0],
    byHashes,
    async onChain(hashes) {
      const found = await byHashes(hashes);
      const known = found.filter((one) => one !== undefined);
      const parameters = known.map(({ number }) => [`0x${number.toString(16)}`, false]);
      const inPlace = known.length === 0 ? [] : await endpoint.callEach('eth_getBlockByNumber', parameters, block);
      const isReplaced = (one: L1Block, i: number): boolean => {
        const there = inPlace[i];
        return there !== undefined && hex(there.hash) !== hex(one.hash);
      };
      const replaced = new Set(known.filter(isReplaced));
      return found.map((one) => (one === undefined || replaced.has(one) ? undefined : one));
    },
  };
}
