// A claim of an embedded chain as a user of op-program has it: files of its configuration, and the flags.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULT_RETRY_POLICY, opNode } from '@obelisc/host';
import { type Devnet, startDevnet } from '@obelisc/devnet';
import { type DataFormat, openDatadir } from '@obelisc/preimage';

const executable = fileURLToPath(new URL('../../../../../bin/op-program', import.meta.url));

export type EmbeddedClaim = {
  readonly devnet: Devnet;
  readonly folder: string;
  /** Flags of a claim without endpoints and datadir; `holds`: a true one. */
  flags(holds?: boolean): string[];
  endpointFlags(urls?: Partial<Record<'l1' | 'beacon' | 'l2', string>>): string[];
  close(): Promise<void>;
};

/** A chain of `to` L2 blocks and a claim about all of them but the first. */
export async function embeddedClaim(seed: string, to: number): Promise<EmbeddedClaim> {
  const devnet = await startDevnet({ seed, l2Blocks: to });
  const folder = mkdtempSync(join(tmpdir(), 'obelisc-claim-'));
  await devnet.writeConfig(folder);
  const node = opNode({ url: devnet.opNodeUrl, policy: DEFAULT_RETRY_POLICY });
  const hex = (bytes: Uint8Array) => `0x${Buffer.from(bytes).toString('hex')}`;
  const [start, end] = [await node.outputAtBlock(1n), await node.outputAtBlock(BigInt(to))];
  return {
    devnet,
    folder,
    flags: (holds = true) => [
      `--rollup.config=${join(folder, 'rollup.json')}`,
      `--l2.genesis=${join(folder, 'genesis-l2.json')}`,
      `--l1.chainconfig=${join(folder, 'l1-chainconfig.json')}`,
      `--l1.head=${devnet.head.l1.hash}`,
      `--l2.head=${hex(start.blockHash)}`,
      `--l2.outputroot=${hex(start.outputRoot)}`,
      `--l2.claim=${hex(holds ? end.outputRoot : start.outputRoot)}`,
      `--l2.blocknumber=${to}`,
    ],
    endpointFlags: ({ l1 = devnet.l1Url, beacon = devnet.beaconUrl, l2 = devnet.l2Url } = {}) => [
      `--l1=${l1}`,
      `--l1.beacon=${beacon}`,
      `--l2=${l2}`,
    ],
    async close() {
      await devnet.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type Ended = { code: number | null; signal: NodeJS.Signals | null; text: string };
export type Running = { ended: Promise<Ended>; kill(): void };

/** Runs op-program; `through` is a command that starts it in its way. */
export function opProgram(flags: readonly string[], through: readonly string[] = []): Running {
  const [command = process.execPath, ...rest] = [...through, process.execPath, executable, ...flags];
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => void (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => void (text += chunk.toString()));
  return {
    ended: new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ code, signal, text }));
    }),
    kill: () => void child.kill('SIGKILL'),
  };
}

/** What is damaged in a datadir: nothing, whatever happened to the runs that wrote to it. */
export function damageOf(datadir: string, format: DataFormat): string[] {
  const store = openDatadir({ path: datadir, mustExist: true, format });
  return [...(store.keys?.() ?? [])].flatMap((key) => {
    const found = store.look(key);
    return found.state === 'damaged' ? [`${found.place}: ${found.fault}`] : [];
  });
}
