// The recorded chain `chain-e` (Holocene to Jovian, made by the Go software of June 2026), read in place where it is there.
import { recordedChain } from '../recorded-data.js';

const { skip, text, lines } = recordedChain('chain-e');

export { skip };

export interface Block {
  readonly number: number;
  readonly hash: string;
  readonly raw: string;
}

export const l1Blocks = (): Block[] => lines<Block>('l1-blocks.jsonl.gz');
export const l2Blocks = (): (Block & { l1origin: { number: number } })[] => lines('l2-blocks.jsonl.gz');
export const rollupJson = (): string => text('rollup.json');
export const l1ChainConfig = (): string => text('l1-chainconfig.json');
