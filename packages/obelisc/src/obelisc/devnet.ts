// `obelisc devnet`: an embedded chain that serves its endpoints until it is interrupted.
import { type DevnetPorts, startDevnet } from '@obelisc/devnet';

export interface DevnetCommand {
  readonly blocks: number;
  readonly seed: string;
  /** Where rollup.json and genesis-l2.json go. */
  readonly directory: string | undefined;
  readonly ports: DevnetPorts;
}

/** Starts the chain, prints its endpoints as JSON on stdout, and serves until SIGINT or SIGTERM. */
export async function runDevnet({ blocks, seed, directory, ports }: DevnetCommand): Promise<void> {
  const interrupted = new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve());
  });
  const devnet = await startDevnet({ seed, l2Blocks: blocks, ports });
  try {
    if (directory !== undefined) await devnet.writeConfig(directory);
    const { l1Url, beaconUrl, l2Url, opNodeUrl, head } = devnet;
    process.stdout.write(`${JSON.stringify({ l1: l1Url, beacon: beaconUrl, l2: l2Url, opNode: opNodeUrl, head })}\n`);
    process.stderr.write(`Serving ${blocks} L2 blocks. Stop with Ctrl-C.\n`);
    await interrupted;
  } finally {
    await devnet.close();
  }
}
