// Base fees: EIP-1559 for gas, EIP-4844 for blobs; the OP Stack's parameters: specs/protocol/exec-engine.md and
// specs/protocol/holocene/exec-engine.md.
import { bytesToBigInt } from '@ethereumjs/util';
import type { BlockHeader } from './header.js';

/** Parameters of the gas price's adjustment. */
export interface BaseFeeParameters {
  readonly elasticity: bigint;
  readonly denominator: bigint;
}

export const ETHEREUM_BASE_FEE: BaseFeeParameters = { elasticity: 2n, denominator: 8n };

/** A Holocene header whose extra data doesn't hold base fee parameters. */
export class BaseFeeParametersError extends Error {
  override name = 'BaseFeeParametersError';
}

export const GAS_PER_BLOB = 131_072n;
const TARGET_BLOB_GAS = 3n * GAS_PER_BLOB;
const BLOB_BASE_FEE_UPDATE_FRACTION = 3_338_477n;

/** The base fee (wei) of the block after `parent`. */
export function nextBaseFee(parent: BlockHeader, parameters: BaseFeeParameters): bigint {
  const baseFee = parent.baseFeePerGas ?? 0n;
  const target = parent.gasLimit / parameters.elasticity;
  const { gasUsed } = parent;
  if (gasUsed === target) return baseFee;
  if (gasUsed > target) {
    const rise = ((gasUsed - target) * baseFee) / target / parameters.denominator;
    return baseFee + (rise > 1n ? rise : 1n);
  }
  return baseFee - ((target - gasUsed) * baseFee) / target / parameters.denominator;
}

/** Base fee parameters in a Holocene header's extra data: version 0, denominator and elasticity, four bytes each. */
export function decodeExtraData(extraData: Uint8Array): BaseFeeParameters {
  if (extraData.length !== 9 || extraData[0] !== 0) {
    throw new BaseFeeParametersError(`extra data of ${extraData.length} bytes where base fee parameters belong`);
  }
  return {
    denominator: bytesToBigInt(extraData.subarray(1, 5)),
    elasticity: bytesToBigInt(extraData.subarray(5, 9)),
  };
}

/** Extra data of a Holocene header. `attributes` are the payload's eight bytes; all zero stands for `fallback`. */
export function encodeExtraData(attributes: Uint8Array, fallback: BaseFeeParameters): Uint8Array {
  const extraData = new Uint8Array(9);
  if (attributes.some((byte) => byte !== 0)) {
    extraData.set(attributes, 1);
  } else {
    const view = new DataView(extraData.buffer);
    view.setUint32(1, Number(fallback.denominator));
    view.setUint32(5, Number(fallback.elasticity));
  }
  return extraData;
}

/** Excess blob gas of the block after `parent` (Cancun's target of three blobs). */
export function nextExcessBlobGas(parent: BlockHeader): bigint {
  const sum = (parent.excessBlobGas ?? 0n) + (parent.blobGasUsed ?? 0n);
  return sum < TARGET_BLOB_GAS ? 0n : sum - TARGET_BLOB_GAS;
}

/** Price of blob gas (wei) at an excess: EIP-4844's fake_exponential. */
export function blobBaseFee(excessBlobGas: bigint): bigint {
  let sum = 0n;
  let term = BLOB_BASE_FEE_UPDATE_FRACTION;
  for (let i = 1n; term > 0n; i++) {
    sum += term;
    term = (term * excessBlobGas) / (BLOB_BASE_FEE_UPDATE_FRACTION * i);
  }
  return sum / BLOB_BASE_FEE_UPDATE_FRACTION;
}
