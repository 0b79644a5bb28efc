// A long range in segments: each proves its end from its start, so that nobody has to trust the roots in between. They may be
// the op-node's, in which case a false one is found out, or come from anywhere else.
import type { Chain, OpNode, OutputAtBlock } from '@obelisc/host';
import type { Judgement } from './judge.js';
import type { Answer } from './verdict.js';
import type { DerivedAt, SegmentTask } from './segment-process.js';
import type { Gathering } from './gathering.js';
import { SegmentPool, WorkerLostError } from './worker-pool.js';

/**
 * How many segments a range is cut into where nobody chose: one for each worker. Each segment reads the L1 blocks anew that its
 * channels may have begun in, fifty of them, which costs as much as deriving fifty to a hundred blocks of an empty chain: more segments
 * than workers take longer than as many (docs/benchmarks.md). Below the least it takes longer to start a worker than to derive;
 * beyond the most, what is lost with a worker would be much.
 */
export function defaultSegments(blocks: bigint, workers: number): number {
  const share = (blocks + BigInt(workers) - 1n) / BigInt(workers);
  const length = share < LEAST_SHARE ? LEAST_SHARE : share > MOST_SHARE ? MOST_SHARE : share;
  return segmentsOf(blocks, length);
}

/** How many segments of at most `length` blocks these are. */
export function segmentsOf(blocks: bigint, length: bigint): number {
  return Number((blocks + length - 1n) / length);
}

const LEAST_SHARE = 50n;
const MOST_SHARE = 1_000n;

/** What reading one of the L1 blocks before a segment costs, in L2 blocks that hold as little as the embedded chain's. */
const READING = 1.5;
/** L1 blocks before a segment that are read, where there are as many: the channel timeout since Granite. */
const READ_BEFORE = 50;

/**
 * Blocks, counted from the range's start, that the segments begin at, so that all of them take as long: near the chain's
 * beginning the first ones have fewer L1 blocks before them to read, and are longer. `l1Before`: L1 blocks between the chain's
 * beginning and the start of the range, and its end.
 */
export function evenStarts(blocks: number, count: number, l1Before: { start: number; end: number }): number[] {
  const read = (at: number): number =>
    READING * Math.min(READ_BEFORE, l1Before.start + ((l1Before.end - l1Before.start) * at) / blocks);
  /** Where segments of this cost begin, and where the last one ends. */
  const begin = (cost: number): number[] => {
    const starts = [0];
    for (let at = 0; starts.length <= count; starts.push(at)) at += Math.max(1, Math.floor(cost - read(at)));
    return starts;
  };
  let [least, most] = [0, blocks + read(blocks)];
  while (most - least > 0.5) {
    const middle = (least + most) / 2;
    if ((begin(middle)[count] ?? 0) < blocks) least = middle;
    else most = middle;
  }
  return begin(most)
    .slice(0, count)
    .filter((at) => at < blocks);
}

/** One part of the range; its end is the next one's start. */
export interface Segment {
  readonly start: OutputAtBlock;
  readonly end: OutputAtBlock;
}

/** A segment that has been judged. */
export interface SegmentProgress {
  readonly from: bigint;
  readonly to: bigint;
  readonly answer: Answer;
  /** Segments that have been judged, this one among them, and all there are. */
  readonly done: number;
  readonly total: number;
  /** Seconds of wall time. */
  readonly seconds: number;
}

/** How far the whole range is. */
export interface RangeProgress {
  /** Blocks that were derived natively and in the machine, and those of the range. */
  readonly natively: bigint;
  readonly inMachine: bigint;
  readonly blocks: bigint;
  readonly segmentsDone: number;
  readonly segments: number;
}

/** Requests to the op-node in flight. */
const LOOK_UPS = 16;

