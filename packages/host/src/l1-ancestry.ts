/**
 * Whether the L1 that a verdict was derived from is the L1 of others. A program trusts its L1 head: an endpoint that makes up
 * blocks above the agreed block's origin makes a false claim true. Headers that the program read say what the head's ancestors
 * are; the op-node and a second L1 endpoint say what they should be.
 */
import { keccak256Key, type PreimageStore } from '@obelisc/preimage';
import { parseHeader } from './block-source.js';
import { equal, hex } from './bytes.js';
import { EmptyAnswerError } from './endpoint-errors.js';
import { type Log, silentLog } from './log.js';
import type { BlockId, OpNode } from './op-node.js';
import type { RetryPolicy } from './retry.js';
import { data, isObject } from './rpc-json.js';
import { rpcEndpoint } from './rpc-endpoint.js';

/** What a header that the program read says of its block. */
export function readHeader(store: PreimageStore, hash: Uint8Array): (BlockId & { parentHash: Uint8Array }) | undefined {
  const rlp = store.get(keccak256Key(hash));
  if (rlp === undefined) return undefined;
  const { number, parentHash } = parseHeader(rlp);
  return { hash, number, parentHash };
}

/** The hash of the ancestor of `head` with this number, by the headers in `store`; undefined where one of them is not there. */
export function ancestorHash(store: PreimageStore, head: Uint8Array, number: bigint): Uint8Array | undefined {
  for (let hash = head; ;) {
    const header = readHeader(store, hash);
    if (header === undefined || header.number < number) return undefined;
    if (header.number === number) return hash;
    hash = header.parentHash;
  }
}

/** Blocks of two sources under one number; `by` names the second source. */
export type Disagreement = { number: bigint; hash: Uint8Array; other: Uint8Array; by: string };

/** The sentence for it. */
export function describeDisagreement({ number, hash, other, by }: Disagreement): string {
  return `L1 block #${number} is ${hex(hash)} at --l1, and ${hex(other)} at ${by}: one of them is on another chain, or lies`;
}

/** The sentence for an endpoint that gave a block that is no ancestor of the later head that it gave as well. */
export function describeContradiction(given: { number: bigint; hash: Uint8Array; head: BlockId }): string {
  const { number, hash, head } = given;
  return `--l1 gave ${hex(hash)} as block #${number}, which is not on the chain of its block #${head.number} (${hex(head.hash)}): it contradicts itself, or L1 was reorganised; try again, with another --l1 if it stays so`;
}

/** Compares the head with what a second L1 endpoint (--l1.check) has under its number. Rejects with EndpointError. */
export async function checkAgainstL1(options: {
  url: string;
  head: BlockId;
  log?: Log;
  policy: RetryPolicy;
}): Promise<Disagreement | undefined> {
  const { url, head, log = silentLog, policy } = options;
  const endpoint = rpcEndpoint({ flag: '--l1.check', url, policy, log });
  const tag = `0x${head.number.toString(16)}`;
  const other = await endpoint.call('eth_getBlockByNumber', [tag, false], (result) => {
    if (!isObject(result))
      throw new EmptyAnswerError(endpoint.name, `eth_getBlockByNumber ${head.number}`, 'it does not have this block');
    return data(result, 'hash', 32);
  });
  return equal(other, head.hash) ? undefined : { ...head, other, by: endpoint.name };
}

/**
 * Compares the head with what the op-node takes for the L1 block of that number: every L1 block is the origin of some L2 block.
 * `after` is an L2 block with an older origin. `undecided` where the op-node's chain does not reach that far.
 */
export async function checkAgainstOpNode(
  node: OpNode,
  head: BlockId,
  after: { number: bigint; l1Origin: BlockId },
): Promise<Disagreement | 'agrees' | 'undecided'> {
  const compare = ({ hash }: BlockId) => (equal(hash, head.hash) ? 'agrees' : { ...head, other: hash, by: node.name });
  const { currentL1, unsafeL2, safeL2 } = await node.syncStatus();
  if (currentL1.number === head.number) return compare(currentL1);
  // An op-node has output roots of blocks that it executed: up to its unsafe head, and certainly up to its safe head.
  const highest = unsafeL2.number > safeL2.number ? unsafeL2.number : safeL2.number;
  let [low, high] = [after.number, highest];
  if (high <= low) return 'undecided';
  const newest = (await node.outputAtBlock(high)).l1Origin;
  if (newest.number < head.number) return 'undecided';
  if (newest.number === head.number) return compare(newest);
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    const { l1Origin } = await node.outputAtBlock(middle);
    if (l1Origin.number === head.number) return compare(l1Origin);
    if (l1Origin.number < head.number) low = middle;
    else high = middle;
  }
  return 'undecided';
}
