// The recorded chain `devnet-a` (made by the Go software), read in place where it is there.
import { recordedChain } from '../recorded-data.js';

const { skip, text, lines } = recordedChain('devnet-a');

export { skip };

export interface L1Record {
  readonly number: number;
  readonly hash: string;
  readonly raw: string;
  readonly rawReceipts: string[];
  readonly sidecars: { index: string; blob: string; kzg_commitment: string }[] | null;
}

export interface L2Record {
  readonly number: number;
  readonly hash: string;
  readonly outputRoot: string;
  readonly l1origin: { hash: string; number: number };
  readonly seq: number;
  readonly raw: string;
}

export const l1Blocks = (): L1Record[] => lines<L1Record>('l1-blocks.jsonl.gz');
export const l2Blocks = (): L2Record[] => lines<L2Record>('l2-blocks.jsonl.gz');
export const rollupJson = (): string => text('rollup.json');
export const genesisConfig = (): object => (JSON.parse(text('genesis-l2.json.gz')) as { config: object }).config;
export const preimages = (range: string): [string, string][] => lines<[string, string]>(`preimages-${range}.jsonl.gz`);

export interface Range {
  readonly name: string;
  readonly l2_start: number;
  readonly l2_end: number;
  readonly cases: Record<
    string,
    { args: { 'l1.head': string; 'l2.head': string; 'l2.blocknumber': number }; exit: number } | undefined
  >;
}

export const ranges = (): Range[] => JSON.parse(text('ranges.json')) as Range[];
