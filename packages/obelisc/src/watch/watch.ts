// `obelisc watch` and `obelisc worker`: flags into what the watch room does, signals, exit codes.
import {
  type AlertTargets,
  type Beginning,
  claimNames,
  ClaimQueue,
  ClaimWorker,
  type Database,
  type JudgingOptions,
  Metrics,
  migrate,
  isServer,
  openDatabase,
  readChains,
  Reporter,
  startServer,
  type Tally,
  Watch,
  watchedChain,
  type WatchedChain,
  type WatchServer,
} from '@obelisc/watch';
import type { Log } from '@obelisc/host';
import { networkFlagOf } from '../endpoints/commander-values.js';
import { duration, endpointUrl, readNetworkFlags } from '../endpoints/network-flags.js';
import { logger } from '../op-program/logger.js';
import { hasColours } from '../terminal/colours.js';
import { UsageError } from '../terminal/failure.js';
import { writeStory } from '../terminal/status-line.js';
import { logLevelOf, type Verbosity } from '../terminal/verbosity.js';

/** Flags of both commands, as Commander names them. */
export interface WatchFlags extends Verbosity {
  readonly [flag: string]: unknown;
  readonly config?: string;
  readonly 'log.format'?: string;
  readonly db?: string;
  readonly concurrency?: number;
  readonly native: boolean;
  readonly segment?: number;
  readonly workers?: number;
  readonly stalled?: string;
  readonly tries?: number;
  readonly once?: boolean;
  readonly since?: string;
  readonly fromGame?: bigint;
  readonly confirmations?: bigint;
  readonly poll?: string;
  readonly http?: string;
  readonly 'http.hosts'?: string;
  readonly alert?: string;
  readonly alertCommand?: string;
  readonly alertSecret?: string;
  readonly behind?: string;
}

const DEFAULT_DB = './obelisc-db';
const DEFAULT_TRIES = 6;
const DEFAULT_POLL = '12s';
const DEFAULT_BEHIND = '30m';
/** Two epochs of Ethereum: what is deeper is final but in the worst of times. */
const DEFAULT_CONFIRMATIONS = 64n;

/** Milliseconds between two looks at L1: less floods it, more is no watch (and no timer of Node.js takes a month). */
function pollOf({ poll = DEFAULT_POLL }: WatchFlags): number {
  const milliseconds = duration('poll', poll);
  if (milliseconds < 100 || milliseconds > 86_400_000)
    throw new UsageError(`--poll is ${JSON.stringify(poll)}; it takes a duration from 100ms to 1d`);
  return milliseconds;
}

/**
 * Runs `obelisc watch`. The exit code is 0; with --once 1 where a claim is wrong, else 2 where one could not be judged, a chain not be read,
 * or it was stopped before.
 */
export async function runWatch(flags: WatchFlags): Promise<number> {
  const log = storyLog(flags);
  const chains = chainsOf(flags);
  const poll = pollOf(flags);
  const begin = beginningOf(flags);
  const targets = targetsOf(flags);
  const place = flags.db ?? DEFAULT_DB;
  // A folder belongs to one process.
  if (flags.concurrency === 0 && !isServer(place))
    throw new UsageError(
      `--concurrency 0 leaves the judging to workers, and none can have the folder --db ${place}: give a postgres:// URL, or leave --concurrency out`,
    );
  const database = await openDatabase(place);
  try {
    const metrics = new Metrics();
    let server: WatchServer | undefined;
    // Not by the clock, which jumps.
    let lastLook = -Infinity;
    const watch = await Watch.start({
      chains,
      database,
      log,
      begin,
      poll,
      confirmations: flags.confirmations ?? DEFAULT_CONFIRMATIONS,
      tries: flags.tries ?? DEFAULT_TRIES,
      concurrency: flags.concurrency ?? 1,
      ...judgingOf(flags),
      listeners: {
        onLook: (chain, look) => {
          metrics.looked(chain, look);
          if (!(look instanceof Error)) lastLook = performance.now();
        },
        onChange: () => server?.changed(),
      },
      reporter: new Reporter({
        database,
        metrics,
        chains: chains.map(({ name }) => name),
        targets,
        behind: duration('behind', flags.behind ?? DEFAULT_BEHIND) / 1000,
        log,
        onChange: () => server?.changed(),
      }),
    });
    if (flags.http !== undefined) {
      const isReady = (): boolean => performance.now() - lastLook < Math.max(3 * poll, 60_000);
      const hosts = flags['http.hosts']?.split(',');
      server = await startServer({ listen: flags.http, hosts, database, queue: watch.queue, metrics, log, isReady });
      log('info', 'The page', { at: server.url, metrics: `${server.url}/metrics` });
    }
    log('info', 'Watching', { chains: chains.map(({ name }) => name).join(', '), in: database.place });
    onStop(log, () => watch.stop());
    let isComplete: boolean;
    try {
      isComplete = await watch.run({ once: flags.once ?? false });
    } finally {
      await server?.close();
    }
    if (flags.once !== true) return 0;
    const tally = await watch.tally();
    process.stdout.write(`${tallyLine(tally)}\n`);
    if (tally.invalid > 0) return 1;
    // Who was told to stop, or could not read a chain, has not seen all that there is.
    return !isComplete || tally.undecided + tally.open > 0 ? 2 : 0;
  } finally {
    await database.close();
  }
}

