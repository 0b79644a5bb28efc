// What `obelisc validate` answers: the line, the object of --json, the exit code.
import type { Liar, PartedBlock, RootSearch } from './parting.js';
import type { Game } from './games/game.js';

/** Right, wrong, or not to be told from what there is. */
export type Answer = 'valid' | 'invalid' | 'unknown';

/** A segment of the range; `answer` is about the op-node's root at its end, or the claim at the last one's. */
export interface SegmentVerdict {
  readonly from: bigint;
  readonly to: bigint;
  readonly claim: string;
  readonly answer: Answer;
  readonly derived: string | undefined;
  readonly machine: MachineSummary | undefined;
}

export interface MachineSummary {
  readonly steps: bigint;
  readonly stateHash: string;
}

export interface Verdict {
  readonly answer: Answer;
  readonly blockNumber: bigint;
  /** The output root that was checked. */
  readonly claim: string;
  /** Where the claim came from: the user, a game on L1, or the op-node that answered for the block. */
  readonly claimSource: 'user' | 'op-node' | 'game';
  /** The output root that was derived, where the derivation reached the block. */
  readonly derived: string | undefined;
  /** The block that derivation started from and its output root. */
  readonly agreed: { readonly number: bigint; readonly outputRoot: string };
  /** The op-node's own output root of the block, where it has the block. */
  readonly opNodeRoot: string | undefined;
  /** The game on L1 that makes the claim. */
  readonly game: Game | undefined;
  /** What was not derived but taken as given, and from whom; empty where it could not be told. */
  readonly restsOn: readonly string[];
  /** Hash of the newest L1 block that derivation could read. */
  readonly l1Head: string;
  /** The machine's run; absent with --native, and of a range in segments (each has its own) that of the last derivation. */
  readonly machine: MachineSummary | undefined;
  /** Whose word is not what was derived; empty also where nothing could be told. */
  readonly wrong: readonly Liar[];
  /** The first block that the op-node, or else the L2 endpoint, has otherwise than it was derived. */
  readonly opNodeParts: PartedBlock | undefined;
  readonly l2Parts: PartedBlock | undefined;
  /** The block that a wrong claim's root is of. */
  readonly claimedRoot: RootSearch | undefined;
  /** Of a range that was derived in segments. */
  readonly segments: readonly SegmentVerdict[] | undefined;
  /** Hash of the configuration of a chain that is not known by its id. */
  readonly configurationHash: string | undefined;
  /** Why it could not be told; of a game also that L1 up to its head does not hold the claimed block. */
  readonly reason: string | undefined;
}

/** The exit code of each answer. */
export const exitCodes: Readonly<Record<Answer, number>> = { valid: 0, invalid: 1, unknown: 2 };

/** The verdict in one line; with the op-node's own root as the claim it says so. */
export function verdictLine(verdict: Verdict): string {
  const { answer, blockNumber, claim, claimSource, derived, reason } = verdict;
  const whose = claimSource === 'op-node' ? " (the op-node's own root: no --claim was given)" : '';
  switch (answer) {
    case 'valid':
      return `Successfully validated L2 block #${blockNumber} with output root ${claim}${whose}`;
    case 'invalid':
      return `The claim for L2 block #${blockNumber} is wrong: claimed output root ${claim}, derived ${derived}${whose}${reason === undefined ? '' : ` (${reason})`}`;
    case 'unknown':
      return `Could not tell whether output root ${claim} of L2 block #${blockNumber} is right: ${reason}${whose}`;
  }
}

/** The verdict as the JSON that --json prints: numbers beyond 2^53 do not occur, hashes are 0x-hex. */
export function verdictJson(verdict: Verdict): string {
  const { answer, blockNumber, claim, claimSource, derived, agreed, l1Head, machine, configurationHash, reason } =
    verdict;
  const { opNodeRoot, restsOn, wrong, opNodeParts, l2Parts, claimedRoot, segments, game } = verdict;
  return JSON.stringify(
    {
      answer,
      blockNumber: Number(blockNumber),
      claim,
      claimSource,
      derived,
      agreed: { number: Number(agreed.number), outputRoot: agreed.outputRoot },
      opNodeRoot,
      game: game && gameJson(game),
      restsOn,
      l1Head,
      machine: machineJson(machine),
      wrong: answer === 'unknown' ? undefined : wrong,
      opNodeParts: opNodeParts && partedJson(opNodeParts, { opNode: opNodeParts.other }),
      l2Parts: l2Parts && partedJson(l2Parts, {}),
      claimedRoot: claimedRoot && {
        from: Number(claimedRoot.from),
        to: Number(claimedRoot.to),
        block: claimedRoot.block === undefined ? null : Number(claimedRoot.block),
      },
      segments: segments?.map((segment) => ({
        ...segment,
        from: Number(segment.from),
        to: Number(segment.to),
        machine: machineJson(segment.machine),
      })),
      configurationHash,
      reason,
    },
    undefined,
    2,
  );
}

function partedJson(
  { block, derived, l2, compared, differences, notes }: PartedBlock,
  other: { opNode?: string },
): Record<string, unknown> {
  return { block: Number(block), derived, ...other, l2, compared, differences, notes };
}

function machineJson(machine: MachineSummary | undefined): { steps: number; stateHash: string } | undefined {
  return machine && { steps: Number(machine.steps), stateHash: machine.stateHash };
}

/** A game as JSON: numbers beyond 2^53 do not occur. */
export function gameJson(game: Game): Record<string, unknown> {
  const { blockNumber, start, createdAt, resolvedAt, maxClock, chainId, ...rest } = game;
  return {
    ...rest,
    blockNumber: Number(blockNumber),
    start: { blockNumber: Number(start.blockNumber), outputRoot: start.outputRoot },
    createdAt: Number(createdAt),
    resolvedAt: Number(resolvedAt),
    maxClock: maxClock === undefined ? undefined : Number(maxClock),
    chainId: chainId === undefined ? undefined : Number(chainId),
  };
}
