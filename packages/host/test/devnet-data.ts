/** Real chain data for tests, read in place: `../shared/data/devnet-a` beside the repository, or where OBELISC_DATA points. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { type Chain, type Claim, parseGenesisChainConfig, parseRollupConfig } from '../src/index.js';

const repository = fileURLToPath(new URL('../../../../', import.meta.url));
export const devnetFolder = join(process.env.OBELISC_DATA ?? join(repository, '../shared/data'), 'devnet-a');

/** For a test's `skip`: false, or why it cannot run. */
export const withoutDevnet = existsSync(devnetFolder) ? false : `there is no ${devnetFolder}; set OBELISC_DATA`;

export type Sidecar = { index: string; blob: string; kzg_commitment: string; kzg_proof: string };
export type L1Block = { number: number; hash: string; raw: string; rawReceipts: string[]; sidecars: Sidecar[] | null };
export type L2Block = {
  number: number;
  hash: string;
  raw: string;
  outputRoot: string;
  stateRoot: string;
  withdrawalStorageRoot: string;
};

export const l1Blocks = (): L1Block[] => lines<L1Block>('l1-blocks.jsonl.gz');
export const l2Blocks = (): L2Block[] => lines<L2Block>('l2-blocks.jsonl.gz');

/** What the reference's host gathered for a range: key to value, hexadecimal without 0x. */
export function gathered(range: string): Map<string, string> {
  return new Map(
    lines<[string, string]>(`preimages-${range}.jsonl.gz`).map(([key, value]) => [key.slice(2), value.slice(2)]),
  );
}

export function claimOf(range: string, name = 'valid'): Claim {
  type Range = { name: string; cases: Record<string, { args: Record<string, string | number> }> };
  const ranges = JSON.parse(readFileSync(join(devnetFolder, 'ranges.json'), 'utf8')) as Range[];
  const args = ranges.find((candidate) => candidate.name === range)?.cases[name]?.args;
  if (args === undefined) throw new Error(`no case ${name} of range ${range}`);
  return {
    l1Head: bytes(args['l1.head']),
    l2Head: bytes(args['l2.head']),
    l2OutputRoot: bytes(args['l2.outputroot']),
    l2Claim: bytes(args['l2.claim']),
    l2BlockNumber: BigInt(args['l2.blocknumber'] ?? 0),
  };
}

export function devnetChain(): Chain {
  const rollupConfig = parseRollupConfig(readFileSync(join(devnetFolder, 'rollup.json'), 'utf8'), 'rollup.json');
  const genesis = gunzipSync(readFileSync(join(devnetFolder, 'genesis-l2.json.gz'))).toString('utf8');
  return {
    l2ChainId: rollupConfig.l2ChainId,
    custom: true,
    rollupConfig,
    chainConfig: parseGenesisChainConfig(genesis, 'genesis-l2.json'),
  };
}

export function bytes(hex: string | number | undefined): Uint8Array {
  return Uint8Array.from(Buffer.from(String(hex).slice(2), 'hex'));
}

const read = new Map<string, unknown[]>();

function lines<T>(file: string): T[] {
  const known = read.get(file);
  if (known !== undefined) return known as T[];
  const text = gunzipSync(readFileSync(join(devnetFolder, file))).toString('utf8');
  const parsed = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
  read.set(file, parsed);
  return parsed;
}
