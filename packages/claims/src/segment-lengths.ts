// How a range is cut into segments: how many, and where they begin.
import type { Chain, ExecutedBlocks, OutputAtBlock } from '@obelisc/host';

/**
 * How many segments a range is cut into where nobody chose: one for each worker. Each segment reads the L1 blocks anew that its
 * channels may have begun in, fifty of them, which costs as much as deriving fifty to a hundred blocks of an empty chain: more segments
 * than workers take longer than as many (docs/benchmarks.md). Below the least it takes longer to start a worker than to derive;
 * beyond the most, what is lost with a worker would be much.
 */
export function defaultSegments(blocks: bigint, workers: number): number {
  const share = (blocks + BigInt(workers) - 1n) / BigInt(workers);
  if (share > MOST_SHARE) return segmentsOf(blocks, MOST_SHARE);
  return share < LEAST_SHARE ? Math.max(1, Number(blocks / LEAST_SHARE)) : segmentsOf(blocks, share);
}

/** How many segments of at most `length` blocks these are. */
export function segmentsOf(blocks: bigint, length: bigint): number {
  return Number((blocks + length - 1n) / length);
}

const LEAST_SHARE = 50n;
const MOST_SHARE = 1_000n;

/**
 * Million steps of the machine: what one of the L1 blocks before a segment takes to read, an L2 block that is nearly empty, and a million
 * gas (docs/benchmarks.md). Only how they compare counts.
 */
const STEPS = { l1Block: 9, l2Block: 2, gas: 17 };
/** L1 blocks before a segment that are read, where there are as many: the channel timeout since Granite. */
const READ_BEFORE = 50;

/**
 * Blocks, counted from the range's start, that the segments begin at, so that all of them take as long: near the chain's
 * beginning the first ones have fewer L1 blocks before them to read, and are longer. `l1Before`: L1 blocks between the chain's
 * beginning and the start of the range, and its end. `gas`: of a block of the range, in millions.
 */
export function evenStarts(
  blocks: number,
  count: number,
  { l1Before, gas }: { l1Before: { start: number; end: number }; gas: number },
): number[] {
  const reading = STEPS.l1Block / (STEPS.l2Block + STEPS.gas * gas);
  const read = (at: number): number =>
    reading * Math.min(READ_BEFORE, l1Before.start + ((l1Before.end - l1Before.start) * at) / blocks);
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

/** Where `count` segments of nearly one length begin. */
export function equalStarts(blocks: bigint, count: number): bigint[] {
  return Array.from({ length: count }, (_, i) => (blocks * BigInt(i)) / BigInt(count));
}

/** A range that is to be cut. */
export interface Range {
  readonly start: OutputAtBlock;
  readonly end: OutputAtBlock;
  readonly count: number;
}

/**
 * Where the segments begin, as blocks from the range's start on, so that all of them take as long. `l2` is asked what blocks hold where
 * that matters. Rejects with EndpointError.
 */
export async function segmentStarts(
  { rollupConfig }: Chain,
  { start, end, count }: Range,
  l2: Pick<ExecutedBlocks, 'gasUsed'>,
): Promise<bigint[]> {
  const blocks = end.blockNumber - start.blockNumber;
  const first = rollupConfig.genesis.l1.number;
  const l1Before = { start: Number(start.l1Origin.number - first), end: Number(end.l1Origin.number - first) };
  // Each segment has as much before it.
  if (l1Before.start >= READ_BEFORE) return equalStarts(blocks, count);
  const samples = Array.from({ length: SAMPLES }, (_, i) => end.blockNumber - (blocks * BigInt(i)) / BigInt(SAMPLES));
  const used = await Promise.all(samples.map((number) => l2.gasUsed(number)));
  const gas = used.reduce((sum, one) => sum + Number(one ?? 0n) / 1e6, 0) / SAMPLES;
  return evenStarts(Number(blocks), count, { l1Before, gas }).map(BigInt);
}

const SAMPLES = 8;
