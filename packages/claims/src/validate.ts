// A claim judged: looks up what is not given, derives the range in one or in segments, and answers.
import { availableParallelism } from 'node:os';
import { type Claim, executedBlocks, type OutputAtBlock } from '@obelisc/host';
import { hasLmdb, type PreimageStore } from '@obelisc/preimage';
import { atBatchEnds } from './batch-ends.js';
import { hex } from './bytes.js';
import { Gathering } from './gathering.js';
import { grounded } from './grounds.js';
import { type Derivation, judge, type Judgement, openHostFor } from './judge.js';
import { locate, type Made } from './locate.js';
import { l1Heads, lookUp, type Question } from './lookup.js';
import { policyOf, type ValidateOptions } from './options.js';
import { scratchFolder } from './scratch-folder.js';
import type { SegmentTask } from './segment-process.js';
import { defaultSegments, equalStarts, type Range, segmentsOf, segmentStarts } from './segment-lengths.js';
import { cut, judgeSegments, plainChain, type Segment } from './segments.js';
import type { SegmentVerdict, Verdict } from './verdict.js';
import { SegmentPool } from './worker-pool.js';

/** Judges a claim. Rejects where an endpoint, a file or a flag stands in the way of even trying. */
export async function validate(options: ValidateOptions): Promise<Verdict> {
  const { from, to: given, signal, log } = options;
  const workers = options.workers ?? availableParallelism();
  const pool = new SegmentPool(log);
  const stop = (): void => pool.close();
  signal?.addEventListener('abort', stop);
  try {
    const lookedUp = lookUp(options);
    // Where the flags tell how long the range is, its processes load meanwhile.
    if (from !== undefined && typeof given === 'bigint') {
      const likely = segmentCount(given - from, workers, options);
      if (likely > 1) pool.start(Math.min(workers, likely));
    }
    const question = await lookedUp;
    const { start, to, end } = question;
    const count = segmentCount(to - start.blockNumber, workers, options);
    // Of blocks that the op-node does not have there are no roots to cut a range at.
    if (count < 2 || end === undefined) return await inOne(question, options);
    return await inSegments(question, { start, end, count, workers, pool }, options);
  } finally {
    signal?.removeEventListener('abort', stop);
    pool.close();
  }
}

function segmentCount(blocks: bigint, workers: number, { segment }: ValidateOptions): number {
  return segment === undefined ? defaultSegments(blocks, workers) : segmentsOf(blocks, segment);
}

/** One derivation from start to end, in this process. */
async function inOne(question: Question, options: ValidateOptions): Promise<Verdict> {
  let store: PreimageStore | undefined;
  let verdict: Verdict | undefined;
  const tooEarly: Uint8Array[] = [];
  for await (const l1Head of l1Heads(options, question)) {
    const derivation = derivationOf(question, options, { l1Head });
    announce(derivation, question, options);
    // What one L1 head made the host fetch serves the next.
    const host = await openHostFor(derivation, options.log, store);
    store = host.store;
    try {
      const judgement = await judge(host, derivation, options);
      const made = { derivation, blocks: judgement.blocks };
      verdict = await concluded(judgement, { question, l1Head, store, tooEarly, options, made });
      if (!judgement.ranOutOfL1) return verdict;
    } finally {
      await host.close();
    }
    tooEarly.push(l1Head);
  }
  return decided(verdict);
}

