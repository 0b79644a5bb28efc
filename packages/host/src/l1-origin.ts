/** Where on L1 an L2 block comes from, and how far back derivation reads. */
import { RLP } from '@ethereumjs/rlp';
import { isJsonObject, parseJson } from './lossless-json.js';
import type { RollupConfig } from './rollup-config.js';
import { isObject } from './rpc-json.js';

/** Granite: channels time out after so many L1 blocks, whatever the configuration says. */
export const GRANITE_CHANNEL_TIMEOUT = 50n;
/**
 * The L1 block's number in the call data of a block's first deposit: the first word's end in Bedrock's `setL1BlockValues`, and
 * at the same place in the packed form since Ecotone (specs: protocol/deposits.md#l1-attributes-deposited-transaction-calldata).
 */
const NUMBER_AT = 28;

/** The number of the L1 origin that an L2 block's first transaction tells: its encoding, or its JSON. */
export function l1OriginNumber(transaction: unknown): bigint | undefined {
  const input = transaction instanceof Uint8Array ? depositInput(transaction) : jsonInput(transaction);
  return input === undefined || input.length < NUMBER_AT + 8
    ? undefined
    : Buffer.from(input.buffer, input.byteOffset, input.length).readBigUInt64BE(NUMBER_AT);
}

/** L1 blocks after which a channel is dropped, for a chain at the L2 time `time`. */
export function channelTimeout({ json }: RollupConfig, time: bigint): bigint {
  const config = parseJson(json);
  if (!isJsonObject(config)) return GRANITE_CHANNEL_TIMEOUT;
  const { granite_time: granite, channel_timeout: timeout } = config;
  if (typeof granite === 'bigint' && granite <= time) return GRANITE_CHANNEL_TIMEOUT;
  return typeof timeout === 'bigint' ? timeout : GRANITE_CHANNEL_TIMEOUT;
}

function depositInput(encoded: Uint8Array): Uint8Array | undefined {
  if (encoded[0] !== 0x7e) return undefined;
  try {
    const fields = RLP.decode(encoded.subarray(1));
    const input = Array.isArray(fields) ? fields[7] : undefined;
    return input instanceof Uint8Array ? input : undefined;
  } catch {
    return undefined;
  }
}

function jsonInput(transaction: unknown): Uint8Array | undefined {
  if (!isObject(transaction) || typeof transaction.input !== 'string') return undefined;
  return Buffer.from(transaction.input.slice(2), 'hex');
}
