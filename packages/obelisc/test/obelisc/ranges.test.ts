// Long ranges in segments, each in a process of its own, as a user runs them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { after, afterEach, before, describe, test } from 'node:test';
import { atBatchEnds, defaultSegments, evenStarts } from '@obelisc/claims';
import type { OutputAtBlock } from '@obelisc/host';
import { type Devnet, startDevnet } from '@obelisc/devnet';
import { repositoryRoot, runCommand } from '../../src/demo/commands.js';
import { call, type Json, rewritingProxy, type RewritingProxy } from './rewriting-proxy.js';

const FROM = 2;
const TO = 14;
const WRONG = `0x${'00'.repeat(31)}01`;

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

interface RangeVerdict {
  readonly code: number;
  readonly stderr: string;
  readonly answer: string;
  readonly claim: string;
  readonly derived?: string;
  readonly error?: string;
  readonly opNodeParts?: { block: number; derived: string; opNode: string };
  readonly segments?: { from: number; to: number; answer: string; machine?: { steps: number } }[];
}

describe('a range in segments', () => {
  let devnet: Devnet;
  let opNode: RewritingProxy;
  let baseArguments: string[] = [];

  before(async () => {
    devnet = await startDevnet({ seed: 'ranges', l2Blocks: 16 });
    opNode = await rewritingProxy(devnet.opNodeUrl);
    baseArguments = ['validate', '--l1', devnet.l1Url, '--l1.beacon', devnet.beaconUrl, '--l2', devnet.l2Url];
    baseArguments.push('--op-node', opNode.url, '--from', String(FROM), '--to', String(TO), '--segment', '4', '--json');
  });
  afterEach(() => {
    opNode.rewrite = undefined;
  });
  after(async () => {
    opNode.close();
    await devnet.close();
  });

  const output = (block: number): Promise<Json> =>
    call(devnet.opNodeUrl, 'optimism_outputAtBlock', [`0x${block.toString(16)}`]);

  async function validate(...more: string[]): Promise<RangeVerdict> {
    let stderr = '';
    const outcome = await runCommand('obelisc', [...baseArguments, ...more], (line) => void (stderr += `${line}\n`));
    return { code: outcome.code, stderr, ...(JSON.parse(outcome.stdout) as Omit<RangeVerdict, 'code' | 'stderr'>) };
  }

  /** An op-node whose chain is another from `first` on: true in itself, but not what L1 says. */
  function partFrom(first: number): void {
    const changed = new Map<number, Json>();
    opNode.rewrite = async (method, [block]) => {
      const number = Number(block);
      if (method !== 'optimism_outputAtBlock' || number < first) return undefined;
      const other = changed.get(number) ?? (await output(number - 1));
      changed.set(number, other);
      const own = (await output(number)).blockRef as Json;
      return { ...other, blockRef: { ...own, hash: (other.blockRef as Json).hash } };
    };
  }

  test('where nobody chose, there is a segment for each worker, within bounds', () => {
    const counts = [
      [50, 2],
      [60, 2],
      [100, 2],
      [200, 2],
      [200, 8],
      [1801, 2],
      [151_200, 8],
    ].map(([blocks, workers]) => defaultSegments(BigInt(blocks ?? 0), Number(workers)));
    assert.deepEqual(counts, [1, 1, 2, 2, 4, 2, 152]);
  });

  test('segments end where batches do, where the op-node has a record of its safe heads', async () => {
    /** An L1 block for six of L2; every third block of L1 has the batches of all blocks of before it, from L1 block `recorded` on. */
    const node = (recorded: bigint, newest = 100n) => ({
      outputAtBlock: (number: bigint) => Promise.resolve(at(number)),
      safeHeadAtL1Block: (number: bigint) =>
        Promise.resolve(
          number < recorded || number > newest ? undefined : { hash: new Uint8Array(32), number: (number / 3n) * 18n },
        ),
    });
    const at = (blockNumber: bigint) => ({ blockNumber, l1Origin: { number: blockNumber / 6n } }) as OutputAtBlock;
    const range = { start: at(4n), end: at(204n) };
    assert.deepEqual(await atBatchEnds(node(0n), range, [0n, 50n, 100n, 150n]), [0n, 50n, 104n, 158n]);
    assert.deepEqual(await atBatchEnds(node(26n), range, [0n, 100n, 150n]), [0n, 100n, 158n]);
    assert.deepEqual(await atBatchEnds(node(0n), range, [0n, 100n, 102n]), [0n, 104n]);
    // Neither before the range nor at its end or behind it does a segment begin.
    assert.deepEqual(await atBatchEnds(node(0n), range, [0n, 4n, 198n]), [0n, 194n]);
    assert.deepEqual(await atBatchEnds(node(0n), { ...range, end: at(20n) }, [0n, 10n]), [0n, 14n]);
    assert.deepEqual(await atBatchEnds(node(0n), { ...range, end: at(18n) }, [0n, 10n]), [0n]);
    // Without a record they stay.
    assert.deepEqual(await atBatchEnds(node(1000n), range, [0n, 50n, 100n]), [0n, 50n, 100n]);
    assert.deepEqual(await atBatchEnds(node(0n, 20n), range, [0n, 50n, 150n]), [0n, 50n, 150n]);
    // Nor with one that stands still: an op-node that has the same safe head for every block of L1.
    const still = { ...node(0n), safeHeadAtL1Block: () => Promise.resolve({ hash: new Uint8Array(32), number: 7n }) };
    assert.deepEqual(await atBatchEnds(still, range, [0n, 50n]), [0n, 50n]);
  });

  test('segments take as long as each other: with less of L1 before them to read they are longer', () => {
    const lengths = (blocks: number, count: number, l1Before: { start: number; end: number }, gas = 0.1): number[] => {
      const starts = evenStarts(blocks, count, { l1Before, gas });
      return starts.map((at, i) => (starts[i + 1] ?? blocks) - at);
    };
    assert.deepEqual(lengths(200, 2, { start: 1000, end: 1070 }), [100, 100]);
    assert.deepEqual(lengths(200, 4, { start: 1000, end: 1070 }), [50, 50, 50, 50]);
    const [first = 0, second = 0] = lengths(200, 2, { start: 0, end: 70 });
    assert.equal(first + second, 200);
    assert.ok(first > 120 && second < 80, `${first}, ${second}`);
    // Where blocks are full, reading L1 is little beside them.
    const [half = 0] = lengths(200, 2, { start: 0, end: 70 }, 10);
    assert.ok(half >= 100 && half < 105, `${half}`);
    for (const blocks of [51, 60, 199, 1001])
      for (const count of [2, 3, 8, 50])
        for (const end of [0, 1, 30, 400]) {
          const all = lengths(blocks, count, { start: 0, end });
          assert.equal(
            all.reduce((sum, length) => sum + length, 0),
            blocks,
          );
          assert.ok(all.length <= count && all.every((length) => length > 0), all.join());
        }
  });

  test('every segment is proved, natively and in the machine', async () => {
    const { code, answer, segments, stderr } = await validate('--workers', '2');
    assert.equal(code, 0, stderr);
    assert.equal(answer, 'valid');
    assert.deepEqual(
      segments?.map(({ from, to, answer: one }) => [from, to, one]),
      [
        [2, 6, 'valid'],
        [6, 10, 'valid'],
        [10, 14, 'valid'],
      ],
    );
    for (const { machine } of segments ?? []) assert.ok((machine?.steps ?? 0) > 1_000_000);
  });

  test('what several segments read of L1 is asked of its endpoints nearly as for a range in one', async () => {
    const asked = async (...more: string[]): Promise<string[]> => {
      const [l1, beacon] = await Promise.all([devnet.l1Url, devnet.beaconUrl].map(rewritingProxy));
      assert.ok(l1 !== undefined && beacon !== undefined);
      const { code, stderr } = await validate('--native', '--l1', l1.url, '--l1.beacon', beacon.url, ...more);
      l1.close();
      beacon.close();
      assert.equal(code, 0, stderr);
      return [...l1.asked, ...beacon.asked].toSorted();
    };
    const inSegments = await asked('--segment', '3', '--workers', '3');
    assert.ok(inSegments.some((request) => request.includes('blob_sidecars')));
    const inOne = await asked('--segment', '100');
    // By themselves they would ask for three times as much. What failed is asked for again, and how far ahead of its end a run has come is a
    // matter of moments. (packages/host/test/l1-look-ahead.test.ts has that no block is asked for twice.)
    assert.ok(inSegments.length <= 2 * inOne.length, `${inSegments.length}, and ${inOne.length} in one`);
  });

  test('what is damaged in the datadir is fetched again for all segments, and is whole afterwards', async () => {
    const datadir = mkdtempSync(join(tmpdir(), 'obelisc-ranges-'));
    try {
      const run = (): Promise<RangeVerdict> => validate('--native', '--workers', '2', '--datadir', datadir);
      assert.equal((await run()).code, 0);
      const files = readdirSync(datadir, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.txt'));
      // Headers, branches and codes among them, which every run reads; most others are elements of blobs.
      const large = files.map((name) => join(datadir, name)).filter((file) => statSync(file).size > 1000);
      assert.ok(large.length > 20, `${large.length}`);
      for (const file of large.filter((_, i) => i % 3 === 0)) writeFileSync(file, 'nonsense');
      const damaged = await run();
      assert.equal(damaged.code, 0, damaged.stderr);
      assert.match(damaged.stderr, /Damaged entries of the datadir were fetched again/);
      const whole = await run();
      assert.equal(whole.code, 0, whole.stderr);
      assert.doesNotMatch(whole.stderr, /amaged/);
    } finally {
      rmSync(datadir, { recursive: true, force: true });
    }
  });

  test('a wrong claim is refused by the last segment, with the right root', async () => {
    const { code, answer, derived, opNodeParts } = await validate('--native', '--claim', WRONG);
    assert.equal(code, 1);
    assert.equal(answer, 'invalid');
    assert.equal(derived, (await output(TO)).outputRoot);
    // The op-node is right: it is the claim that is wrong.
    assert.equal(opNodeParts, undefined);
  });

  test('a true claim is confirmed against an op-node that is wrong from some block on, and the block is named', async () => {
    const claim = String((await output(TO)).outputRoot);
    partFrom(9);
    const { code, answer, opNodeParts, stderr } = await validate('--native', '--claim', claim);
    assert.equal(code, 0, stderr);
    assert.equal(answer, 'valid');
    assert.equal(opNodeParts?.block, 9);
    assert.equal(opNodeParts?.derived, ((await output(9)).blockRef as Json).hash);
    assert.match(stderr, /op-node's own output root is not the derived one/);
  });

  test("without a claim the op-node's own root is refused, and the first block that is wrong is named", async () => {
    partFrom(9);
    const { code, answer, opNodeParts } = await validate('--native');
    assert.equal(code, 1);
    assert.equal(answer, 'invalid');
    assert.equal(opNodeParts?.block, 9);
  });

  test('a worker that is killed is replaced; the verdict stays the same', async () => {
    const command = spawn(process.execPath, [join(repositoryRoot, 'bin/obelisc'), ...baseArguments, '--workers', '1'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    let killed = false;
    command.stdout.on('data', (piece: Buffer) => void (stdout += piece.toString()));
    command.stderr.on('data', (piece: Buffer) => {
      stderr += piece.toString();
      const worker = /Running the client in the machine" worker=(\d+)/.exec(stderr)?.[1];
      if (worker === undefined || killed) return;
      killed = true;
      process.kill(Number(worker), 'SIGKILL');
    });
    const code = await new Promise((resolve) => command.on('close', resolve));
    assert.ok(killed, stderr);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /A worker process was lost.*SIGKILL/);
    assert.equal((JSON.parse(stdout) as RangeVerdict).answer, 'valid');
  });

  test('an endpoint that is not there ends it without a verdict, and leaves no process behind', async () => {
    const { code, answer, error, stderr } = await validate(
      '--native',
      '--l2',
      'http://127.0.0.1:9',
      '--retry.for',
      '1s',
    );
    assert.equal(code, 2);
    assert.equal(answer, 'unknown');
    assert.match(String(error), /--l2/);
    const workers = new Set([...stderr.matchAll(/worker=(\d+)/g)].map(([, pid]) => Number(pid)));
    assert.ok(workers.size > 0);
    // Ended with the command, they are gone as soon as the system has taken notice.
    const deadline = Date.now() + 20_000;
    for (const pid of workers) while (isThere(pid) && Date.now() < deadline) await delay(50);
    for (const pid of workers) assert.equal(isThere(pid), false, `process ${pid}`);
  });
});
