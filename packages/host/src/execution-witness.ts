/**
 * State by the block: debug_executionWitness gives all trie nodes and codes that executing a block reads, in one call where
 * debug_dbGet takes thousands, and where debug_dbGet is missing (reth).
 */
import { keccak_256 } from '@noble/hashes/sha3.js';
import { keccak256Key, type PreimageStore } from '@obelisc/preimage';
import { EmptyAnswerError, EndpointError, WrongAnswerError } from './endpoint-errors.js';
import type { Log } from './log.js';
import { data, isObject, MalformedFieldError } from './rpc-json.js';
import type { RpcEndpoint } from './rpc-endpoint.js';

export type WitnessSource = {
  /**
   * Stores the witnesses of the blocks after the agreed one, in order, until the store has the keccak256 pre-image of
   * `hash`. Returns false when it is in none of them, or the endpoint has no witnesses.
   */
  find(hash: Uint8Array, store: PreimageStore): Promise<boolean>;
};

/** `agreedBlock` gives the number of the agreed block, `lastBlock` is the last one whose execution may be asked about. */
export function witnessSource(
  endpoint: RpcEndpoint,
  agreedBlock: () => Promise<bigint>,
  lastBlock: bigint,
  log: Log,
): WitnessSource {
  let next: bigint | undefined;
  let givenUp = false;
  return {
    async find(hash, store) {
      next ??= (await agreedBlock()) + 1n;
      while (!givenUp && next <= lastBlock) {
        const block = next;
        next += 1n;
        try {
          const values = await fetchWitness(endpoint, block);
          log('debug', 'Fetched execution witness', { block, values: values.length });
          for (const value of values) store.put(keccak256Key(keccak_256(value)), value);
        } catch (error) {
          if (!(error instanceof EndpointError)) throw error;
          givenUp = true;
          log('debug', 'No execution witnesses', { block, because: error.message });
        }
        if (store.get(keccak256Key(hash)) !== undefined) return true;
      }
      return false;
    },
  };
}

async function fetchWitness(endpoint: RpcEndpoint, block: bigint): Promise<Uint8Array[]> {
  const tag = `0x${block.toString(16)}`;
  return endpoint.call('debug_executionWitness', [tag], (result) => {
    if (result === null)
      throw new EmptyAnswerError(
        endpoint.name,
        `debug_executionWitness ${block}`,
        'the endpoint does not have this block',
      );
    if (!isObject(result))
      throw new WrongAnswerError(endpoint.name, `debug_executionWitness ${block}`, 'the answer is not a witness');
    try {
      return [...members(result.state), ...members(result.codes)].map((value) => data({ value }, 'value'));
    } catch (error) {
      if (!(error instanceof MalformedFieldError)) throw error;
      throw new WrongAnswerError(endpoint.name, `debug_executionWitness ${block}`, error.message, { cause: error });
    }
  });
}

/** Clients give a list of values, or an object from hashes (or anything) to values. */
function members(field: unknown): unknown[] {
  if (Array.isArray(field)) return field;
  return isObject(field) ? Object.values(field) : [];
}
