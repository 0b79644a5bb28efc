// What a claim needs beyond what the user gives: the chain, the blocks it starts and ends at, an L1 head that is late enough.
import {
  type BlockId,
  type Chain,
  checkAnswerable,
  configurationHash,
  l1HeadCandidates,
  type OpNode,
  opNode,
  type OutputAtBlock,
} from '@obelisc/host';
import type { BlockTag } from './block-tags.js';
import { hex } from './bytes.js';
import { resolveChain } from './chain.js';
import { RefusedClaimError } from './errors.js';
import type { ValidateOptions } from './options.js';

/** A claim with all that was looked up for it; roots and hashes are 32 bytes. */
export interface Question {
  readonly node: OpNode;
  readonly chain: Chain;
  /** Hash of the configuration of a chain that is not known by its id, 0x-hex. */
  readonly configurationHash: string | undefined;
  /** The block that derivation starts from and the claimed one, as the op-node has them. */
  readonly start: OutputAtBlock;
  readonly end: OutputAtBlock;
  /** The agreed output root and the claimed one. */
  readonly agreed: Uint8Array;
  readonly claimed: Uint8Array;
}

/** Looks up what `options` leave open. Rejects with RefusedClaimError, ConfigurationError or EndpointError. */
export async function lookUp(options: ValidateOptions): Promise<Question> {
  const { log, settings } = options;
  const node = opNode({ url: options.opNode, log, ...(settings === undefined ? {} : { policy: settings.policy }) });
  const { safeL2, finalizedL2, unsafeL2 } = await node.syncStatus();
  const heads: Record<BlockTag, BlockId> = { safe: safeL2, finalized: finalizedL2, latest: unsafeL2 };
  const to = typeof options.to === 'bigint' ? options.to : heads[options.to].number;
  if (to === 0n)
    throw new RefusedClaimError(
      `--to ${options.to} is the genesis block: it is not derived, and no claim about it can be checked`,
    );
  const from = options.from ?? to - 1n;
  if (from >= to)
    throw new RefusedClaimError(
      `--from ${from} is not before --to ${to}: derivation starts at the one and ends at the other`,
    );
  const chain = await resolveChain(options, node, log);
  checkAnswerable({ l2BlockNumber: to }, chain);
  if (to > safeL2.number) {
    throw new RefusedClaimError(
      `--to ${to} is above the safe head of the op-node, block #${safeL2.number}: L1 does not hold its batch yet, or the op-node has not read it; try again later`,
    );
  }
  const start = await node.outputAtBlock(from);
  const end = await node.outputAtBlock(to);
  const configuration = chain.custom ? hex(configurationHash(chain)) : undefined;
  if (configuration !== undefined) log('info', 'Custom chain', { chain: chain.l2ChainId, configuration });
  return {
    node,
    chain,
    configurationHash: configuration,
    start,
    end,
    agreed: options.agreedOutputRoot ?? start.outputRoot,
    claimed: options.claim ?? end.outputRoot,
  };
}

/** The L1 heads to try in turn: the user's, or those near the end block's origin before one that is certain. */
export async function* l1Heads(
  { l1, l1Head, log, settings }: ValidateOptions,
  { node, chain, end }: Question,
): AsyncGenerator<Uint8Array> {
  if (l1Head !== undefined) {
    yield l1Head;
    return;
  }
  const candidates = l1HeadCandidates({
    opNode: node,
    l1,
    l2Block: end.blockNumber,
    l1Origin: end.l1Origin.number,
    seqWindowSize: chain.rollupConfig.seqWindowSize,
    log,
    ...(settings === undefined ? {} : { policy: settings.policy }),
  });
  for await (const { number, hash, how } of candidates) {
    log('info', 'Trying an L1 head', { number, hash: hex(hash), by: how });
    yield hash;
  }
}
