// One try of a claim: taken with its job's lease, judged in a process of its own, and what came of it written.
import type { Log } from '@obelisc/host';
import type { WatchedChain } from './chain-settings.js';
import { storable } from './claim-log.js';
import type { Database } from './database.js';
import { findGame, type GameRow, setTried } from './games-table.js';
import { insist } from './insist.js';
import { judgeApart, type JudgingOptions, type Outcome } from './judging.js';
import { beginProgress, dropProgress, noteProgress, type Progress } from './progress.js';
import type { ClaimJob, ClaimQueue } from './queue.js';

export interface TryOptions extends JudgingOptions {
  readonly chains: readonly WatchedChain[];
  readonly database: Database;
  readonly queue: ClaimQueue;
  readonly log: Log;
}

/** How a try of a claim ended. */
export interface ClaimEnd {
  readonly job: ClaimJob;
  readonly answer: 'valid' | 'invalid' | 'uncovered' | 'orphaned' | 'failed' | 'lost';
  readonly reason: string | undefined;
  /** Wall time. */
  readonly seconds: number;
  readonly blocks: number;
}

type Ended = Pick<ClaimEnd, 'answer'> & { readonly reason?: string };

/** Tries that must say the same before a game counts as orphaned. */
const ORPHANED_TRIES = 3;

const GONE: Ended = { answer: 'lost', reason: 'the game is not in the queue any more' };

/** Judges the job's claim and ends the job with it, or gives it back. `worker`: who it is that does. Rejects with DatabaseError. */
export async function tryClaim(options: TryOptions, worker: string, job: ClaimJob): Promise<ClaimEnd> {
  const { queue } = options;
  // Clocks of machines differ and jump: only the time that went by is this worker's word.
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  const chain = options.chains.find(({ name }) => name === job.chain);
  const game = await insist(() => findGame(options.database, job), options.log);
  const { answer, reason } = await attempt();
  return { job, answer, reason, seconds: seconds(), blocks: (game?.blockNumber ?? 0) - (game?.startBlock ?? 0) };

  async function attempt(): Promise<Ended> {
    if (chain === undefined || game === undefined || game.state !== 'queued') {
      // It vanished since, or was judged by a try whose worker was thought to be lost.
      await insist(() => options.queue.finish(job, async () => {}), options.log);
      return GONE;
    }
    const { outcome, progress } = await judgedApart(options, worker, { job, game, chain });
    if (outcome === undefined) return { answer: 'lost', reason: 'the lease of the job was lost' };
    if (outcome.kind === 'verdict' && outcome.answer !== 'unknown') {
      const other = otherClaim(game, outcome);
      // A reorganisation that the watch has not seen yet, or an L1 endpoint that is on another chain than the watch's.
      if (other !== undefined) return giveBack(options, job, game, other);
      const { answer: verdict, json } = outcome;
      return writeVerdict(options, { job, game, verdict, json, progress, worker, seconds: seconds() });
    }
    const because = storable(outcome.reason ?? 'it could not be told');
    const settled = outcome.kind === 'failed' ? outcome.settles : undefined;
    // Endpoints of several nodes do not all have a block at once.
    if (
      settled === 'uncovered' ||
      (settled === 'orphaned' && job.attempt >= Math.min(ORPHANED_TRIES, queue.options.tries))
    )
      return writeSettled(options, job, game, settled, because);
    await insist(() => noteProgress(options.database, job, progress), options.log);
    return giveBack(options, job, game, because);
  }
}

async function judgedApart(
  options: TryOptions,
  worker: string,
  { job, game, chain }: { job: ClaimJob; game: GameRow; chain: WatchedChain },
): Promise<{ outcome: Outcome | undefined; progress: Progress }> {
  const { database, log } = options;
  log('info', 'Judging a claim', { ...named(job), block: game.blockNumber ?? 0, try: job.attempt });
  await insist(() => beginProgress(database, job, worker), log);
  return judgeApart(options, job, chain);
}

async function giveBack({ queue, log }: TryOptions, job: ClaimJob, game: GameRow, reason: string): Promise<Ended> {
  if (!(await insist(() => queue.fail(job, reason, game), log))) return GONE;
  log('warn', 'A claim could not be judged yet', { ...named(job), try: job.attempt, because: reason });
  return { answer: 'failed', reason };
}

async function writeSettled(
  { queue, log }: TryOptions,
  job: ClaimJob,
  game: GameRow,
  state: 'uncovered' | 'orphaned',
  reason: string,
): Promise<Ended> {
  let isStill = true;
  const write = () => queue.finish(job, async (sql) => void (isStill = await setTried(sql, game, state, reason)));
  if (!(await insist(write, log))) return { answer: 'lost', reason: 'another try ended the job' };
  if (!isStill) return GONE;
  log('warn', 'A claim cannot be judged', { ...named(job), because: reason });
  return { answer: state, reason };
}

async function writeVerdict(
  { queue, log }: TryOptions,
  {
    job,
    game,
    verdict,
    json,
    progress,
    worker,
    seconds,
  }: {
    job: ClaimJob;
    game: GameRow;
    verdict: 'valid' | 'invalid';
    json: string;
    progress: Progress;
    worker: string;
    seconds: number;
  },
): Promise<Ended> {
  let isStill = true;
  const write = () =>
    queue.finish(job, async (sql) => {
      // It may have vanished meanwhile, or be listed with another claim.
      isStill = await setTried(sql, game, 'judged');
      if (!isStill) return;
      await dropProgress(sql, job);
      await sql.query(
        `INSERT INTO obelisc.verdicts (chain, address, answer, verdict, log, worker, tries, began_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, now() - make_interval(secs => $8))`,
        [job.chain, job.address, verdict, storable(json), progress.log, worker, job.attempt, seconds],
      );
    });
  if (!(await insist(write, log))) return { answer: 'lost', reason: 'another try judged it' };
  if (!isStill) return GONE;
  const block = game.blockNumber ?? 0;
  if (verdict === 'valid') log('info', 'A claim is right', { ...named(job), block });
  else log('warn', 'A claim is wrong', { ...named(job), block });
  return { answer: verdict };
}

function named({ chain, address }: ClaimJob): { chain: string; game: string } {
  return { chain, game: address };
}

/** Why a verdict is not of the claim that was listed; undefined where it is. */
function otherClaim(
  { rootClaim, l1Head }: GameRow,
  { claim, l1Head: judgedUnder }: Extract<Outcome, { kind: 'verdict' }>,
): string | undefined {
  const isIt = (listed: string | null, judged: string): boolean => listed === null || listed === judged;
  if (isIt(rootClaim, claim) && isIt(l1Head, judgedUnder)) return undefined;
  return `the game's contract says ${claim} under L1 head ${judgedUnder}, and said ${rootClaim} under ${l1Head} when it was listed: L1 was reorganised, or --l1 is on another chain`;
}