/** Segments in processes of their own, over one datadir that this process gathers into. */
async function inSegments(
  question: Question,
  {
    count,
    workers,
    pool,
    ...range
  }: { start: OutputAtBlock; end: OutputAtBlock; count: number; workers: number; pool: SegmentPool },
  options: ValidateOptions,
): Promise<Verdict> {
  const { log, signal } = options;
  pool.start(Math.min(workers, count));
  const segments = await cut(question.node, range, await startsOf(question, { ...range, count }, options));
  const temporary = options.datadir === undefined ? await scratchFolder('obelisc-segments-') : undefined;
  // What nobody else reads need not be files: an element of a blob each, they take longer to write and to remove than to derive.
  const dataFormat = temporary !== undefined && hasLmdb() ? ('lmdb' as const) : options.dataFormat;
  const datadir = options.datadir ?? temporary?.path ?? '';
  const shared = { ...options, datadir, dataFormat };
  log('info', 'Deriving in segments', { segments: segments.length, workers, in: datadir });
  let gathering: Gathering | undefined;
  try {
    const judged = new Map<Segment, Judgement>();
    const tooEarly: Uint8Array[] = [];
    let verdict: Verdict | undefined;
    for await (const l1Head of l1Heads(options, question)) {
      const whole = derivationOf(question, shared, { l1Head });
      announce(whole, question, options);
      // What one L1 head made them fetch serves the next.
      const gathered = (gathering ??= new Gathering(whole, datadir, log));
      signal?.throwIfAborted();
      const derivation = (segment: Segment): Derivation => derivationOf(question, shared, { l1Head, segment });
      await judgeSegments(
        {
          segments,
          task: (segment) => taskOf(derivation(segment), datadir),
          pool,
          gathering: gathered,
          workers,
          onSegment: options.onSegment,
          onRange: options.onRange,
        },
        judged,
      );
      signal?.throwIfAborted();
      const { judgement, made, isSuspect } = await combined(segments, judged, {
        derivation,
        rest: ({ start }) => ({ start, end: range.end }),
        run: (rest) => pool.run(taskOf(rest, datadir), gathered),
        isHeadExact: question.game?.l1Head !== undefined,
        options,
      });
      tellUsage(pool, options);
      const { store } = gathered;
      verdict = {
        ...(await concluded(judgement, { question, l1Head, store, tooEarly, options: shared, made, isSuspect })),
        segments: segmentVerdicts(segments, judged),
      };
      if (!judgement.ranOutOfL1) break;
      for (const [segment, { ranOutOfL1 }] of judged) if (ranOutOfL1) judged.delete(segment);
      tooEarly.push(l1Head);
    }
    await gathering?.close();
    return decided(verdict);
  } catch (error) {
    signal?.throwIfAborted();
    pool.close();
    await gathering?.close().catch((because: unknown) => {
      if (because !== error) log('warn', 'Not all that was fetched is kept', { because: String(because) });
    });
    throw error;
  } finally {
    pool.close();
    if (signal?.aborted !== true) await temporary?.remove();
  }
}

/** Where the segments begin, as blocks from the range's start on. */
async function startsOf(
  { chain, node }: Question,
  range: Range,
  { segment, l2, settings, log }: ValidateOptions,
): Promise<bigint[]> {
  if (segment !== undefined) return equalStarts(range.end.blockNumber - range.start.blockNumber, range.count);
  const starts = await segmentStarts(chain, range, executedBlocks({ url: l2, log, policy: policyOf(settings) }));
  return atBatchEnds(node, range, starts);
}

/** A range's judgement, and the derivation whose blocks are to be held beside the op-node's. */
interface Combined {
  readonly judgement: Judgement;
  readonly made: Made;
  /** Whether the op-node has another root at the end of `made`. */
  readonly isSuspect: boolean;
}

/**
 * The range's judgement from its segments'. Where a root of the op-node between two segments is not the derived one, the rest of
 * the range is derived from that segment's start in one: the claim may be right all the same.
 */
async function combined(
  segments: readonly Segment[],
  judged: ReadonlyMap<Segment, Judgement>,
  {
    derivation,
    rest,
    run,
    isHeadExact,
    options,
  }: {
    derivation: (segment: Segment) => Derivation;
    /** From a segment's start to the range's end. */
    rest: (segment: Segment) => Segment;
    run: (derivation: Derivation) => Promise<Judgement>;
    isHeadExact: boolean;
    options: ValidateOptions;
  },
): Promise<Combined> {
  const whole = async (segment: Segment): Promise<Combined> => {
    const one = derivation(rest(segment));
    const judgement = await run(one);
    return { judgement, made: { derivation: one, blocks: judgement.blocks }, isSuspect: false };
  };
  let last: Combined | undefined;
  for (const segment of segments) {
    const judgement = judged.get(segment);
    if (judgement === undefined) throw new TypeError('only segments after a decisive one are left out');
    const made = { derivation: derivation(segment), blocks: judgement.blocks };
    const { answer, reason, ranOutOfL1 } = judgement;
    // The claim is then wrong, and the last block that L1 holds is to be named.
    if (ranOutOfL1 && isHeadExact) return whole(segment);
    if (answer === 'unknown') {
      const where = `blocks #${segment.start.blockNumber} to #${segment.end.blockNumber}`;
      return { judgement: { ...judgement, reason: `${where}: ${reason}` }, made, isSuspect: false };
    }
    if (answer === 'invalid' && segment !== segments.at(-1)) {
      options.log('warn', "The op-node's own output root is not the derived one", {
        block: segment.end.blockNumber,
        op_node: hex(segment.end.outputRoot),
        derived: judgement.derived ?? '',
      });
      return { judgement: (await whole(segment)).judgement, made, isSuspect: true };
    }
    last = { judgement, made, isSuspect: false };
  }
  return decided(last);
}

