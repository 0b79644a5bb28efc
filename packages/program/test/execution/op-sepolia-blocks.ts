// The OP Sepolia blocks of ../shared/data, and one as the module block-speed takes it for its input.
import { RLP } from '@ethereumjs/rlp';
import { recordedChain } from '../recorded-data.js';
import { type Attributes, type Chain, chainOf, forks, headerOf, quantity } from './blocks.js';
import { fromHex } from './module.js';

const { skip, text } = recordedChain('op-sepolia-blocks');
/** For `test(name, { skip }, …)`: why the blocks can't be read, or false. */
export { skip };

/** A block with what it takes to execute it. */
export interface RecordedBlock {
  readonly rollup_config: Record<string, unknown>;
  readonly parent_header: Record<string, string | undefined>;
  readonly executing_payload: {
    readonly timestamp: string;
    readonly prevRandao: string;
    readonly suggestedFeeRecipient: string;
    readonly parentBeaconBlockRoot: string;
    readonly transactions: readonly string[];
    readonly gasLimit: string;
    readonly eip1559Params: string;
  };
  readonly preimages: Record<string, string>;
  readonly expected_block_hash: string;
}

/** Reads the block of this number. Throws where the data are not there. */
export function readBlock(number: number | string): RecordedBlock {
  if (skip !== false) throw new Error(`${skip}: set OBELISC_DATA`);
  return JSON.parse(text(`block-${number}.json.gz`)) as RecordedBlock;
}

/** The input of block-speed for a recorded block. */
export function blockInput({ rollup_config, parent_header, executing_payload: payload }: RecordedBlock): Uint8Array {
  return inputOf(chainOf(rollup_config), headerOf(parent_header), {
    timestamp: BigInt(payload.timestamp),
    prevRandao: fromHex(payload.prevRandao),
    feeRecipient: fromHex(payload.suggestedFeeRecipient),
    parentBeaconBlockRoot: fromHex(payload.parentBeaconBlockRoot),
    gasLimit: BigInt(payload.gasLimit),
    eip1559Params: BigInt(payload.eip1559Params),
    transactions: payload.transactions.map(fromHex),
  });
}

/** The input of block-speed (assembly/testing/block-speed.ts): chain, parent and attributes as one RLP list. */
export function inputOf(chain: Chain, parent: Uint8Array, attributes: Attributes): Uint8Array {
  return RLP.encode([
    forks.map((fork) => quantity(chain.times[fork] ?? 2n ** 64n - 1n)),
    ...[chain.chainId, chain.blockTime, chain.elasticity, chain.denominator, chain.denominatorCanyon].map(quantity),
    parent,
    quantity(attributes.timestamp),
    attributes.prevRandao,
    attributes.feeRecipient,
    attributes.parentBeaconBlockRoot ?? new Uint8Array(0),
    quantity(attributes.gasLimit),
    quantity(attributes.eip1559Params ?? 0n),
    [...attributes.transactions],
  ]);
}
