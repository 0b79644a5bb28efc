// `obelisc devnet`: the embedded chain as a process of its own, until it is interrupted.
import { once } from 'node:events';
import { resolve } from 'node:path';
import { scratchFolder } from '@obelisc/claims';
import { DEFAULT_SCENARIO, startDevnet } from '@obelisc/devnet';
import type { Devnet, DevnetPorts, Scenario } from '@obelisc/devnet';
import { UsageError } from '../terminal/failure.js';
import { writeAnswerNow } from '../terminal/answer.js';
import { leaveInterruptsToSystem } from '../terminal/interrupt.js';
import type { Verbosity } from '../terminal/verbosity.js';
import { checkServable } from './preflight.js';
import { l1Schedule, l2Schedule } from './schedule.js';

/** The command's options as they stand on the command line. */
export interface DevnetCommandOptions extends Verbosity {
  /** What the chain is made from: the same seed gives the same blocks. */
  readonly seed?: string;
  /** L2 blocks to make before the endpoints open. */
  readonly blocks?: string;
  /** The newest fork of L2; all up to it are there. */
  readonly forks?: string;
  /** Forks that don't come with genesis: `jovian=20,karst=40`, by the number of their first L2 block. */
  readonly forkAt?: string;
  /** The same for L1. */
  readonly l1Forks?: string;
  readonly l1ForkAt?: string;
  /** Whether the chain goes on by time. */
  readonly live?: boolean;
  /** Seconds between L2 blocks. */
  readonly blockTime?: string;
  /** L2 blocks from one proposal of an output root to the next. */
  readonly proposeEvery?: string;
  /** One proposal in so many is false. */
  readonly falseClaim?: string;
  /** Folder for rollup.json, genesis-l2.json and l1-chainconfig.json; without it a temporary one, removed at the end. */
  readonly out?: string;
  readonly l1Port?: string;
  readonly beaconPort?: string;
  readonly l2Port?: string;
  readonly opNodePort?: string;
  /** One JSON object on stdout instead of lines. */
  readonly json?: boolean;
}

const DEFAULT_SEED = 'obelisc';
/** So many that a channel is on L1 in the block after its last L2 block, also with the newest fork's traffic: 14 blocks end with L1's fifth. */
const BATCHER_TRANSACTIONS = 4;
const DEFAULT_BLOCKS = 16;
const MOST_BLOCKS = 100_000;
const MOST_PORT = 65_535;
const DEFAULT_BLOCK_TIME = 2;
const MOST_BLOCK_TIME = 600;
/** L1 blocks after which an embedded game is over. */
const GAME_BLOCKS = 10n;
/** L2 blocks in the time of an L1 block. */
const L2_BLOCKS_PER_L1_BLOCK = 3n;

/** What the command is run in; a process' own streams and interrupts where nothing is given. */
export interface DevnetSurroundings {
  readonly stdout?: (text: string) => void;
  readonly stderr?: (text: string) => void;
  /** Aborted when it is time to stop. */
  readonly signal?: AbortSignal;
}

/**
 * Starts the chain, prints where everything is, and serves until it is interrupted. Before that an interrupt ends the
 * process at once, in the middle of a block: there is nothing to tidy up yet. Throws `UsageError` for options that make
 * no sense.
 */
export async function devnetCommand(
  options: DevnetCommandOptions,
  surroundings: DevnetSurroundings = {},
): Promise<void> {
  const { seed = DEFAULT_SEED, live = false, quiet = false } = options;
  const { stdout = writeAnswerNow, signal } = surroundings;
  const stderr = quiet ? () => undefined : (surroundings.stderr ?? writeTo(process.stderr));
  const l2Blocks = wholeNumber(options.blocks, '--blocks', MOST_BLOCKS) ?? DEFAULT_BLOCKS;
  const ports = portsOf(options);
  const scenario = scenarioOf(options);
  await checkServable(
    {
      '--l1-port': ports.l1 ?? 0,
      '--beacon-port': ports.beacon ?? 0,
      '--l2-port': ports.l2 ?? 0,
      '--op-node-port': ports.opNode ?? 0,
    },
    options.out,
  );
  leaveInterruptsToSystem();
  stderr(`Making ${l2Blocks} L2 blocks and the L1 blocks that hold their batches.\n`);
  const devnet = await startDevnet({ seed, l2Blocks, ports, scenario, live, ...(signal !== undefined && { signal }) });
  const stopped = signal === undefined ? interrupt() : once(signal, 'abort');
  const temporary = options.out === undefined ? await scratchFolder('obelisc-devnet-') : undefined;
  const directory = options.out ?? temporary?.path ?? '';
  try {
    await devnet.writeConfig(directory);
    stdout(options.json === true ? asJson(devnet, directory) : asLines(devnet, directory));
    stderr(`${live ? 'Making blocks' : 'Serving'} until interrupted (Ctrl-C).\n`);
    await Promise.race([stopped, devnet.failure]);
  } finally {
    await devnet.close();
    await temporary?.remove();
  }
}

