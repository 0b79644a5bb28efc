// The system configuration, the L1 events that change it, and how much of it an L2 block keeps for the next.
// Specification: specs/protocol/system-config.md, specs/protocol/derivation.md, "System Configuration";
// specs/protocol/{holocene,isthmus,jovian}/system-config.md.
import { bytesToBigInt, concatBytes, equalsBytes, hexToBytes } from '@ethereumjs/util';
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
  /** Scalar (four bytes) and constant (eight) of the operator's fee, which blocks from Isthmus on have. */
  readonly operatorFeeParams: Uint8Array;
  /** Wei below which the base fee doesn't fall, from Jovian on. */
  readonly minBaseFee: bigint;
  /** Gas that a byte of compressed data counts as, from Jovian on; zero: the default. */
  readonly daFootprintGasScalar: number;
}

/** The footprint's scalar where none was set. */
export const DEFAULT_DA_FOOTPRINT_GAS_SCALAR = 400;

const CONFIG_UPDATE = hexToBytes(eventTopic('ConfigUpdate(uint256,uint8,bytes)') as `0x${string}`);

/**
 * The configuration after the updates in an L1 block's receipts; `isEcotone` says whether that block is in Ecotone. An
 * update that is malformed, or of an unknown version or kind, is passed over alone.
 */
export function updateSystemConfig(
  config: SystemConfig,
  receipts: readonly Receipt[],
  contract: Address,
  isEcotone: boolean,
): SystemConfig {
  let updated = config;
  for (const { succeeded, logs } of receipts) {
    if (!succeeded) continue;
    for (const [address, topics, data] of logs) {
      const [topic, version, kind] = topics;
      if (topics.length !== 3 || topic === undefined || version === undefined || kind === undefined) continue;
      if (!equalsBytes(address, contract.bytes) || !equalsBytes(topic, CONFIG_UPDATE)) continue;
      if (bytesToBigInt(version) !== 0n) continue;
      updated = { ...updated, ...changeOf(bytesToBigInt(kind), data, isEcotone) };
    }
  }
  return updated;
}

/** What an update changes: nothing where it isn't well formed. */
function changeOf(kind: bigint, data: Uint8Array, isEcotone: boolean): Partial<SystemConfig> {
  const words = wordsOf(data);
  const [first, second] = words;
  if (first === undefined || words.length !== (kind === 1n ? 2 : 1)) return {};
  const number = bytesToBigInt(first);
  const fits = (bits: bigint): boolean => number >> bits === 0n;
  switch (kind) {
    case 0n:
      return fits(160n) ? { batcher: first.slice(12) } : {};
    case 1n:
      if (second === undefined) return {};
      if (!isEcotone) return { overhead: first, scalar: second };
      return isPackedScalar(second) ? { overhead: new Uint8Array(32), scalar: second } : {};
    case 2n:
      return fits(64n) ? { gasLimit: number } : {};
    case 4n:
      return areBaseFeeParameters(first.subarray(24)) ? { eip1559Params: first.slice(24) } : {};
    case 5n:
      return { operatorFeeParams: first.slice(20) };
    case 6n:
      return fits(64n) ? { minBaseFee: number } : {};
    case 7n:
      return fits(16n) ? { daFootprintGasScalar: Number(number) } : {};
    default:
      // The unsafe block signer (3) concerns gossip alone; other kinds are not known.
      return {};
  }
}

/** The words of an update's bytes: ABI's offset and length, then exactly so many. */
function wordsOf(data: Uint8Array): Uint8Array[] {
  if (data.length < 64 || data.length % 32 !== 0) return [];
  if (bytesToBigInt(data.subarray(0, 32)) !== 32n) return [];
  if (bytesToBigInt(data.subarray(32, 64)) !== BigInt(data.length - 64)) return [];
  return Array.from({ length: data.length / 32 - 2 }, (_, i) => data.slice(64 + i * 32, 96 + i * 32));
}

/** Denominator and elasticity: both zero, or neither. */
function areBaseFeeParameters(params: Uint8Array): boolean {
  const isZero = (from: number): boolean => params.subarray(from, from + 4).every((byte) => byte === 0);
  return isZero(0) === isZero(4);
}

/** Whether a scalar may stand from Ecotone on: version 0 or 1, and zeros where the version has no place for a value. */
function isPackedScalar(scalar: Uint8Array): boolean {
  const [version = 0] = scalar;
  return version <= 1 && scalar.subarray(1, version === 0 ? 28 : 24).every((byte) => byte === 0);
}

/** The fee scalars in a packed scalar of version 0 or 1. */
export function unpackScalars(scalar: Uint8Array): { baseFeeScalar: bigint; blobBaseFeeScalar: bigint } {
  if (scalar[0] === 0 && !isPackedScalar(scalar)) return { baseFeeScalar: 0xffff_ffffn, blobBaseFeeScalar: 0n };
  return {
    baseFeeScalar: bytesToBigInt(scalar.subarray(28, 32)),
    blobBaseFeeScalar: scalar[0] === 1 ? bytesToBigInt(scalar.subarray(24, 28)) : 0n,
  };
}

/** A packed scalar of version 1 that says the same as a packed one of any version. */
export function repackScalar(scalar: Uint8Array): Uint8Array {
  const { baseFeeScalar, blobBaseFeeScalar } = unpackScalars(scalar);
  const packed = concatBytes(Uint8Array.of(1), new Uint8Array(31));
  const view = new DataView(packed.buffer);
  view.setUint32(24, Number(blobBaseFeeScalar));
  view.setUint32(28, Number(baseFeeScalar));
  return packed;
}
