// The reference op-program, in its native mode, judges claims about the embedded chain. Needs REFERENCE_OP_PROGRAM, the
// path of the Go host (ethereum-optimism/optimism, op-program). Run: node dist/test/chain.reference.js
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startDevnet } from '../src/devnet.js';
import type { Devnet } from '../src/devnet.js';

const binary = process.env['REFERENCE_OP_PROGRAM'];
const skip = binary === undefined ? 'REFERENCE_OP_PROGRAM names no op-program' : false;
const L2_BLOCKS = 48;

interface Output {
  readonly outputRoot: string;
  readonly blockRef: { readonly hash: string };
}

let devnet: Devnet;
let directory: string;

before(async () => {
  if (binary === undefined) return;
  devnet = await startDevnet({
    seed: 'reference',
    l2Blocks: L2_BLOCKS,
    scenario: {
      channels: (['singular', 'span'] as const).flatMap((batches) =>
        (['zlib', 'brotli'] as const).flatMap((compression) => [
          { batches, compression, carrier: 'calldata' as const, l2Blocks: 3 },
          {
            batches,
            compression,
            carrier: 'calldata' as const,
            l2Blocks: 3,
            maxFrameSize: 400,
            framesPerTransaction: 2,
          },
          { batches, compression, carrier: 'blobs' as const, l2Blocks: 3 },
          { batches, compression, carrier: 'blobs' as const, l2Blocks: 3, maxFrameSize: 900, framesPerTransaction: 2 },
        ]),
      ),
    },
  });
  directory = await mkdtemp(join(tmpdir(), 'devnet-reference-'));
  await devnet.writeConfig(directory);
});
after(async () => {
  if (binary === undefined) return;
  await devnet.close();
  await rm(directory, { recursive: true });
});

test('every range of three blocks, one a channel, is valid', { skip }, async () => {
  for (let start = 0; start < L2_BLOCKS; start += 3) await assertVerdict(start, start + 3, 0);
});

test('the whole chain is valid', { skip }, () => assertVerdict(0, L2_BLOCKS, 0));

test('ranges across channels are valid', { skip }, async () => {
  for (const [start, end] of [
    [1, 8],
    [10, 20],
    [23, 40],
    [46, 47],
  ] as const) {
    await assertVerdict(start, end, 0);
  }
});

test('a claim that is wrong in one bit is refused', { skip }, async () => {
  const flip = (root: string): string => root.slice(0, -1) + (Number.parseInt(root.slice(-1), 16) ^ 1).toString(16);
  for (const [start, end] of [
    [0, 3],
    [6, 9],
    [24, 30],
  ] as const) {
    await assertVerdict(start, end, 1, flip);
  }
});

async function assertVerdict(
  start: number,
  end: number,
  expected: number,
  change: (root: string) => string = (root) => root,
): Promise<void> {
  const agreed = await output(start);
  const claimed = await output(end);
  const { code, log } = await run([
    `--l1=${devnet.l1Url}`,
    `--l1.beacon=${devnet.beaconUrl}`,
    `--l2=${devnet.l2Url}`,
    `--rollup.config=${join(directory, 'rollup.json')}`,
    `--l2.genesis=${join(directory, 'genesis-l2.json')}`,
    `--l1.head=${devnet.head.l1.hash}`,
    `--l2.head=${agreed.blockRef.hash}`,
    `--l2.outputroot=${agreed.outputRoot}`,
    `--l2.claim=${change(claimed.outputRoot)}`,
    `--l2.blocknumber=${end}`,
    '--log.level=error',
  ]);
  assert.equal(code, expected, `blocks ${start} to ${end}: ${log}`);
  if (expected === 1) assert.match(log, /invalid claim/);
}

async function output(block: number): Promise<Output> {
  const response = await fetch(devnet.opNodeUrl, {
    method: 'POST',
    body: JSON.stringify({ id: 1, method: 'optimism_outputAtBlock', params: [`0x${block.toString(16)}`] }),
  });
  return ((await response.json()) as { result: Output }).result;
}

function run(args: readonly string[]): Promise<{ code: number; log: string }> {
  return new Promise((resolve, reject) => {
    if (binary === undefined) return reject(new Error('REFERENCE_OP_PROGRAM is not set'));
    execFile(binary, args, (error, stdout, stderr) => {
      const log = stdout + stderr;
      if (error === null) resolve({ code: 0, log });
      else if (typeof error.code === 'number') resolve({ code: error.code, log });
      else reject(error);
    });
  });
}
