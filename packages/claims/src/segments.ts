// A long range in segments: each proves its end from its start, so that nobody has to trust the roots in between. They may be
// the op-node's, in which case a false one is found out, or come from anywhere else.
import type { Chain, OpNode, OutputAtBlock } from '@obelisc/host';
import type { Judgement } from './judge.js';
import type { Answer } from './verdict.js';
import type { DerivedAt, SegmentTask } from './segment-process.js';
import type { Gathering } from './gathering.js';
import { SegmentPool, WorkerLostError } from './worker-pool.js';

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