/** Cuts the range where segments begin, and asks the op-node for the roots there. `starts`: blocks from the range's start, ascending. */
export async function cut(
  node: OpNode,
  { start, end }: { start: OutputAtBlock; end: OutputAtBlock },
  starts: readonly bigint[],
): Promise<Segment[]> {
  const inner = starts.filter((at) => at > 0n).map((at) => start.blockNumber + at);
  const outputs = [start];
  for (let at = 0; at < inner.length; at += LOOK_UPS) {
    outputs.push(...(await Promise.all(inner.slice(at, at + LOOK_UPS).map((number) => node.outputAtBlock(number)))));
  }
  outputs.push(end);
  return outputs.slice(1).map((output, i) => ({ start: outputs[i] ?? start, end: output }));
}

/** Where `count` segments of nearly one length begin. */
export function equalStarts(blocks: bigint, count: number): bigint[] {
  return Array.from({ length: count }, (_, i) => (blocks * BigInt(i)) / BigInt(count));
}

/** The chain as plain data, which another process can take. */
export function plainChain(chain: Chain): Chain {
  const { l2ChainId, custom, rollupConfig, chainConfig, l1ChainConfig } = chain;
  return { l2ChainId, custom, rollupConfig, chainConfig, l1ChainConfig };
}

export interface SegmentsRun {
  readonly segments: readonly Segment[];
  /** What a worker is given for a segment. */
  readonly task: (segment: Segment) => SegmentTask;
  readonly pool: SegmentPool;
  readonly gathering: Gathering;
  readonly workers: number;
  readonly onSegment?: ((progress: SegmentProgress) => void) | undefined;
  readonly onRange?: ((progress: RangeProgress) => void) | undefined;
}

/**
 * Judges the segments that `judged` does not have yet, from the first on, several at a time, and adds them to it. Those after one
 * that is not valid are not begun. A worker that was lost (out of memory, killed) is replaced once for a segment. Rejects
 * with what stops a worker.
 */
export async function judgeSegments(
  { segments, task, pool, gathering, workers, onSegment, onRange }: SegmentsRun,
  judged: Map<Segment, Judgement>,
): Promise<void> {
  const open = segments.filter((segment) => !judged.has(segment));
  let isCutShort = false;
  const places = new Map<Segment, Record<DerivedAt['where'], bigint>>();
  const whole = (where: DerivedAt['where']): bigint =>
    segments.reduce((sum, segment) => {
      const { blockNumber: start } = segment.start;
      const reached = judged.has(segment) ? segment.end.blockNumber : (places.get(segment)?.[where] ?? start);
      return sum + reached - start;
    }, 0n);
  const tellRange = (): void =>
    onRange?.({
      natively: whole('natively'),
      inMachine: whole('in the machine'),
      blocks: segments.reduce((sum, { start, end }) => sum + end.blockNumber - start.blockNumber, 0n),
      segmentsDone: judged.size,
      segments: segments.length,
    });
  const see = (segment: Segment, { where, block }: DerivedAt): void => {
    const { blockNumber: start } = segment.start;
    places.set(segment, { natively: start, 'in the machine': start, ...places.get(segment), [where]: block });
    tellRange();
  };
  const take = async (): Promise<void> => {
    for (let segment = open.shift(); segment !== undefined && !isCutShort; segment = open.shift()) {
      const began = performance.now();
      const judgement = await withReplacement(() => pool.run(task(segment), gathering, (at) => see(segment, at)));
      judged.set(segment, judgement);
      if (judgement.answer !== 'valid') isCutShort = true;
      onSegment?.({
        from: segment.start.blockNumber,
        to: segment.end.blockNumber,
        answer: judgement.answer,
        done: judged.size,
        total: segments.length,
        seconds: (performance.now() - began) / 1000,
      });
      tellRange();
    }
  };
  tellRange();
  await Promise.all(Array.from({ length: Math.min(workers, open.length) }, take));
}

async function withReplacement<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof WorkerLostError)) throw error;
    return await run();
  }
}
