// A claim judged in a process of its own, which is looked after: its lease, what it says, and that it comes further.
import { fork } from 'node:child_process';
import type { Log } from '@obelisc/host';
import type { WatchedChain } from './chain-settings.js';
import { ClaimLog } from './claim-log.js';
import type { Database } from './database.js';
import { messageOf } from './errors.js';
import type { FromJudge, ToJudge } from './judge-process.js';
import { keepLease } from './lease.js';
import { noteProgress, type Progress } from './progress.js';
import type { ClaimJob, ClaimQueue } from './queue.js';

/** How claims are judged. */
export interface JudgingOptions {
  /** Whether claims are run in the machine as well. */
  readonly machine: boolean;
  /** Processes for the segments of one claim, and their length; see `ValidateOptions`. */
  readonly segmentWorkers?: number | undefined;
  readonly segment?: bigint | undefined;
  /**
   * Milliseconds in which a claim has to come further: a block more, natively or in the machine. A process that does not is ended, and
   * the try has failed. Absent: two hours more than endpoints are waited for.
   */
  readonly stalled?: number | undefined;
  /** The judging process; absent: judge-process.js. */
  readonly judge?: URL | undefined;
}

/** What a judging process came to. */
export type Outcome = Extract<FromJudge, { kind: 'verdict' | 'failed' }>;

/** Milliseconds between two words of how far a claim has come. */
const SHOWN = 5000;

/** The dearest block of the largest gas limit takes minutes, a look through half a day of L1 less than an hour. */
const STALLED = 2 * 3_600_000;

/** The system ends a process by SIGKILL for it; Node one of its own by one of the others, by version and processor. */
const OUT_OF_MEMORY: ReadonlySet<string> = new Set(['SIGKILL', 'SIGABRT', 'SIGTRAP', 'SIGILL']);

/** Judges the job's claim; `outcome` is undefined where the lease went to another meanwhile. */
export function judgeApart(
  { queue, database, log, ...options }: JudgingOptions & { queue: ClaimQueue; database: Database; log: Log },
  job: ClaimJob,
  chain: WatchedChain,
): Promise<{ outcome: Outcome | undefined; progress: Progress }> {
  const said = new ClaimLog();
  const stalled = options.stalled ?? STALLED + (chain.settings?.policy.forMs ?? 0);
  return new Promise((resolve) => {
    const child = fork(options.judge ?? new URL('./judge-process.js', import.meta.url), {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    let outcome: Outcome | undefined;
    let isLost = false;
    const end = (): void => void child.kill('SIGKILL');
    const letGo = keepLease(queue, job, () => {
      isLost = true;
      end();
    });
    const watch = watchFor(stalled, () => {
      const why = `the claim came no further for ${wordsOf(stalled)} (--stalled), and its process was ended`;
      outcome ??= { kind: 'failed', reason: why };
      end();
    });
    const showing = setInterval(() => {
      const { progress, again } = said.news();
      noteProgress(database, job, progress).catch((error: unknown) => {
        again();
        log('debug', 'Progress cannot be written; trying again', { because: messageOf(error) });
      });
    }, SHOWN);
    child.on('message', (message: FromJudge) => {
      said.take(message);
      if (message.kind === 'further') watch.further();
      if (message.kind === 'verdict' || message.kind === 'failed') outcome ??= message;
    });
    child.on('error', (error) => {
      outcome ??= { kind: 'failed', reason: error.message };
    });
    child.on('close', (code, signal) => {
      letGo();
      watch.stop();
      clearInterval(showing);
      const ended: Outcome = outcome ?? { kind: 'failed', reason: howItEnded(code, signal) };
      resolve({ outcome: isLost ? undefined : ended, progress: said.progress });
    });
    child.send(taskOf(job, chain, options));
  });
}

/** Calls `onStall` once, where `further` is not called for so many milliseconds. */
function watchFor(milliseconds: number, onStall: () => void): { further(): void; stop(): void } {
  let last = performance.now();
  // A timer of its own length could not be as long as a limit may be.
  const looking = setInterval(
    () => {
      if (performance.now() - last < milliseconds) return;
      clearInterval(looking);
      onStall();
    },
    Math.min(milliseconds / 4, 10_000),
  );
  return { further: () => (last = performance.now()), stop: () => clearInterval(looking) };
}

function wordsOf(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

function howItEnded(code: number | null, signal: NodeJS.Signals | null): string {
  const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
  const isOutOfMemory = signal !== null && OUT_OF_MEMORY.has(signal);
  return `the judging process ended with ${how}${isOutOfMemory ? ' (out of memory?)' : ''}`;
}

function taskOf(job: ClaimJob, chain: WatchedChain, { machine, segment, segmentWorkers }: JudgingOptions): ToJudge {
  return {
    l1: chain.l1,
    beacon: chain.beacon,
    l2: chain.l2,
    opNode: chain.opNode,
    l1Check: chain.l1Check,
    network: chain.network,
    rollupConfig: chain.rollupConfig,
    l2Genesis: chain.l2Genesis,
    l1ChainConfig: chain.l1ChainConfig,
    from: undefined,
    to: undefined,
    claim: undefined,
    agreedOutputRoot: undefined,
    l1Head: undefined,
    game: { address: job.address, index: undefined, factory: undefined },
    datadir: chain.datadir,
    native: !machine,
    segment,
    workers: segmentWorkers,
    ...(chain.settings === undefined ? {} : { settings: chain.settings }),
  };
}
