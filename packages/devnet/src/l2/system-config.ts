// The system configuration and the L1 events that change it. Specification: specs/protocol/system-config.md,
// specs/protocol/derivation.md, "System Configuration".
import { bytesToBigInt, equalsBytes, hexToBytes } from '@ethereumjs/util';
import type { Address } from '@ethereumjs/util';
import { eventTopic } from '../contracts/assembler.js';
import type { Receipt } from '../execution/receipt.js';

/** What L1 decides about the next L2 blocks. */
export interface SystemConfig {
  readonly batcher: Uint8Array;
  readonly gasLimit: bigint;
  /** Bedrock's fee overhead, 32 bytes; nothing depends on it from Ecotone on. */
  readonly overhead: Uint8Array;
  /** Bedrock's fee scalar, or Ecotone's two packed into one, 32 bytes. */
  readonly scalar: Uint8Array;
  /** Base fee denominator and elasticity, four bytes each, that blocks from Holocene on have; zero: the chain's own. */
  readonly eip1559Params: Uint8Array;
}

/** An update of a kind that isn't covered. */
export class SystemConfigUpdateError extends Error {
  override name = 'SystemConfigUpdateError';
}

const CONFIG_UPDATE = hexToBytes(eventTopic('ConfigUpdate(uint256,uint8,bytes)') as `0x${string}`);
/** Offset and length before the update's words. */
const DATA_HEAD = 64;

/** The configuration after the updates in an L1 block's receipts; `isEcotone` says whether that block is in Ecotone. */
export function updateSystemConfig(
  config: SystemConfig,
  receipts: readonly Receipt[],
  contract: Address,
  isEcotone: boolean,
): SystemConfig {
  let updated = config;
  for (const { succeeded, logs } of receipts) {
    if (!succeeded) continue;
    for (const [address, [topic, , kind], data] of logs) {
      if (topic === undefined || kind === undefined) continue;
      if (!equalsBytes(address, contract.bytes) || !equalsBytes(topic, CONFIG_UPDATE)) continue;
      updated = applyUpdate(updated, bytesToBigInt(kind), data, isEcotone);
    }
  }
  return updated;
}

function applyUpdate(config: SystemConfig, kind: bigint, data: Uint8Array, isEcotone: boolean): SystemConfig {
  const word = (index: number): Uint8Array => data.slice(DATA_HEAD + index * 32, DATA_HEAD + (index + 1) * 32);
  if (kind === 0n) return { ...config, batcher: word(0).subarray(12) };
  if (kind === 1n && !isEcotone) return { ...config, overhead: word(0), scalar: word(1) };
  if (kind === 1n)
    return isPackedScalar(word(1)) ? { ...config, overhead: new Uint8Array(32), scalar: word(1) } : config;
  if (kind === 2n) return { ...config, gasLimit: bytesToBigInt(word(0)) };
  // The unsafe block signer concerns gossip alone.
  if (kind === 3n) return config;
  if (kind === 4n) return { ...config, eip1559Params: word(0).subarray(24) };
  throw new SystemConfigUpdateError(`system config updates of kind ${kind} are not covered`);
}

/** Whether a scalar may stand from Ecotone on: version 0 or 1, and zeros where the version has no place for a value. */
function isPackedScalar(scalar: Uint8Array): boolean {
  const [version = 0] = scalar;
  return version <= 1 && scalar.subarray(1, version === 0 ? 28 : 24).every((byte) => byte === 0);
}

/** The fee scalars in a packed scalar of version 0 or 1. */
export function unpackScalars(scalar: Uint8Array): { baseFeeScalar: bigint; blobBaseFeeScalar: bigint } {
  return {
    baseFeeScalar: bytesToBigInt(scalar.subarray(28, 32)),
    blobBaseFeeScalar: scalar[0] === 1 ? bytesToBigInt(scalar.subarray(24, 28)) : 0n,
  };
}
