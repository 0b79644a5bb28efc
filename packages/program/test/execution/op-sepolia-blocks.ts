// The OP Sepolia blocks of ../shared/data, and one as the module block-speed takes it for its input.
import { RLP } from '@ethereumjs/rlp';
import { recordedChain } from '../recorded-data.js';
import { chainOf, forks, headerOf, quantity } from './blocks.js';
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

/** The input of block-speed (assembly/testing/block-speed.ts): chain, parent and attributes as one RLP list. */
export function blockInput({ rollup_config, parent_header, executing_payload: payload }: RecordedBlock): Uint8Array {
  const chain = chainOf(rollup_config);
  return RLP.encode([
    forks.map((fork) => quantity(chain.times[fork] ?? 2n ** 64n - 1n)),
    ...[chain.chainId, chain.blockTime, chain.elasticity, chain.denominator, chain.denominatorCanyon].map(quantity),
    headerOf(parent_header),
    quantity(payload.timestamp),
    fromHex(payload.prevRandao),
    fromHex(payload.suggestedFeeRecipient),
    fromHex(payload.parentBeaconBlockRoot),
    quantity(payload.gasLimit),
    quantity(payload.eip1559Params),
    payload.transactions.map(fromHex),
  ]);
}