/** The derivation of the question, or of a segment of it. */
function derivationOf(
  { chain, start, to: claimedBlock, agreed, claimed, game }: Question,
  { l1, beacon, l2, settings, datadir, dataFormat, native, l1Head: given }: ValidateOptions,
  { l1Head, segment }: { l1Head: Uint8Array; segment?: Segment },
): Derivation {
  const from = segment?.start ?? start;
  const inner = segment !== undefined && segment.end.blockNumber < claimedBlock ? segment.end : undefined;
  const claim: Claim = {
    l1Head,
    l2Head: from.blockHash,
    l2OutputRoot: from.blockNumber === start.blockNumber ? agreed : from.outputRoot,
    l2Claim: inner?.outputRoot ?? claimed,
    l2BlockNumber: inner?.blockNumber ?? claimedBlock,
  };
  return {
    claim,
    chain: plainChain(chain),
    endpoints: { l1, beacon, l2, ...settings?.endpoints },
    policy: policyOf(settings),
    datadir,
    dataFormat,
    native,
    isHeadGiven: given !== undefined,
    isHeadExact: inner === undefined && game?.l1Head !== undefined,
  };
}

/** What a worker is told of a derivation: the endpoints, which have keys in them, stay here. */
function taskOf({ claim, chain, native, isHeadGiven, isHeadExact }: Derivation, datadir: string): SegmentTask {
  return { claim, chain, native, isHeadGiven, isHeadExact, datadir };
}

function announce({ claim }: Derivation, { start, to }: Question, { log }: ValidateOptions): void {
  log('info', 'Checking the claim', {
    from: start.blockNumber,
    to,
    claim: hex(claim.l2Claim),
    l1Head: hex(claim.l1Head),
  });
}

/** The verdict that a judgement comes to, with what it rests on and who is found to be wrong where. */
async function concluded(
  { answer, derived, machine, reason }: Judgement,
  {
    question,
    l1Head,
    store,
    tooEarly,
    options,
    made,
    isSuspect = false,
  }: {
    question: Question;
    l1Head: Uint8Array;
    store: PreimageStore;
    tooEarly: readonly Uint8Array[];
    options: ValidateOptions;
    made: Made;
    isSuspect?: boolean;
  },
): Promise<Verdict> {
  const { start, to, end, agreed, claimed, claimSource, configurationHash, game } = question;
  const verdict: Verdict = {
    answer,
    derived,
    machine,
    reason,
    blockNumber: to,
    claim: hex(claimed),
    claimSource,
    game,
    agreed: { number: start.blockNumber, outputRoot: hex(agreed) },
    opNodeRoot: end && hex(end.outputRoot),
    l1Head: hex(l1Head),
    restsOn: [],
    configurationHash,
    wrong: [],
    opNodeParts: undefined,
    l2Parts: undefined,
    claimedRoot: undefined,
    segments: undefined,
  };
  if (answer === 'unknown') return verdict;
  const judged = await grounded(verdict, { question, store, tooEarly, options });
  if (judged.answer === 'unknown') return judged;
  return { ...judged, ...(await locate(judged, { question, made, isSuspect, store, options })) };
}

/** What the worker processes took: so much memory times `--workers` is what a machine needs. */
function tellUsage(pool: SegmentPool, { log }: ValidateOptions): void {
  const usage = pool.usage();
  log('info', 'The worker processes took', {
    workers: usage.length,
    cpu_seconds: usage.reduce((sum, { cpu }) => sum + cpu, 0).toFixed(1),
    most_memory_each: `${Math.round(Math.max(0, ...usage.map(({ memory }) => memory)))} MiB`,
  });
}

function segmentVerdicts(segments: readonly Segment[], judged: ReadonlyMap<Segment, Judgement>): SegmentVerdict[] {
  return segments.map((segment) => {
    const judgement = judged.get(segment);
    return {
      from: segment.start.blockNumber,
      to: segment.end.blockNumber,
      claim: hex(segment.end.outputRoot),
      answer: judgement?.answer ?? 'unknown',
      derived: judgement?.derived,
      machine: judgement?.machine,
    };
  });
}

function decided<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('there is always an L1 head to try, and a segment to judge');
  return value;
}
