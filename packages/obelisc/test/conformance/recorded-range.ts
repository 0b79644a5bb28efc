/**
 * Claims about chains that the Go software made and judged, read in place: `../shared/data/CHAIN` beside the repository, or
 * where OBELISC_DATA points. A range has claims with the exit codes of Go's op-program and what its host gathered.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ZSTDDecoder } from 'zstddec';
import {
  type Chain,
  type Claim,
  customChain,
  parseGenesisChainConfig,
  parseL1ChainConfig,
  parseRollupConfig,
} from '@obelisc/host';
import { keyHex, memoryStore, type PreimageStore, storeFrom } from '@obelisc/preimage';

const repository = fileURLToPath(new URL('../../../../../', import.meta.url));
const data = process.env.OBELISC_DATA ?? join(repository, '../shared/data');

/** Upper bound of what any of the archives holds, in bytes. */
const LARGEST_ARCHIVE = 256 << 20;

export type RecordedCase = { name: string; claim: Claim; exit: number };

/** For a test's `skip`: false, or why it cannot run. */
export function withoutChain(chain: string): string | false {
  const folder = join(data, chain);
  return existsSync(folder) ? false : `there is no ${folder}; set OBELISC_DATA`;
}

/** The claims of a range with the exit codes that Go gave them; a case that differs from another only by its datadir once. */
export function recordedCases(chain: string, range: string): RecordedCase[] {
  type Recorded = { cases: Record<string, { args: Record<string, string | number>; exit: number }> };
  const { cases } = JSON.parse(readFileSync(join(data, chain, range, 'args.json'), 'utf8')) as Recorded;
  return Object.entries(cases)
    .filter(([name]) => name !== 'valid-offline')
    .map(([name, { args, exit }]) => ({
      name,
      exit,
      claim: {
        l1Head: bytes(args['l1.head']),
        l2Head: bytes(args['l2.head']),
        l2OutputRoot: bytes(args['l2.outputroot']),
        l2Claim: bytes(args['l2.claim']),
        l2BlockNumber: BigInt(args['l2.blocknumber'] ?? 0),
      },
    }));
}

/** The configuration of a recorded chain. */
export async function recordedChain(chain: string): Promise<Chain> {
  const rollupConfig = parseRollupConfig(readFileSync(join(data, chain, 'rollup.json'), 'utf8'), 'rollup.json');
  const genesis = Buffer.from(await unpack(join(data, chain, 'genesis-l2.json.zst'))).toString('utf8');
  const l1 = join(data, chain, 'l1-chainconfig.json');
  return customChain({
    rollupConfig,
    chainConfig: parseGenesisChainConfig(genesis, 'genesis-l2.json'),
    l1ChainConfig: existsSync(l1) ? parseL1ChainConfig(readFileSync(l1, 'utf8'), l1) : undefined,
    names: { rollupConfig: 'rollup.json', chainConfig: 'genesis-l2.json', l1ChainConfig: 'l1-chainconfig.json' },
  });
}

/** What Go's host gathered for a range, the blobs of the chain included. Each call gives a store of its own. */
export async function gatheredStore(chain: string, range: string): Promise<PreimageStore> {
  const blobs = join(data, chain, 'blobs-file.tar.zst');
  const archives = [join(data, chain, range, 'data-file.tar.zst'), ...(existsSync(blobs) ? [blobs] : [])];
  const gathered = await Promise.all(archives.map(preimages));
  const added = memoryStore();
  return storeFrom({
    place: `the recorded range ${range}`,
    look(key) {
      for (const values of gathered) {
        const value = values.get(keyHex(key));
        if (value !== undefined) return { state: 'found', value };
      }
      return added.look(key);
    },
    put: (key, value) => added.put(key, value),
  });
}

const read = new Map<string, Promise<Map<string, Uint8Array>>>();

/** The pre-images of an archive, which is read once. */
function preimages(archive: string): Promise<Map<string, Uint8Array>> {
  let values = read.get(archive);
  if (values === undefined) read.set(archive, (values = readPreimages(archive)));
  return values;
}

/** The pre-images of a datadir of format `file` in a tar archive, by key. */
async function readPreimages(archive: string): Promise<Map<string, Uint8Array>> {
  const values = new Map<string, Uint8Array>();
  for (const [name, content] of tarFiles(await unpack(archive))) {
    const key = /0x([0-9a-f]{64})\.txt$/.exec(name)?.[1];
    if (key !== undefined) values.set(key, Uint8Array.from(Buffer.from(content.toString('latin1'), 'hex')));
  }
  return values;
}

/** Names and contents of the files of a tar archive (POSIX ustar: blocks of 512 bytes, a header before each file). */
function* tarFiles(archive: Uint8Array): Generator<[string, Buffer]> {
  const content = Buffer.from(archive.buffer, archive.byteOffset, archive.length);
  for (let at = 0; at + 512 <= content.length && content[at] !== 0;) {
    const name = content.toString('latin1', at, content.indexOf(0, at));
    const size = Number.parseInt(content.toString('latin1', at + 124, at + 135), 8);
    yield [name, content.subarray(at + 512, at + 512 + size)];
    at += 512 + Math.ceil(size / 512) * 512;
  }
}

async function unpack(path: string): Promise<Uint8Array> {
  const decoder = new ZSTDDecoder();
  await decoder.init();
  return decoder.decode(readFileSync(path), LARGEST_ARCHIVE);
}

function bytes(hex: string | number | undefined): Uint8Array {
  return Uint8Array.from(Buffer.from(String(hex).slice(2), 'hex'));
}