/** Runs `obelisc worker` until it is told to stop. */
export async function runWorker(flags: WatchFlags): Promise<number> {
  const log = storyLog(flags);
  const chains = chainsOf(flags);
  if (flags.db === undefined)
    throw new UsageError('--db is missing: the postgres:// URL of the watch that it works for');
  const database = await openDatabase(flags.db);
  try {
    if (!database.isShared)
      throw new UsageError(
        `--db ${flags.db}: a folder belongs to one process; watch and workers share a postgres:// database`,
      );
    await migrate(database);
    await claimNames(database, chains);
    const queue = await startQueue(database, chains, log, flags.tries ?? DEFAULT_TRIES);
    const worker = new ClaimWorker({
      chains,
      database,
      queue,
      log,
      concurrency: flags.concurrency ?? 1,
      ...judgingOf(flags),
    });
    log('info', 'Working', { chains: chains.map(({ name }) => name).join(', '), for: database.place, as: worker.name });
    onStop(log, () => worker.stop());
    await worker.run();
    await queue.stop();
    return 0;
  } finally {
    await database.close();
  }
}

function judgingOf({ native, segment, workers, stalled }: WatchFlags): JudgingOptions {
  return {
    machine: !native,
    segment: segment === undefined ? undefined : BigInt(segment),
    segmentWorkers: workers,
    // As with --retry.for, 0 is for ever.
    stalled: stalled === undefined ? undefined : duration('stalled', stalled) || Number.POSITIVE_INFINITY,
  };
}

/** Throws UsageError for what could never be told. */
function targetsOf({ alert, alertCommand: command, alertSecret: secret }: WatchFlags): AlertTargets {
  if (command?.trim() === '') throw new UsageError('--alert-command is empty; it takes a command for the shell');
  if (secret !== undefined && alert === undefined)
    throw new UsageError('--alert-secret signs what --alert posts, which is not given');
  if (secret === '') throw new UsageError('--alert-secret is empty: anyone could sign with that');
  return { url: alert === undefined ? undefined : endpointUrl('alert', alert), command, secret };
}

function startQueue(database: Database, chains: readonly WatchedChain[], log: Log, tries: number): Promise<ClaimQueue> {
  return ClaimQueue.start(
    database,
    chains.map(({ name }) => name),
    { log, tries },
  );
}

/** SIGINT and SIGTERM let what is at work come to its end; a second one ends the process. */
function onStop(log: Log, stop: () => void): void {
  const first = (signal: NodeJS.Signals): void => {
    log('info', 'Finishing what is at work; once more ends it at once', { signal });
    stop();
    process.once('SIGINT', () => process.exit(2)).once('SIGTERM', () => process.exit(2));
  };
  process.once('SIGINT', first).once('SIGTERM', first);
}

function chainsOf(flags: WatchFlags): WatchedChain[] {
  const settings = readNetworkFlags((name) => networkFlagOf(flags, name));
  if (flags.config !== undefined) {
    const beside = ['l1', 'l1.beacon', 'l2', 'opNode', 'network', 'gameFactory'].filter(
      (flag) => flags[flag] !== undefined,
    );
    if (beside.length > 0)
      throw new UsageError(`--config and --${beside[0]} exclude each other: the file names the endpoints`);
    return readChains(flags.config, settings);
  }
  return [
    watchedChain(
      {
        ...textFlags(flags, {
          name: 'name',
          l1: 'l1',
          'l1.beacon': 'l1.beacon',
          l2: 'l2',
          'op-node': 'opNode',
          network: 'network',
          'rollup.config': 'rollup.config',
          'l2.genesis': 'l2.genesis',
          'l1.chainconfig': 'l1.chainconfig',
          'l1.check': 'l1.check',
          'game-factory': 'gameFactory',
          datadir: 'datadir',
        }),
        'l1.trustrpc': flags['l1.trustrpc'] === true,
      },
      '',
      settings,
    ),
  ];
}

function textFlags<Name extends string>(flags: WatchFlags, names: Record<Name, string>): Partial<Record<Name, string>> {
  const found: Partial<Record<Name, string>> = {};
  for (const [name, option] of Object.entries(names) as [Name, string][]) {
    const value = textOf(flags[option]);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function beginningOf({ since, fromGame }: WatchFlags): Beginning {
  if (since !== undefined && fromGame !== undefined)
    throw new UsageError('--since and --from-game exclude each other: where a new database begins is said once');
  if (fromGame !== undefined) return { game: fromGame };
  return since === undefined ? 'all' : { since: duration('since', since) / 1000 };
}

function tallyLine({ valid, invalid, uncovered, undecided, open }: Tally): string {
  const parts = [`${valid} right`, `${invalid} wrong`, `${undecided} undecided`, `${uncovered} not covered`];
  return `Claims: ${[...parts, `${open} waiting`].join(', ')}`;
}

function storyLog(flags: WatchFlags): Log {
  const write = (text: string): void => writeStory(text);
  const format = flags['log.format'] ?? 'text';
  return logger({ level: logLevelOf(flags), format, color: hasColours(process.stderr), pid: false, write });
}
