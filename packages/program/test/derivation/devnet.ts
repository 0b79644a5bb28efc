// The recorded chain `devnet-a` (made by the Go software), read in place where it is there.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const data = process.env['OBELISC_DATA'] ?? fileURLToPath(new URL('../../../../../../shared/data', import.meta.url));
const folder = join(data, 'devnet-a');

/** For `test(name, { skip }, …)`: why tests of the recorded chain can't run, or false. */
export const skip: string | false = existsSync(folder) ? false : `no recorded chain at ${folder}`;

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

function lines<T>(name: string): T[] {
  return gunzipSync(readFileSync(join(folder, name)))
    .toString('utf8')
    .split('\n')
    .filter((line) => line.length > 0)
    .map((line) => JSON.parse(line) as T);
}

export const l1Blocks = (): L1Record[] => lines<L1Record>('l1-blocks.jsonl.gz');
export const l2Blocks = (): L2Record[] => lines<L2Record>('l2-blocks.jsonl.gz');
export const rollupJson = (): string => readFileSync(join(folder, 'rollup.json'), 'utf8');
export const genesisConfig = (): object =>
  (JSON.parse(gunzipSync(readFileSync(join(folder, 'genesis-l2.json.gz'))).toString('utf8')) as { config: object })
    .config;
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

export const ranges = (): Range[] => JSON.parse(readFileSync(join(folder, 'ranges.json'), 'utf8')) as Range[];
