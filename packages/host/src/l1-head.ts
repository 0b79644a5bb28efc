/** Finds an L1 block from which an L2 block can be derived for certain. */
import { EmptyAnswerError, EndpointError } from './endpoint-errors.js';
import { type Log, silentLog } from './log.js';
import type { BlockId, OpNode } from './op-node.js';
import type { RetryPolicy } from './retry.js';
import { data, integer, isObject } from './rpc-json.js';
import { type RpcEndpoint, rpcEndpoint } from './rpc-endpoint.js';

/** `how` it is known to be late enough. */
export type L1Head = BlockId & {
  how:
    | 'safe head record'
    | 'end of the sequencing window'
    | 'how far the op-node has derived'
    | 'a guess: batches land soon after the origin'
    | 'L1 safe block'
    | 'L1 latest block';
};

export type L1HeadOptions = {
  opNode: OpNode;
  /** URL of the L1 execution endpoint. */
  l1: string;
  /** The L2 block to be derived and its L1 origin. */
  l2Block: bigint;
  l1Origin: bigint;
  /** Blocks; at its end a block is derived whether its batch has landed or not. */
  seqWindowSize: bigint;
  log?: Log;
  policy: RetryPolicy;
};

/**
 * The first L1 block late enough, where the op-node keeps a record of its safe heads; otherwise a later one that is late
 * enough for certain. (The L1 origin itself is not: the batch lands on L1 after it.) Rejects with EndpointError when the
 * L2 block is not derivable from L1 yet.
 */
export async function findL1Head({
  opNode,
  l1,
  l2Block,
  l1Origin,
  seqWindowSize,
  log = silentLog,
  policy,
}: L1HeadOptions): Promise<L1Head> {
  const endpoint = rpcEndpoint({ flag: '--l1', url: l1, policy, log });
  const { currentL1, safeL2 } = await opNode.syncStatus();
  if (safeL2.number < l2Block) {
    throw new EndpointError(
      opNode.name,
      'optimism_syncStatus',
      `L2 block ${l2Block} cannot be derived from L1 yet: its safe head is block ${safeL2.number}`,
      { kind: 'absent' },
    );
  }
  const recorded = await firstRecorded(opNode, l2Block, l1Origin, currentL1.number);
  if (recorded !== undefined) return { ...(await blockByNumber(endpoint, recorded)), how: 'safe head record' };
  const windowEnd = l1Origin + seqWindowSize;
  return windowEnd < currentL1.number
    ? { ...(await blockByNumber(endpoint, windowEnd)), how: 'end of the sequencing window' }
    : { ...currentL1, how: 'how far the op-node has derived' };
}

/** Where batches have usually landed: L1 blocks after the origin. */
const USUAL_DISTANCES = [20n, 160n];

/**
 * L1 heads to try in turn, as long as the one before turns out to be too early. A program walks back from the L1 head header by
 * header, so without a record the near blocks are worth a try before the end of a window of thousands. After those come L1's
 * own newest blocks, for an op-node may know less than it seems to.
 */
export async function* l1HeadCandidates(options: L1HeadOptions): AsyncGenerator<L1Head> {
  const { l1, l1Origin, log = silentLog, policy } = options;
  const certain = await findL1Head(options);
  if (certain.how !== 'safe head record') {
    const endpoint = rpcEndpoint({ flag: '--l1', url: l1, policy, log });
    for (const distance of USUAL_DISTANCES) {
      // Half of the way saves less than a failed try costs.
      if (2n * distance >= certain.number - l1Origin) break;
      yield {
        ...(await blockByNumber(endpoint, l1Origin + distance)),
        how: 'a guess: batches land soon after the origin',
      };
    }
  }
  // An op-node that was restarted starts over from an earlier L1 block than the one that its safe head came from, and before it
  // has begun it names none. No batch lands in its own origin.
  if (certain.how !== 'how far the op-node has derived' || certain.number > l1Origin) yield certain;
  const endpoint = rpcEndpoint({ flag: '--l1', url: l1, policy, log });
  let newest = certain.number;
  for (const tag of ['safe', 'latest'] as const) {
    const head = await taggedBlock(endpoint, tag);
    if (head === undefined || head.number <= newest) continue;
    newest = head.number;
    yield { ...head, how: `L1 ${tag} block` };
  }
}

/** The block that L1 names so; undefined where it knows no such name. */
async function taggedBlock(endpoint: RpcEndpoint, tag: string): Promise<BlockId | undefined> {
  try {
    return await endpoint.call('eth_getBlockByNumber', [tag, false], (result) => {
      if (!isObject(result)) throw new EmptyAnswerError(endpoint.name, `eth_getBlockByNumber ${tag}`, 'it has none');
      return { hash: data(result, 'hash', 32), number: integer(result, 'number') };
    });
  } catch (error) {
    if (!(error instanceof EndpointError) || error.isOutage) throw error;
    return undefined;
  }
}

/** Binary search for the first L1 block in (`from`, `to`] whose recorded safe head has reached `l2Block`; undefined without records. */
async function firstRecorded(opNode: OpNode, l2Block: bigint, from: bigint, to: bigint): Promise<bigint | undefined> {
  const reached = async (l1Block: bigint): Promise<boolean | undefined> => {
    const head = await opNode.safeHeadAtL1Block(l1Block);
    return head === undefined ? undefined : head.number >= l2Block;
  };
  if ((await reached(to)) !== true) return undefined;
  let [low, high] = [from, to];
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    const enough = await reached(middle);
    // Before the beginning of the records nothing is known: only what is recorded counts as late enough.
    if (enough === true) high = middle;
    else low = middle;
  }
  return high;
}

async function blockByNumber(endpoint: RpcEndpoint, number: bigint): Promise<BlockId> {
  const tag = `0x${number.toString(16)}`;
  const hash = await endpoint.call('eth_getBlockByNumber', [tag, false], (result) => {
    if (!isObject(result))
      throw new EmptyAnswerError(
        endpoint.name,
        `eth_getBlockByNumber ${number}`,
        'the endpoint does not have this block',
      );
    return data(result, 'hash', 32);
  });
  return { hash, number };
}
