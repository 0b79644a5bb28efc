// Clients that are not ours, as processes of their own, served by our host on the embedded chain:
//   REFERENCE_KONA_CLIENT=path/of/kona-client npm run test:reference -- obelisc/op-program
//   REFERENCE_GO_CLIENT=path/of/client        of 2025 or later
//   REFERENCE_OLD_GO_CLIENT=path/of/client    of before April 2025, which reads blobs by index
//   REFERENCE_KONA_ELF=path/of/kona-client    for RISC-V, which runs in our machine: --target riscv64imac-unknown-none-elf,
//     -Ctarget-feature=-c,-zca, not stripped, system calls as docs/drop-in.md says
// kona's is built from github.com/okx/optimism (7573e762f1319d879dc8492f183ddc5c7a3933bd), rust/kona/bin/client; the Go ones
// from its op-program/client/cmd, and from that of github.com/ethereum-optimism/optimism of October 2024 (d317e96c).
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startDevnet } from '@obelisc/devnet';
import { ROLLUP_FORKS } from '@obelisc/host';
import { repositoryRoot } from '../../src/demo/commands.js';

const [FROM, TO, BLOCKS] = [2, 12, 14];

type Output = { outputRoot: string; blockRef: { hash: string } };

/** A client, a process of this computer's or an ELF file for the machine; the forks to serve it on, and what it says of a claim that is wrong. */
type Client = {
  name: string;
  variable: string;
  inMachine?: boolean;
  dialect: 'op-program' | 'kona';
  forks: readonly (typeof ROLLUP_FORKS)[number][];
  right: RegExp;
  wrong: (derived: string, claimed: string) => RegExp;
};

const GO = {
  dialect: 'op-program',
  right: /Claim successfully verified/,
  wrong: () => /Claim is invalid/,
} as const;

const KONA = {
  dialect: 'kona',
  forks: ['holocene', 'isthmus', 'jovian', 'karst'],
  right: /Successfully validated L2 block number=12/,
  wrong: (derived, claimed) => new RegExp(`InvalidClaim\\(${derived}, ${claimed}\\)`),
} satisfies Partial<Client>;

const CLIENTS: readonly Client[] = [
  { name: "kona's client", variable: 'REFERENCE_KONA_CLIENT', ...KONA },
  { name: "kona's client in the machine", variable: 'REFERENCE_KONA_ELF', inMachine: true, ...KONA },
  // Later forks make it upgrade transactions that it does not know.
  { name: 'the Go client of 2024', variable: 'REFERENCE_OLD_GO_CLIENT', forks: ['fjord', 'granite'], ...GO },
  { name: 'the Go client of today', variable: 'REFERENCE_GO_CLIENT', forks: ['granite', 'isthmus', 'jovian'], ...GO },
];

async function outputAt(url: string, block: number): Promise<Output> {
  const body = JSON.stringify({ id: 1, method: 'optimism_outputAtBlock', params: [`0x${block.toString(16)}`] });
  return ((await (await fetch(url, { method: 'POST', body })).json()) as { result: Output }).result;
}

async function run(command: string, args: readonly string[]): Promise<{ code: number | null; log: string }> {
  const child = spawn(process.execPath, [join(repositoryRoot, 'bin', command), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, log };
}

for (const { name, variable, forks, ...client } of CLIENTS) {
  const binary = process.env[variable];
  const skip = binary === undefined ? `${variable} names no client` : false;
  for (const newest of forks) {
    test(`${name} judges a chain of ${newest} with what our host serves`, { skip }, () =>
      judged({ binary: binary ?? '', newest, ...client }),
    );
  }
}

type Judge = (flags: readonly string[]) => ReturnType<typeof run>;

function processJudge(client: string): Judge {
  return (flags) => run('op-program', [`--exec=${client}`, ...flags]);
}

/** Its code is what the program in the machine ended with. */
async function machineJudge(elf: string, folder: string): Promise<Judge> {
  const [start, end, meta] = ['start.json', 'end.json', 'meta.json'].map((name) => join(folder, name));
  const loaded = await run('asterisc', ['load-elf', `--path=${elf}`, `--out=${start}`, `--meta=${meta}`]);
  assert.equal(loaded.code, 0, loaded.log);
  const server = [process.execPath, join(repositoryRoot, 'bin/op-program'), '--server'];
  return async (flags) => {
    const steps = ['run', `--input=${start}`, `--output=${end}`, `--meta=${meta}`, '--', ...server, ...flags];
    const { code, log } = await run('asterisc', steps);
    assert.equal(code, 0, log.slice(-2_000));
    return { code: (JSON.parse(await readFile(end ?? '', 'utf8')) as { exit: number }).exit, log };
  };
}

type Case = Pick<Client, 'dialect' | 'inMachine' | 'right' | 'wrong'> & {
  binary: string;
  newest: Client['forks'][number];
};

async function judged({ binary, dialect, inMachine = false, newest, right, wrong }: Case): Promise<void> {
  const forks = Object.fromEntries(ROLLUP_FORKS.slice(0, ROLLUP_FORKS.indexOf(newest) + 1).map((fork) => [fork, 0n]));
  const devnet = await startDevnet({ seed: 'kona', l2Blocks: BLOCKS, scenario: { forks } });
  const folder = await mkdtemp(join(tmpdir(), 'obelisc-clients-'));
  try {
    await devnet.writeConfig(folder);
    const agreed = await outputAt(devnet.opNodeUrl, FROM);
    const { outputRoot } = await outputAt(devnet.opNodeUrl, TO);
    const other = `${outputRoot.slice(0, -1)}${outputRoot.endsWith('0') ? '1' : '0'}`;
    const of = (claim: string): string[] => [
      `--client=${dialect}`,
      `--datadir=${join(folder, 'data')}`,
      `--rollup.config=${join(folder, 'rollup.json')}`,
      `--l2.genesis=${join(folder, 'genesis-l2.json')}`,
      `--l1.chainconfig=${join(folder, 'l1-chainconfig.json')}`,
      `--l1.head=${devnet.head.l1.hash}`,
      `--l2.head=${agreed.blockRef.hash}`,
      `--l2.outputroot=${agreed.outputRoot}`,
      `--l2.claim=${claim}`,
      `--l2.blocknumber=${TO}`,
    ];
    const online = [`--l1=${devnet.l1Url}`, `--l1.beacon=${devnet.beaconUrl}`, `--l2=${devnet.l2Url}`];
    const judge = inMachine ? await machineJudge(binary, folder) : processJudge(binary);
    const gathered = await judge([...of(outputRoot), ...online]);
    assert.equal(gathered.code, 0, gathered.log.slice(-2_000));
    assert.match(gathered.log, right);
    const offline = await judge(of(outputRoot));
    assert.equal(offline.code, 0, offline.log.slice(-2_000));
    const refused = await judge(of(other));
    assert.equal(refused.code, 1, refused.log.slice(-2_000));
    assert.match(refused.log, wrong(outputRoot, other));
  } finally {
    await devnet.close();
    await rm(folder, { recursive: true });
  }
}
