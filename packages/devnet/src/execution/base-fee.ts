// Base fees: EIP-1559 for gas, EIP-4844 for blobs; the OP Stack's parameters: specs/protocol/exec-engine.md and
// specs/protocol/{holocene,jovian}/exec-engine.md.
import { bytesToBigInt } from '@ethereumjs/util';
import type { BlobParameters } from './blob-schedule.js';
import type { BlockHeader } from './header.js';

/** Parameters of the gas price's adjustment. */
export interface BaseFeeParameters {
  readonly elasticity: bigint;
  readonly denominator: bigint;
  /** Wei below which the price doesn't fall (Jovian). */
  readonly minimum?: bigint;
}

export const ETHEREUM_BASE_FEE: BaseFeeParameters = { elasticity: 2n, denominator: 8n };

/** A header since Holocene whose extra data doesn't hold base fee parameters. */
export class BaseFeeParametersError extends Error {
  override name = 'BaseFeeParametersError';
}

export const GAS_PER_BLOB = 131_072n;
/** What a blob costs at least, in gas (EIP-7918). */
const BLOB_BASE_COST = 8_192n;

/** Versions of the extra data: Holocene's, and Jovian's with a minimum base fee. */
const HOLOCENE_VERSION = 0;
const JOVIAN_VERSION = 1;

/**
 * The base fee (wei) of the block after `parent`. `used` is the gas that counts: from Jovian on the data availability
 * footprint where it is more than the gas.
 */
export function nextBaseFee(parent: BlockHeader, parameters: BaseFeeParameters, used = parent.gasUsed): bigint {
  const { elasticity, denominator, minimum = 0n } = parameters;
  const fee = adjusted(parent.baseFeePerGas ?? 0n, used, parent.gasLimit / elasticity, denominator);
  return fee < minimum ? minimum : fee;
}

function adjusted(baseFee: bigint, used: bigint, target: bigint, denominator: bigint): bigint {
  if (used === target) return baseFee;
  if (used > target) {
    const rise = ((used - target) * baseFee) / target / denominator;
    return baseFee + (rise > 1n ? rise : 1n);
  }
  const fall = ((target - used) * baseFee) / target / denominator;
  return baseFee > fall ? baseFee - fall : 0n;
}

/** Base fee parameters in a header's extra data: version, denominator and elasticity (four bytes each), minimum (eight). */
export function decodeExtraData(extraData: Uint8Array): BaseFeeParameters {
  const [version] = extraData;
  const isJovian = version === JOVIAN_VERSION && extraData.length === 17;
  if (!isJovian && (version !== HOLOCENE_VERSION || extraData.length !== 9)) {
    throw new BaseFeeParametersError(`extra data of ${extraData.length} bytes where base fee parameters belong`);
  }
  return {
    denominator: bytesToBigInt(extraData.subarray(1, 5)),
    elasticity: bytesToBigInt(extraData.subarray(5, 9)),
    ...(isJovian && { minimum: bytesToBigInt(extraData.subarray(9)) }),
  };
}

/**
 * Extra data of a header since Holocene. `attributes` are the payload's eight bytes; all zero stands for `fallback`.
 * Since Jovian there is a minimum.
 */
export function encodeExtraData(
  attributes: Uint8Array,
  fallback: BaseFeeParameters,
  minimum: bigint | undefined,
): Uint8Array {
  const extraData = new Uint8Array(minimum === undefined ? 9 : 17);
  const view = new DataView(extraData.buffer);
  if (attributes.some((byte) => byte !== 0)) {
    extraData.set(attributes, 1);
  } else {
    view.setUint32(1, Number(fallback.denominator));
    view.setUint32(5, Number(fallback.elasticity));
  }
  if (minimum === undefined) return extraData;
  extraData[0] = JOVIAN_VERSION;
  view.setBigUint64(9, minimum);
  return extraData;
}

/** Excess blob gas of the block after `parent`, under that block's parameters. `isOsaka`: EIP-7918 holds. */
export function nextExcessBlobGas(parent: BlockHeader, parameters: BlobParameters, isOsaka: boolean): bigint {
  const { excessBlobGas: excess = 0n, blobGasUsed: used = 0n, baseFeePerGas = 0n } = parent;
  const target = BigInt(parameters.target) * GAS_PER_BLOB;
  if (excess + used < target) return 0n;
  if (isOsaka && BLOB_BASE_COST * baseFeePerGas > GAS_PER_BLOB * blobBaseFee(excess, parameters)) {
    return excess + (used * BigInt(parameters.max - parameters.target)) / BigInt(parameters.max);
  }
  return excess + used - target;
}

/** Price of blob gas (wei) at an excess: EIP-4844's fake_exponential. */
export function blobBaseFee(excessBlobGas: bigint, { baseFeeUpdateFraction }: BlobParameters): bigint {
  const fraction = BigInt(baseFeeUpdateFraction);
  let sum = 0n;
  let term = fraction;
  for (let i = 1n; term > 0n; i++) {
    sum += term;
    term = (term * excessBlobGas) / (fraction * i);
  }
  return sum / fraction;
}
