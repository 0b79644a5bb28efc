// What a claim needs beyond what the user gives: the chain, the blocks it starts and ends at, an L1 head that is late enough.
import {
  type BlockId,
  type Chain,
  checkAnswerable,
  configurationHash,
  findChain,
  l1Blocks,
  l1HeadCandidates,
  type OpNode,
  opNode,
  type OutputAtBlock,
} from '@obelisc/host';
import type { BlockTag } from './block-tags.js';
import { fromHex, hex } from './bytes.js';
import { givenRollupConfig, resolveChain } from './chain.js';
import { OrphanedHeadError, RefusedClaimError } from './errors.js';
import { readChosenGame } from './games/claim.js';
import type { Game, GameChoice } from './games/game.js';
import { objectionsOf } from './games/standing.js';
import { policyOf, type ValidateOptions } from './options.js';
import type { Verdict } from './verdict.js';

/** A claim with all that was looked up for it; roots and hashes are 32 bytes. */
export interface Question {
  readonly node: OpNode;
  readonly chain: Chain;
  /** Hash of the configuration of a chain that is not known by its id, 0x-hex. */
  readonly configurationHash: string | undefined;
  /** The block that derivation starts from, as the op-node has it. */
  readonly start: OutputAtBlock;
  readonly to: bigint;
  /** The claimed block as the op-node has it; absent where a game claims a block that the op-node does not have. */
  readonly end: OutputAtBlock | undefined;
  /** The agreed output root and the claimed one. */
  readonly agreed: Uint8Array;
  readonly claimed: Uint8Array;
  readonly claimSource: Verdict['claimSource'];
  /** The L1 head, where it is not to be looked for. */
  readonly l1Head: Uint8Array | undefined;
  /** The game that makes the claim. */
  readonly game: Game | undefined;
}

/** What is not covered is refused before anything is asked, where flags tell the chain. Throws ConfigurationError. */
function checkGiven({ to, ...options }: ValidateOptions): void {
  const rollupConfig = givenRollupConfig(options);
  if (rollupConfig === undefined) return;
  // Of a block that the op-node is yet to name, only that it comes after the first is known.
  const l2BlockNumber = typeof to === 'bigint' ? to : rollupConfig.genesis.l2.number + 1n;
  if (l2BlockNumber > 0n) checkAnswerable({ l2BlockNumber }, { rollupConfig });
}

/** The block that derivation starts from. `named` is how the user calls the last one. Throws RefusedClaimError. */
function checkRange(from: bigint | undefined, to: bigint, named: bigint | BlockTag = to): bigint {
  if (to === 0n)
    throw new RefusedClaimError(
      `--to ${named} is the genesis block: it is not derived, and no claim about it can be checked`,
    );
  const start = from ?? to - 1n;
  if (start < to) return start;
  throw new RefusedClaimError(
    `--from ${start} is not before --to ${to}: derivation starts at the one and ends at the other`,
  );
}

/** Looks up what `options` leave open. Rejects with RefusedClaimError, OrphanedHeadError, GameError, ConfigurationError or EndpointError. */
export async function lookUp(options: ValidateOptions): Promise<Question> {
  const { log, settings } = options;
  if (typeof options.to === 'bigint') checkRange(options.from, options.to);
  const node = opNode({ url: options.opNode, log, policy: policyOf(settings) });
  checkGiven(options);
  const { safeL2, finalizedL2, unsafeL2 } = await node.syncStatus();
  const chain = await resolveChain(options, node, log);
  const configuration = chain.custom ? hex(configurationHash(chain)) : undefined;
  if (configuration !== undefined) log('info', 'Custom chain', { chain: chain.l2ChainId, configuration });
  const common = { node, chain, configurationHash: configuration };
  if (options.game !== undefined) return { ...common, ...(await ofGame(options.game, common, safeL2.number, options)) };

  const heads: Record<BlockTag, BlockId> = { safe: safeL2, finalized: finalizedL2, latest: unsafeL2 };
  if (options.to === undefined) throw new RefusedClaimError('--to is missing: the block that the claim is about');
  const to = typeof options.to === 'bigint' ? options.to : heads[options.to].number;
  const from = checkRange(options.from, to, options.to);
  checkAnswerable({ l2BlockNumber: to }, chain);
  if (to > safeL2.number) {
    throw new RefusedClaimError(
      `--to ${to} is above the safe head of the op-node, block #${safeL2.number}: L1 does not hold its batch yet, or the op-node has not read it; try again later`,
    );
  }
  const [start, end] = await Promise.all([node.outputAtBlock(from), node.outputAtBlock(to)]);
  return {
    ...common,
    start,
    to,
    end,
    agreed: options.agreedOutputRoot ?? start.outputRoot,
    claimed: options.claim ?? end.outputRoot,
    claimSource: options.claim === undefined ? 'op-node' : 'user',
    l1Head: options.l1Head,
    game: undefined,
  };
}

