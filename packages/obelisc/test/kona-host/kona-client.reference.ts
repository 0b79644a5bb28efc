// kona's client as a process of its own, served by our host on the embedded chain:
//   REFERENCE_KONA_CLIENT=path/of/kona-client npm run test:reference -- obelisc/kona-host
// It is built from github.com/okx/optimism (commit 7573e762f1319d879dc8492f183ddc5c7a3933bd), rust/kona/bin/client.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startDevnet } from '@obelisc/devnet';
import { repositoryRoot } from '../../src/demo/commands.js';

const { REFERENCE_KONA_CLIENT: client } = process.env;
const skip = client === undefined ? 'REFERENCE_KONA_CLIENT names no kona-client' : false;

const FORKS = ['regolith', 'canyon', 'delta', 'ecotone', 'fjord', 'granite', 'holocene', 'isthmus', 'jovian', 'karst'];
const [FROM, TO, BLOCKS] = [2, 12, 14];

type Output = { outputRoot: string; blockRef: { hash: string } };

async function outputAt(url: string, block: number): Promise<Output> {
  const body = JSON.stringify({ id: 1, method: 'optimism_outputAtBlock', params: [`0x${block.toString(16)}`] });
  return ((await (await fetch(url, { method: 'POST', body })).json()) as { result: Output }).result;
}

async function run(args: readonly string[]): Promise<{ code: number | null; log: string }> {
  const child = spawn(process.execPath, [join(repositoryRoot, 'bin/op-program'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, log };
}

for (const newest of ['holocene', 'isthmus', 'jovian', 'karst']) {
  test(`kona's client judges a chain of ${newest} with what our host serves`, { skip }, async () => {
    const forks = Object.fromEntries(FORKS.slice(0, FORKS.indexOf(newest) + 1).map((fork) => [fork, 0n]));
    const devnet = await startDevnet({ seed: 'kona', l2Blocks: BLOCKS, scenario: { forks } });
    const folder = await mkdtemp(join(tmpdir(), 'obelisc-kona-client-'));
    try {
      await devnet.writeConfig(folder);
      const agreed = await outputAt(devnet.opNodeUrl, FROM);
      const { outputRoot } = await outputAt(devnet.opNodeUrl, TO);
      const other = `${outputRoot.slice(0, -1)}${outputRoot.endsWith('0') ? '1' : '0'}`;
      const of = (claim: string) => [
        '--client',
        'kona',
        '--exec',
        client ?? '',
        '--datadir',
        join(folder, 'data'),
        '--rollup.config',
        join(folder, 'rollup.json'),
        '--l2.genesis',
        join(folder, 'genesis-l2.json'),
        '--l1.chainconfig',
        join(folder, 'l1-chainconfig.json'),
        '--l1.head',
        devnet.head.l1.hash,
        '--l2.head',
        agreed.blockRef.hash,
        '--l2.outputroot',
        agreed.outputRoot,
        '--l2.claim',
        claim,
        '--l2.blocknumber',
        String(TO),
      ];
      const online = ['--l1', devnet.l1Url, '--l1.beacon', devnet.beaconUrl, '--l2', devnet.l2Url];
      const gathered = await run([...of(outputRoot), ...online]);
      assert.equal(gathered.code, 0, gathered.log.slice(-2_000));
      assert.match(gathered.log, /Successfully validated L2 block number=12/);
      const offline = await run(of(outputRoot));
      assert.equal(offline.code, 0, offline.log.slice(-2_000));
      const wrong = await run(of(other));
      assert.equal(wrong.code, 1);
      assert.match(wrong.log, new RegExp(`InvalidClaim\\(${outputRoot}, ${other}\\)`));
    } finally {
      await devnet.close();
      await rm(folder, { recursive: true });
    }
  });
}
