// `obelisc devnet`: the embedded chain as a process of its own, until it is interrupted.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startDevnet } from '@obelisc/devnet';
import type { Devnet } from '@obelisc/devnet';
import { UsageError } from '../terminal/failure.js';

/** The command's options as they stand on the command line. */
export interface DevnetCommandOptions {
  /** What the chain is made from: the same seed gives the same blocks. */
  readonly seed?: string;
  /** L2 blocks to make before the endpoints open. */
  readonly blocks?: string;
  /** Folder for rollup.json and genesis-l2.json; without it a temporary one, removed at the end. */
  readonly out?: string;
  readonly l1Port?: string;
  readonly beaconPort?: string;
  readonly l2Port?: string;
  readonly opNodePort?: string;
  /** One JSON object on stdout instead of lines. */
  readonly json?: boolean;
}

const DEFAULT_SEED = 'obelisc';
const DEFAULT_BLOCKS = 16;
const MOST_BLOCKS = 100_000;
const MOST_PORT = 65_535;

/** What the command is run in; a process' own streams and interrupts where nothing is given. */
export interface DevnetSurroundings {
  readonly stdout?: (text: string) => void;
  readonly stderr?: (text: string) => void;
  /** Resolves when it is time to stop. */
  readonly stopped?: Promise<void>;
}

/**
 * Starts the chain, prints where everything is, and serves until it is interrupted. Throws `UsageError` for options
 * that make no sense.
 */
export async function devnetCommand(
  options: DevnetCommandOptions,
  surroundings: DevnetSurroundings = {},
): Promise<void> {
  const { stdout = writeTo(process.stdout), stderr = writeTo(process.stderr) } = surroundings;
  const l2Blocks = wholeNumber(options.blocks, '--blocks', MOST_BLOCKS) ?? DEFAULT_BLOCKS;
  const ports = {
    l1: wholeNumber(options.l1Port, '--l1-port', MOST_PORT) ?? 0,
    beacon: wholeNumber(options.beaconPort, '--beacon-port', MOST_PORT) ?? 0,
    l2: wholeNumber(options.l2Port, '--l2-port', MOST_PORT) ?? 0,
    opNode: wholeNumber(options.opNodePort, '--op-node-port', MOST_PORT) ?? 0,
  };
  const stopped = surroundings.stopped ?? interrupt();
  stderr(`Making ${l2Blocks} L2 blocks and the L1 blocks that hold their batches.\n`);
  const devnet = await startDevnet({ seed: options.seed ?? DEFAULT_SEED, l2Blocks, ports });
  const directory = options.out ?? (await mkdtemp(join(tmpdir(), 'obelisc-devnet-')));
  try {
    await devnet.writeConfig(directory);
    stdout(options.json === true ? asJson(devnet, directory) : asLines(devnet, directory));
    stderr('Serving until interrupted (Ctrl-C).\n');
    await stopped;
  } finally {
    await devnet.close();
    if (options.out === undefined) await rm(directory, { recursive: true, force: true });
  }
}

function asJson(devnet: Devnet, directory: string): string {
  return `${JSON.stringify({ ...endpoints(devnet), ...files(directory), head: devnet.head })}\n`;
}

function asLines(devnet: Devnet, directory: string): string {
  const { l1, l2 } = devnet.head;
  const heads = { 'L1 head': `${l1.number} ${l1.hash}`, 'L2 head': `${l2.number} ${l2.hash}` };
  return Object.entries({ ...endpoints(devnet), ...files(directory), ...heads })
    .map(([name, value]) => `${name.padEnd(14)} ${value}\n`)
    .join('');
}

/** By the names that the other commands' flags have. */
function endpoints({ l1Url, beaconUrl, l2Url, opNodeUrl }: Devnet): Record<string, string> {
  return { l1: l1Url, 'l1.beacon': beaconUrl, l2: l2Url, 'op-node': opNodeUrl };
}

function files(directory: string): Record<string, string> {
  return {
    'rollup.config': resolve(directory, 'rollup.json'),
    'l2.genesis': resolve(directory, 'genesis-l2.json'),
  };
}

function wholeNumber(text: string | undefined, flag: string, most: number): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!/^\d+$/.test(text) || number > most) {
    throw new UsageError(`${flag} ${text}: give a whole number from 0 to ${most}`);
  }
  return number;
}

function writeTo(stream: NodeJS.WriteStream): (text: string) => void {
  return (text) => void stream.write(text);
}

function interrupt(): Promise<void> {
  return new Promise((done) => {
    process.once('SIGINT', done);
    process.once('SIGTERM', done);
  });
}