function portsOf({ l1Port, beaconPort, l2Port, opNodePort }: DevnetCommandOptions): DevnetPorts {
  return {
    l1: wholeNumber(l1Port, '--l1-port', MOST_PORT) ?? 0,
    beacon: wholeNumber(beaconPort, '--beacon-port', MOST_PORT) ?? 0,
    l2: wholeNumber(l2Port, '--l2-port', MOST_PORT) ?? 0,
    opNode: wholeNumber(opNodePort, '--op-node-port', MOST_PORT) ?? 0,
  };
}

function scenarioOf(options: DevnetCommandOptions): Partial<Scenario> {
  const seconds = wholeNumber(options.blockTime, '--block-time', MOST_BLOCK_TIME) ?? DEFAULT_BLOCK_TIME;
  if (seconds === 0) throw new UsageError('--block-time 0: give at least one second');
  const l2BlockTime = BigInt(seconds);
  const l1BlockTime = l2BlockTime * L2_BLOCKS_PER_L1_BLOCK;
  const forks = l2Schedule(options.forks, options.forkAt, l2BlockTime);
  return {
    l2BlockTime,
    l1BlockTime,
    forks,
    l1Forks: l1Schedule(options.l1Forks, options.l1ForkAt, l1BlockTime),
    channels: channelsFor(forks),
    batcherTransactionsPerL1Block: BATCHER_TRANSACTIONS,
    ...proposalsOf(options),
  };
}

function proposalsOf({ proposeEvery, falseClaim }: DevnetCommandOptions): Pick<Scenario, 'proposals'> {
  const every = wholeNumber(proposeEvery, '--propose-every', MOST_BLOCKS);
  const falseOneIn = wholeNumber(falseClaim, '--false-claim', MOST_BLOCKS) ?? 0;
  if (every === undefined) {
    if (falseClaim !== undefined) throw new UsageError('--false-claim needs --propose-every: nothing is proposed');
    return {};
  }
  if (every === 0) throw new UsageError('--propose-every 0: give the number of L2 blocks between two proposals');
  return { proposals: { every: BigInt(every), falseOneIn, gameBlocks: GAME_BLOCKS } };
}

/** The ordinary channels as far as all of the chain's time knows what they are made with. */
function channelsFor(forks: Scenario['forks']): Scenario['channels'] {
  const isThere = (fork: keyof Scenario['forks']): boolean => forks[fork] === 0n;
  return DEFAULT_SCENARIO.channels.map((plan) => {
    if (plan.batches === 'none') return plan;
    return {
      ...plan,
      batches: isThere('delta') ? plan.batches : 'singular',
      compression: isThere('fjord') ? plan.compression : 'zlib',
      carrier: isThere('ecotone') ? plan.carrier : 'calldata',
    };
  });
}

function asJson(devnet: Devnet, directory: string): string {
  const { head, accounts } = devnet;
  return `${JSON.stringify({ ...endpoints(devnet), ...contracts(devnet), ...files(directory), head, accounts })}\n`;
}

function asLines(devnet: Devnet, directory: string): string {
  const { l1, l2 } = devnet.head;
  const heads = { 'L1 head': `${l1.number} ${l1.hash}`, 'L2 head': `${l2.number} ${l2.hash}` };
  const accounts = devnet.accounts.map(({ address, privateKey }) => ['account', `${address} ${privateKey}`]);
  return [...Object.entries({ ...endpoints(devnet), ...contracts(devnet), ...files(directory), ...heads }), ...accounts]
    .map(([name = '', value]) => `${name.padEnd(14)} ${value}\n`)
    .join('');
}

/** By the names that the other commands' flags have. */
function endpoints({ l1Url, beaconUrl, l2Url, opNodeUrl }: Devnet): Record<string, string> {
  return { l1: l1Url, 'l1.beacon': beaconUrl, l2: l2Url, 'op-node': opNodeUrl };
}

function contracts({ gameFactory }: Devnet): Record<string, string> {
  return gameFactory === undefined ? {} : { 'game-factory': gameFactory };
}

function files(directory: string): Record<string, string> {
  return {
    'rollup.config': resolve(directory, 'rollup.json'),
    'l2.genesis': resolve(directory, 'genesis-l2.json'),
    'l1.chainconfig': resolve(directory, 'l1-chainconfig.json'),
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
