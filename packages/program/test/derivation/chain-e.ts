// The recorded chain `chain-e` (Holocene to Jovian, made by the Go software of June 2026), read in place where it is there.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const data = process.env['OBELISC_DATA'] ?? fileURLToPath(new URL('../../../../../../shared/data', import.meta.url));
const folder = join(data, 'chain-e');

/** For `test(name, { skip }, …)`: why tests of the recorded chain can't run, or false. */
export const skip: string | false = existsSync(folder) ? false : `no recorded chain at ${folder}`;

export interface Block {
  readonly number: number;
  readonly hash: string;
  readonly raw: string;
}

function lines<T>(name: string): T[] {
  return gunzipSync(readFileSync(join(folder, name)))
    .toString('utf8')
    .split('\n')
    .filter((line) => line.length > 0)
    .map((line) => JSON.parse(line) as T);
}

export const l1Blocks = (): Block[] => lines<Block>('l1-blocks.jsonl.gz');
export const l2Blocks = (): (Block & { l1origin: { number: number } })[] => lines('l2-blocks.jsonl.gz');
export const rollupJson = (): string => readFileSync(join(folder, 'rollup.json'), 'utf8');
export const l1ChainConfig = (): string => readFileSync(join(folder, 'l1-chainconfig.json'), 'utf8');
