// Deposits: the L1 attributes transaction and those that users make on L1.
// Specification: specs/protocol/deposits.md, specs/protocol/ecotone/l1-attributes.md.
import { Address, bytesToBigInt, concatBytes, equalsBytes, hexToBytes } from '@ethereumjs/util';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { callData, eventTopic, wordOf } from '../contracts/assembler.js';
import { SET_L1_BLOCK_VALUES, SET_L1_BLOCK_VALUES_ECOTONE } from '../contracts/predeploys.js';
import { L1_ATTRIBUTES_DEPOSITOR, L1_BLOCK } from '../execution/addresses.js';
import { blobBaseFee } from '../execution/base-fee.js';
import type { ExecutedBlock } from '../execution/block-executor.js';
import { encodeDeposit } from '../execution/transaction.js';
import { unpackScalars } from './system-config.js';
import type { SystemConfig } from './system-config.js';

const L1_ATTRIBUTES_GAS = 1_000_000n;
const USER_DEPOSIT_DOMAIN = 0n;
const L1_ATTRIBUTES_DOMAIN = 1n;
const TRANSACTION_DEPOSITED = hexToBytes(
  eventTopic('TransactionDeposited(address,address,uint256,bytes)') as `0x${string}`,
);

/** How the L1 attributes are given: before Ecotone and in its first block as ABI words, then packed. */
export type L1AttributesForm = 'bedrock' | 'ecotone';

/** The first transaction of an L2 block: what it knows of its L1 origin. */
export function l1AttributesDeposit(
  origin: ExecutedBlock,
  sequenceNumber: bigint,
  config: SystemConfig,
  form: L1AttributesForm,
): Uint8Array {
  const data = form === 'bedrock' ? bedrockAttributes : ecotoneAttributes;
  return encodeDeposit({
    sourceHash: sourceHash(L1_ATTRIBUTES_DOMAIN, origin.hash, sequenceNumber),
    from: L1_ATTRIBUTES_DEPOSITOR,
    to: L1_BLOCK,
    mint: 0n,
    value: 0n,
    gasLimit: L1_ATTRIBUTES_GAS,
    isSystemTransaction: false,
    data: data(origin, sequenceNumber, config),
  });
}

function bedrockAttributes({ header, hash }: ExecutedBlock, sequenceNumber: bigint, config: SystemConfig): Uint8Array {
  return callData(
    SET_L1_BLOCK_VALUES,
    header.number,
    header.timestamp,
    header.baseFeePerGas ?? 0n,
    hash,
    sequenceNumber,
    concatBytes(new Uint8Array(12), config.batcher),
    config.overhead,
    config.scalar,
  );
}

function ecotoneAttributes({ header, hash }: ExecutedBlock, sequenceNumber: bigint, config: SystemConfig): Uint8Array {
  const { baseFeeScalar, blobBaseFeeScalar } = unpackScalars(config.scalar);
  return concatBytes(
    callData(SET_L1_BLOCK_VALUES_ECOTONE),
    uint(baseFeeScalar, 4),
    uint(blobBaseFeeScalar, 4),
    uint(sequenceNumber, 8),
    uint(header.timestamp, 8),
    uint(header.number, 8),
    wordOf(header.baseFeePerGas ?? 0n),
    wordOf(blobBaseFee(header.excessBlobGas ?? 0n)),
    hash,
    new Uint8Array(12),
    config.batcher,
  );
}

/** The deposits that an L1 block's events ask for, in order, as L2 envelopes. */
export function userDeposits(l1Block: ExecutedBlock, portal: Address): Uint8Array[] {
  const deposits: Uint8Array[] = [];
  let logIndex = 0n;
  for (const { succeeded, logs } of l1Block.receipts) {
    for (const [address, [topic, from, to], data] of logs) {
      const index = logIndex++;
      if (!succeeded || topic === undefined || from === undefined || to === undefined) continue;
      if (!equalsBytes(address, portal.bytes) || !equalsBytes(topic, TRANSACTION_DEPOSITED)) continue;
      const length = Number(bytesToBigInt(data.subarray(32, 64)));
      deposits.push(
        userDeposit(sourceHash(USER_DEPOSIT_DOMAIN, l1Block.hash, index), from, to, data.slice(64, 64 + length)),
      );
    }
  }
  return deposits;
}

/** `opaque` is mint, value, gas limit (8 bytes), creation flag (1 byte), data. */
function userDeposit(source: Uint8Array, from: Uint8Array, to: Uint8Array, opaque: Uint8Array): Uint8Array {
  return encodeDeposit({
    sourceHash: source,
    from: new Address(from.slice(12)),
    to: opaque[72] === 0 ? new Address(to.slice(12)) : undefined,
    mint: bytesToBigInt(opaque.subarray(0, 32)),
    value: bytesToBigInt(opaque.subarray(32, 64)),
    gasLimit: bytesToBigInt(opaque.subarray(64, 72)),
    isSystemTransaction: false,
    data: opaque.slice(73),
  });
}

function sourceHash(domain: bigint, l1BlockHash: Uint8Array, index: bigint): Uint8Array {
  return keccak_256(concatBytes(wordOf(domain), keccak_256(concatBytes(l1BlockHash, wordOf(index)))));
}

function uint(value: bigint, length: number): Uint8Array {
  return wordOf(value).slice(32 - length);
}
