/**
 * State by the block: debug_executionWitness gives the trie nodes and codes that executing a block reads, in one call where
 * debug_dbGet takes thousands, and where debug_dbGet is missing (reth).
 */
import { EmptyAnswerError, WrongAnswerError } from './endpoint-errors.js';
import { data, isObject } from './rpc-json.js';
import type { RpcEndpoint } from './rpc-endpoint.js';

export type ExecutionWitness = {
  /** Trie nodes and codes, unchecked. */
  values: Uint8Array[];
  /** What the trie's keys are hashes of, where the client tells: addresses (20 bytes), each before its slots (32 bytes). */
  keys: Uint8Array[];
};

/** A block of 500 million gas that reads nothing but the deepest tries reads less. */
const MOST_VALUES = 2_000_000;

/** The witness of a block, asked for once. Rejects with EndpointError. */
export function fetchWitness(endpoint: RpcEndpoint, block: bigint): Promise<ExecutionWitness> {
  const tag = `0x${block.toString(16)}`;
  const request = `debug_executionWitness ${block}`;
  return endpoint.attempt('debug_executionWitness', [tag], (result) => {
    if (result === null) throw new EmptyAnswerError(endpoint.name, request, 'the endpoint does not have this block');
    if (!isObject(result)) throw new WrongAnswerError(endpoint.name, request, 'the answer is not a witness');
    const bytes = (value: unknown) => data({ value }, 'value');
    const lists = [result.state, result.codes, result.keys].map(members);
    const count = lists.reduce((sum, { length }) => sum + length, 0);
    if (count > MOST_VALUES) {
      throw new WrongAnswerError(
        endpoint.name,
        request,
        `the witness has ${count} values, at most ${MOST_VALUES} are read`,
      );
    }
    const [state = [], codes = [], keys = []] = lists;
    return { values: [...state.map(bytes), ...codes.map(bytes)], keys: keys.map(bytes) };
  });
}

/** Clients give a list of values, or an object from hashes (or anything) to values. */
function members(field: unknown): unknown[] {
  if (Array.isArray(field)) return field;
  return isObject(field) ? Object.values(field) : [];
}