/** What a game asks: exactly its claim, from where it starts, under its L1 head. */
async function ofGame(
  choice: GameChoice,
  { node, chain }: Pick<Question, 'node' | 'chain'>,
  safe: bigint,
  options: ValidateOptions,
): Promise<Omit<Question, 'node' | 'chain' | 'configurationHash'>> {
  const known = chain.custom ? undefined : findChain(String(chain.l2ChainId));
  const game = await readChosenGame(choice, known?.contracts.disputeGameFactory, options);
  const { address, blockNumber: to, start: from, rootClaim, l1Head } = game;
  const objections = objectionsOf(game.standing);
  options.log('info', 'The game', {
    game: address,
    type: game.typeName,
    status: game.status,
    claims: rootClaim,
    block: to,
    from: from.blockNumber,
    l1Head: l1Head ?? 'any',
    ...(objections.length === 0 ? {} : { registry_says: objections.join(', ') }),
  });
  if (game.standingError !== undefined)
    options.log('warn', 'What the registry makes of the game could not be read: it may be blacklisted or retired', {
      game: address,
      because: game.standingError,
    });
  if (game.chainId !== undefined && game.chainId !== chain.l2ChainId)
    throw new RefusedClaimError(
      `the game at ${address} is about chain ${game.chainId}, and --op-node is of ${chain.l2ChainId}`,
    );
  checkAnswerable({ l2BlockNumber: to }, chain);
  if (l1Head !== undefined) {
    const { l1, log, settings } = options;
    const [head] = await l1Blocks({ url: l1, log, policy: policyOf(settings) }).onChain([l1Head]);
    if (head === undefined)
      throw new OrphanedHeadError(
        `the L1 head ${l1Head} of the game at ${address} is not on the chain of --l1, or not any more: L1 was reorganised, or --l1 is behind or on another chain; the claim can be judged when that block is there`,
      );
  }
  if (from.blockNumber >= to)
    throw new RefusedClaimError(
      `the game at ${address} starts at block #${from.blockNumber}, which is not before the claimed #${to}: there is nothing to derive`,
      { isSettled: true },
    );
  if (from.blockNumber > safe)
    throw new RefusedClaimError(
      `the game at ${address} starts at block #${from.blockNumber}, above the op-node's safe head, block #${safe}: try again when the op-node has caught up`,
    );
  const start = await node.outputAtBlock(from.blockNumber);
  if (hex(start.outputRoot) !== from.outputRoot)
    throw new RefusedClaimError(
      `the game at ${address} starts from output root ${from.outputRoot} of block #${from.blockNumber}, where the op-node has ${hex(start.outputRoot)}: nothing can be derived from a block that is not there`,
    );
  return {
    start,
    to,
    // A game may claim any block, also one that is not there yet.
    end: to <= safe ? await node.outputAtBlock(to) : undefined,
    agreed: start.outputRoot,
    claimed: fromHex(rootClaim),
    claimSource: 'game',
    l1Head: l1Head === undefined ? undefined : fromHex(l1Head),
    game,
  };
}

/** The L1 heads to try in turn: the user's, the game's, or those near the end block's origin before one that is certain. */
export async function* l1Heads(
  { l1, log, settings }: ValidateOptions,
  { node, chain, to, end, l1Head }: Question,
): AsyncGenerator<Uint8Array> {
  if (l1Head !== undefined) {
    yield l1Head;
    return;
  }
  if (end === undefined)
    throw new RefusedClaimError(`block #${to} is above the safe head of the op-node: try again when it has caught up`);
  const candidates = l1HeadCandidates({
    opNode: node,
    l1,
    l2Block: end.blockNumber,
    l1Origin: end.l1Origin.number,
    seqWindowSize: chain.rollupConfig.seqWindowSize,
    log,
    policy: policyOf(settings),
  });
  for await (const { number, hash, how } of candidates) {
    log('info', 'Trying an L1 head', { number, hash: hex(hash), by: how });
    yield hash;
  }
}
