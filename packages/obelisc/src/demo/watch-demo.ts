// `npm run demo:watch`: a chain that goes on, with a proposer of whom one claim in three is false, and a watch that judges each of
// them. All are the commands that a user would type, run as processes of their own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Interrupt, isInterrupt } from '../terminal/interrupt.js';
import { writeStory } from '../terminal/status-line.js';
import type { Verbosity } from '../terminal/verbosity.js';
import { Background } from './background.js';
import { asTyped, CommandFailedError } from './commands.js';

/** L2 blocks from one claim to the next; one claim in so many is false. */
const EVERY = 10;
const FALSE_ONE_IN = 3;
/** L2 blocks that are there when it begins: a false claim comes soon. */
const BLOCKS = 40;
const WORKERS = 2;

export interface WatchDemoFlags extends Verbosity {
  /** Ends after so many verdicts; otherwise when it is interrupted. */
  readonly claims?: number;
  /** A postgres:// URL of an empty database: the workers are processes of their own then, as on other machines. */
  readonly demoDb?: string;
}

/** A claim as /api/claims has it, as far as it is told here. */
interface Claim {
  readonly index: number;
  readonly startBlock: number | null;
  readonly blockNumber: number | null;
  readonly answer: 'valid' | 'invalid' | null;
  readonly state: string;
  readonly seconds: number | null;
}

/** Runs until there are enough verdicts or Ctrl-C; rejects with CommandFailedError for a verdict that is not the right one. */
export async function watchDemo({ claims = Infinity, demoDb: db, quiet = false }: WatchDemoFlags): Promise<void> {
  const { signal } = new Interrupt().arm();
  const tell = (text: string): void => void (quiet || writeStory(text));
  const directory = await mkdtemp(join(tmpdir(), 'obelisc-watch-demo-'));
  const running: Background[] = [];
  // What flags of a user's own are set by variables are not this chain's.
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('OBELISC_')));
  /** Starts a command, newest last: what needs others is stopped before them. */
  const start = (args: string[], isTold = false): Background => {
    tell(`  $ ${asTyped('obelisc', args)}\n`);
    const onLine = (line: string): void => (isTold ? tell(`    ${line}\n`) : undefined);
    const command = new Background('obelisc', args, { onLine, environment });
    running.push(command);
    return command;
  };
  try {
    tell(`\nA chain that goes on; every ${EVERY} blocks a claim, one in ${FALSE_ONE_IN} false.\n`);
    const proposer = ['--propose-every', String(EVERY), '--false-claim', String(FALSE_ONE_IN)];
    const devnet = start(['devnet', '--live', '--blocks', String(BLOCKS), ...proposer, '--json']);
    const chain = JSON.parse(await orStopped(devnet.says(/^\{/), signal)) as Record<string, string>;
    const flags = ['l1', 'l1.beacon', 'l2', 'op-node', 'game-factory'].flatMap((name) => [
      `--${name}`,
      chain[name] ?? '',
    ]);
    const database = db ?? join(directory, 'db');
    tell(
      `\nThe watch, and ${WORKERS} workers${db === undefined ? ' in it' : ', each as it would be on another machine'}.\n`,
    );
    const common = [...flags, '--db', database, '--native'];
    const here = db === undefined ? WORKERS : 0;
    const watch = start(
      [
        'watch',
        ...common,
        '--confirmations',
        '0',
        '--poll',
        '2s',
        '--concurrency',
        String(here),
        '--http',
        '127.0.0.1:0',
      ],
      true,
    );
    if (db !== undefined) for (let i = 0; i < WORKERS; i++) start(['worker', ...common], true);
    const page = /http:\/\/[\d.:]+/.exec(await orStopped(watch.says(/The page.*http:/), signal))?.[0] ?? '';
    process.stdout.write(`The page: ${page}/\nMetrics:  ${page}/metrics\n`);
    if (claims === Infinity) tell('\nCtrl-C ends it.\n');
    await orStopped(Promise.race([follow(page, claims), ...running.map(unexpectedEnd)]), signal);
    const metrics = await (await fetch(`${page}/metrics`)).text();
    process.stdout.write(`${metrics.match(/^obelisc_(?:claims|verdict_seconds_count|workers).*$/gm)?.join('\n')}\n`);
  } catch (error) {
    // There is no other way to end one without --claims.
    if (!isInterrupt(error) || claims !== Infinity) throw error;
  } finally {
    tell('\nStopping; claims at work come to their end.\n');
    while (running.length > 0) await running.pop()?.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Prints verdicts as they come, until there are so many. */
async function follow(page: string, claims: number): Promise<void> {
  const events = await fetch(`${page}/api/events`);
  if (events.body === null) throw new CommandFailedError('/api/events has no body');
  const told = new Set<number>();
  for await (const _ of events.body) {
    const all = (await (await fetch(`${page}/api/claims`)).json()) as Claim[];
    for (const claim of all.toReversed()) {
      if (['undecided', 'orphaned', 'uncovered'].includes(claim.state))
        throw new CommandFailedError(`claim ${claim.index} is ${claim.state}`);
      if (claim.answer === null || told.has(claim.index)) continue;
      told.add(claim.index);
      check(claim);
      if (told.size >= claims) return;
    }
  }
  throw new CommandFailedError('the watch tells of no more changes');
}

function check({ index, startBlock, blockNumber, answer, seconds }: Claim): void {
  const isTrue = index % FALSE_ONE_IN !== FALSE_ONE_IN - 1;
  const word = answer === 'valid' ? 'right' : 'wrong';
  process.stdout.write(`Claim ${index}, blocks ${startBlock} to ${blockNumber}: ${word} (${seconds?.toFixed(1)} s)\n`);
  if ((answer === 'valid') !== isTrue) throw new CommandFailedError(`claim ${index} is ${isTrue ? 'true' : 'false'}`);
}

async function unexpectedEnd(command: Background): Promise<never> {
  const how = await command.ended;
  throw new CommandFailedError(`bin/${command.name} ended (${how}): ${command.lines.slice(-5).join('\n')}`);
}

/** What comes first: the work's outcome, or a rejection by the signal. */
function orStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
