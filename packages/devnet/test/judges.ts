// Programs that are not ours and say whether a claim about a chain holds: the Go op-program and kona's host, natively.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { Devnet } from '../src/devnet.js';

/** A claim about an L2 block, and the block and root that both sides agree on. */
export interface JudgedClaim {
  readonly devnet: Devnet;
  /** Where the chain's configuration was written. */
  readonly directory: string;
  readonly from: number;
  readonly to: number;
  /** What becomes of the right root. */
  readonly change: (root: string) => string;
}

/** Says yes or no; rejects where the judge says neither. */
export interface Judge {
  readonly name: string;
  readonly holds: (claim: JudgedClaim) => Promise<boolean>;
}

export interface Output {
  readonly outputRoot: string;
  readonly blockRef: { readonly hash: string };
}

/** A root that is wrong in one bit. */
export const flip = (root: string): string =>
  root.slice(0, -1) + (Number.parseInt(root.slice(-1), 16) ^ 1).toString(16);

/** What the embedded op-node says of a block. */
export async function outputAt({ opNodeUrl }: Devnet, block: number): Promise<Output> {
  const body = JSON.stringify({ id: 1, method: 'optimism_outputAtBlock', params: [`0x${block.toString(16)}`] });
  const response = await fetch(opNodeUrl, { method: 'POST', body });
  return ((await response.json()) as { result: Output }).result;
}

/** The Go op-program: of October 2024 or later, or any program with its flags and exit codes. */
export function goOpProgram(binary: string): Judge {
  let todays: Promise<boolean> | undefined;
  return {
    name: 'op-program',
    holds: async ({ devnet, directory, from, to, change }) => {
      // Later versions want to be told that the chain is none they know, and the L1's configuration.
      todays ??= run(binary, ['--help']).then(({ log }) => log.includes('l1.chainconfig'));
      const agreed = await outputAt(devnet, from);
      const claimed = change((await outputAt(devnet, to)).outputRoot);
      const { code, log } = await run(binary, [
        `--l1=${devnet.l1Url}`,
        `--l1.beacon=${devnet.beaconUrl}`,
        `--l2=${devnet.l2Url}`,
        `--rollup.config=${join(directory, 'rollup.json')}`,
        `--l2.genesis=${join(directory, 'genesis-l2.json')}`,
        ...((await todays) ? ['--l2.custom', `--l1.chainconfig=${join(directory, 'l1-chainconfig.json')}`] : []),
        `--l1.head=${devnet.head.l1.hash}`,
        `--l2.head=${agreed.blockRef.hash}`,
        `--l2.outputroot=${agreed.outputRoot}`,
        `--l2.claim=${claimed}`,
        `--l2.blocknumber=${to}`,
        '--log.level=error',
      ]);
      if (code === 0) return true;
      if (code === 1 && /claim.* (is )?(invalid|wrong)|invalid claim/i.test(log)) return false;
      throw new Error(`op-program could not tell (exit code ${code}): ${log.slice(-2_000)}`);
    },
  };
}

/** kona's host (`kona-host single`) of version 1.6 or later. */
export function konaHost(binary: string): Judge {
  return {
    name: 'kona-host',
    holds: async ({ devnet, directory, from, to, change }) => {
      const agreed = await outputAt(devnet, from);
      const claimed = change((await outputAt(devnet, to)).outputRoot);
      const { code, log } = await run(binary, [
        'single',
        '--native',
        `--l1-node-address=${devnet.l1Url}`,
        `--l1-beacon-address=${devnet.beaconUrl}`,
        `--l2-node-address=${devnet.l2Url}`,
        `--rollup-config-path=${join(directory, 'rollup.json')}`,
        `--l1-config-path=${join(directory, 'l1-chainconfig.json')}`,
        `--l1-head=${devnet.head.l1.hash}`,
        `--agreed-l2-head-hash=${agreed.blockRef.hash}`,
        `--agreed-l2-output-root=${agreed.outputRoot}`,
        `--claimed-l2-output-root=${claimed}`,
        `--claimed-l2-block-number=${to}`,
        '-vv',
      ]);
      if (code === 0) return true;
      // It has one exit code for a wrong claim and for what it can't do.
      if (code === 1 && /failed to validate l2 block|invalid claim/i.test(log)) return false;
      throw new Error(`kona-host could not tell (exit code ${code}): ${log.slice(-2_000)}`);
    },
  };
}

function run(binary: string, args: readonly string[]): Promise<{ code: number; log: string }> {
  return new Promise((resolve, reject) => {
    execFile(binary, args, { maxBuffer: 1 << 30 }, (error, stdout, stderr) => {
      const log = stdout + stderr;
      if (error === null) resolve({ code: 0, log });
      else if (typeof error.code === 'number') resolve({ code: error.code, log });
      else reject(error);
    });
  });
}
