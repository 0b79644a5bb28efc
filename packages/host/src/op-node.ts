/** What an op-node knows of its chain: output roots, configuration, how far it has derived (op-node's `optimism` namespace). */
import { keccak_256 } from '@noble/hashes/sha3.js';
import { equal, hex } from './bytes.js';
import { EmptyAnswerError, EndpointError, WrongAnswerError } from './endpoint-errors.js';
import { ConfigurationError } from './go-encoding.js';
import { encodeOutput } from './l2-source.js';
import { type Log, silentLog } from './log.js';
import { loneFailures } from './lone-failures.js';
import type { JsonValue } from './lossless-json.js';
import type { RetryPolicy } from './retry.js';
import { type RollupConfig, rollupConfigOf } from './rollup-config.js';
import { data, integer, isObject, isTooDeep, MalformedFieldError, present, type RpcObject } from './rpc-json.js';
import { rpcEndpoint } from './rpc-endpoint.js';

export type BlockId = { hash: Uint8Array; number: bigint };

/** An L2 block's output root, checked against its parts. `json` is the op-node's answer as it came. */
export type OutputAtBlock = {
  outputRoot: Uint8Array;
  blockHash: Uint8Array;
  blockNumber: bigint;
  timestamp: bigint;
  l1Origin: BlockId;
  json: JsonValue;
};

/** The L1 block that derivation has reached and the L2 block it has derived from L1 up to there. */
export type SyncStatus = { currentL1: BlockId; safeL2: BlockId; finalizedL2: BlockId; unsafeL2: BlockId };

export type OpNode = {
  readonly name: string;
  /** Rejects with EndpointError where the op-node does not have the block (yet). */
  outputAtBlock(number: bigint): Promise<OutputAtBlock>;
  rollupConfig(): Promise<RollupConfig>;
  syncStatus(): Promise<SyncStatus>;
  /** The safe L2 head as of an L1 block, undefined where the op-node keeps no record (it does with --safedb.path). */
  safeHeadAtL1Block(number: bigint): Promise<BlockId | undefined>;
};

export type OpNodeOptions = { url: string; flag?: string; log?: Log; policy: RetryPolicy };

/** A client for the op-node at `url`. */
export function opNode({ url, flag = '--op-node', log = silentLog, policy }: OpNodeOptions): OpNode {
  const endpoint = rpcEndpoint({ flag, url, policy, log });
  const failsAlone = loneFailures(() => endpoint.attempt('optimism_syncStatus', []));

  /** Calls and reads the answer; a field that is missing or malformed is the op-node's fault and says which. */
  const reader =
    <T>(method: string, parse: (result: RpcObject) => T) =>
    (result: unknown): T => {
      if (result === null || result === undefined)
        throw new EmptyAnswerError(endpoint.name, method, 'the answer is null; is this an op-node?');
      if (!isObject(result))
        throw new WrongAnswerError(endpoint.name, method, 'the answer is not an object; is this an op-node?');
      try {
        return parse(result);
      } catch (error) {
        if (!(error instanceof MalformedFieldError || error instanceof ConfigurationError)) throw error;
        throw new WrongAnswerError(endpoint.name, method, error.message, { cause: error });
      }
    };
  const read = <T>(method: string, params: unknown[], parse: (result: RpcObject) => T): Promise<T> =>
    endpoint.call(method, params, reader(method, parse));

  return {
    name: endpoint.name,
    outputAtBlock: (number) =>
      read('optimism_outputAtBlock', [quantity(number)], (result) => {
        const output = parseOutput(result);
        const parts = encodeOutput(
          data(result, 'stateRoot', 32),
          data(result, 'withdrawalStorageRoot', 32),
          output.blockHash,
        );
        if (!equal(keccak_256(parts), output.outputRoot) || output.blockNumber !== number) {
          throw new WrongAnswerError(
            endpoint.name,
            `optimism_outputAtBlock ${number}`,
            `the output root ${hex(output.outputRoot)} is not made of the parts it came with, or is of block ${output.blockNumber}`,
          );
        }
        return output;
      }),
    rollupConfig: () =>
      read('optimism_rollupConfig', [], (result) => {
        if (isTooDeep(result))
          throw new ConfigurationError(`rollup configuration of ${endpoint.name}`, 'has more than 64 levels');
        return rollupConfigOf(exact(result), `rollup configuration of ${endpoint.name}`);
      }),
    syncStatus: () =>
      read('optimism_syncStatus', [], (result) => {
        // Without any of these it is no status.
        if (!['current_l1', 'safe_l2', 'local_safe_l2', 'unsafe_l2'].some((field) => present(result, field)))
          throw new MalformedFieldError('current_l1', 'is not an object');
        return {
          currentL1: blockIdOrNone(result, 'current_l1'),
          safeL2: blockIdOrNone(result, present(result, 'safe_l2') ? 'safe_l2' : 'local_safe_l2'),
          finalizedL2: blockIdOrNone(result, 'finalized_l2'),
          unsafeL2: blockIdOrNone(result, 'unsafe_l2'),
        };
      }),
    safeHeadAtL1Block: (number) =>
      endpoint.retry(async () => {
        try {
          return await endpoint.attempt(
            'optimism_safeHeadAtL1Block',
            [quantity(number)],
            reader('optimism_safeHeadAtL1Block', (result) =>
              present(result, 'safeHead') ? blockId(result, 'safeHead') : undefined,
            ),
          );
        } catch (error) {
          if (!(error instanceof EndpointError)) throw error;
          // Without a database, and for blocks before its beginning, op-nodes answer with an error of their own; the method may
          // be one that is not for everybody.
          const saysNo = error.kind !== 'rate-limit' && error.code !== undefined;
          if (saysNo || ['unsupported', 'absent', 'forbidden'].includes(error.kind)) return undefined;
          if (await failsAlone(error)) return undefined;
          throw error;
        }
      }),
  };
}

function parseOutput(result: RpcObject): OutputAtBlock {
  const { blockRef } = result;
  if (!isObject(blockRef)) throw new MalformedFieldError('blockRef', 'is not an object');
  return {
    outputRoot: data(result, 'outputRoot', 32),
    blockHash: data(blockRef, 'hash', 32),
    blockNumber: integer(blockRef, 'number'),
    timestamp: integer(blockRef, 'timestamp'),
    l1Origin: blockId(blockRef, present(blockRef, 'l1origin') ? 'l1origin' : 'l1Origin'),
    json: result as JsonValue,
  };
}

function blockId(object: RpcObject, field: string): BlockId {
  const value = object[field];
  if (!isObject(value)) throw new MalformedFieldError(field, 'is not an object');
  return { hash: data(value, 'hash', 32), number: integer(value, 'number') };
}

/** A block that the op-node does not know yet is all zeros, as it says itself, or left out by what is in front of it. */
function blockIdOrNone(object: RpcObject, field: string): BlockId {
  return present(object, field) ? blockId(object, field) : { hash: new Uint8Array(32), number: 0n };
}

function quantity(value: bigint): string {
  return `0x${value.toString(16)}`;
}

/** The same JSON with its integers as bigint. */
function exact(value: unknown): JsonValue {
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return BigInt(value);
    if (Number.isInteger(value))
      throw new MalformedFieldError(
        String(value),
        'is a number too large to have come through exactly; give the configuration as a file',
      );
    return value;
  }
  if (Array.isArray(value)) return value.map(exact);
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, exact(member)]));
  return value as JsonValue;
}
