// Who is wrong, and where: the first block that the op-node or the L2 endpoint has otherwise than it is derived, with what
// differs in it, and the block that a wrong claim's root is of.
import {
  EndpointError,
  type ExecutedBlock,
  executedBlocks,
  type ExecutedBlocks,
  type OpNode,
  opNode,
  type OutputAtBlock,
  type RetryPolicy,
} from '@obelisc/host';
import { keccak256, type PreimageStore } from '@obelisc/preimage';
import { showBlock, type ShownBlock } from '@obelisc/program';
import { compareBlocks, fieldDifferences, orNoted } from './block-differences.js';
import { type Fields, headerFields, transactionFields } from './block-fields.js';
import { fromHex, hex } from './bytes.js';
import type { DerivedBlock } from './client-log.js';
import type { Difference } from './difference.js';
import { DisagreementError } from './errors.js';
import { type Derivation, openHostFor } from './judge.js';
import type { Question } from './lookup.js';
import { policyOf, type ValidateOptions } from './options.js';
import { findParting, type Liar, type Located, type PartedBlock, type Parting, type RootSearch } from './parting.js';
import type { Answer } from './verdict.js';

/** A derivation that was made, whose blocks are held beside those of others. */
export interface Made {
  readonly derivation: Derivation;
  readonly blocks: readonly DerivedBlock[];
}

/** What the verdict says, as far as it matters here. */
export interface Told {
  readonly answer: Answer;
  readonly derived: string | undefined;
  readonly opNodeRoot: string | undefined;
  readonly claim: string;
  readonly claimSource: 'user' | 'op-node' | 'game';
}

export interface LocateOptions {
  readonly question: Question;
  /** The derivation that ends where the op-node is first known to be wrong, or the one that decided. */
  readonly made: Made;
  /** Whether the op-node is known to have another root at the end of `made`, whatever it has at the claimed block. */
  readonly isSuspect: boolean;
  /** What the program has read. */
  readonly store: PreimageStore;
  readonly options: ValidateOptions;
}

/**
 * Tells who is wrong about a claim that was judged. Rejects for nothing that an endpoint does: what it does not tell is in the
 * notes, or logged. Rejects with DisagreementError where the derivation, made again, has another block.
 */
export async function locate(told: Told, { isSuspect, made: whole, ...given }: LocateOptions): Promise<Located> {
  const { question, options } = given;
  // A span's blocks may go on behind the end that was asked about.
  const last = whole.derivation.claim.l2BlockNumber;
  const made = { ...whole, blocks: whole.blocks.filter(({ number }) => number <= last) };
  const { answer, derived, opNodeRoot, claim, claimSource } = told;
  const { end, to } = question;
  const policy = hasty(policyOf(options.settings));
  const node = opNode({ url: options.opNode, log: options.log, policy });
  const work = { ...given, made, node, blocks: executedBlocks({ url: options.l2, log: options.log, policy }) };
  const isClaimWrong = answer === 'invalid' && claimSource !== 'op-node';
  const hasReached = made.blocks.some(({ number }) => number === to);
  const differs = end !== undefined && derived !== opNodeRoot;
  let opNodeParts: PartedBlock | undefined;
  if (isSuspect || differs) opNodeParts = await tried(options, () => opNodeParting(work, differs && hasReached));
  const isOpNodeWrong = isSuspect || (differs && hasReached) || opNodeParts !== undefined;
  let l2Parts: PartedBlock | undefined;
  if (isClaimWrong && !isOpNodeWrong) l2Parts = await tried(options, () => l2Parting(work));
  let claimedRoot: RootSearch | undefined;
  if (isClaimWrong && end !== undefined && claim !== opNodeRoot)
    claimedRoot = await tried(options, () => searchRoot(node, question));
  const l2 = opNodeParts?.l2;
  const isL2Wrong = l2Parts !== undefined || (typeof l2 === 'string' && l2 !== opNodeParts?.derived);
  const wrong: Liar[] = [];
  if (isClaimWrong) wrong.push('claim');
  if (isOpNodeWrong) wrong.push('op-node');
  if (isL2Wrong) wrong.push('l2');
  return { wrong, opNodeParts, l2Parts, claimedRoot };
}

type Work = Omit<LocateOptions, 'isSuspect'> & { readonly node: OpNode; readonly blocks: ExecutedBlocks };

/** What is asked for here is no part of the verdict: nothing is waited for long. */
const PATIENCE_MS = 10_000;

function hasty(policy: RetryPolicy): RetryPolicy {
  const { forMs, firstContactMs, absentMs } = policy;
  const least = (ms: number): number => Math.min(ms, PATIENCE_MS);
  return { ...policy, forMs: least(forMs), firstContactMs: least(firstContactMs), absentMs: least(absentMs) };
}

/** The task's outcome; undefined, and told, where an endpoint stands in its way: there is a verdict all the same. */
async function tried<T>({ log }: ValidateOptions, task: () => Promise<T>): Promise<T | undefined> {
  try {
    return await task();
  } catch (error) {
    if (!(error instanceof EndpointError)) throw error;
    log('warn', 'Not everything about what is wrong can be told', { because: error.message });
    return undefined;
  }
}

/** `isOutputOther`: the op-node's output root of the last block is another, be its hash the derived one. */
async function opNodeParting(work: Work, isOutputOther: boolean): Promise<PartedBlock | undefined> {
  const { made, options, blocks, node, question } = work;
  const own = made.blocks.find(({ number }) => number === question.to);
  const parting =
    (await findParting(async (block) => (await node.outputAtBlock(block)).blockHash, made.blocks)) ??
    (isOutputOther && own !== undefined ? { block: own.number, derived: own.hash, other: own.hash } : undefined);
  if (parting === undefined) return undefined;
  options.log('warn', 'The op-node and the derivation part here', {
    block: parting.block,
    derived: parting.derived,
    op_node: parting.other,
  });
  const notes: string[] = [];
  const shown = await orNoted(notes, AGAIN, () => shownBlock(work, parting));
  const output = await orNoted(notes, "the op-node's output could not be compared", () =>
    node.outputAtBlock(parting.block),
  );
  const differences = shown === undefined || output === undefined ? [] : outputDifferences(shown, output);
  if (parting.other === parting.derived) {
    notes.push('the op-node contradicts itself');
    return { ...parting, l2: undefined, compared: undefined, differences, notes };
  }
  const asked = await orNoted(notes, 'the L2 endpoint could not be asked', async () => {
    const byNumber = await blocks.block(parting.block);
    return { byNumber, byHash: await blocks.block(fromHex(parting.other)) };
  });
  if (asked === undefined) return { ...parting, l2: undefined, compared: undefined, differences, notes };
  const { byNumber, byHash } = asked;
  const l2 = byNumber === undefined ? null : hex(byNumber.hash);
  const its = byHash ?? (l2 === parting.derived ? undefined : byNumber);
  const compared = its && (its === byHash ? 'op-node' : 'l2');
  const more = await comparedWith(work, shown, its);
  return {
    ...parting,
    l2,
    compared,
    differences: [...differences, ...more.differences],
    notes: [...notes, ...more.notes],
  };
}

const AGAIN = 'the block could not be derived again';

async function l2Parting(work: Work): Promise<PartedBlock | undefined> {
  const { made, options, blocks } = work;
  const parting = await findParting((block) => blocks.hashOf(block), made.blocks);
  if (parting === undefined) return undefined;
  options.log('warn', 'The L2 endpoint and the derivation part here', {
    block: parting.block,
    derived: parting.derived,
    l2: parting.other,
  });
  const notes: string[] = [];
  const shown = await orNoted(notes, AGAIN, () => shownBlock(work, parting));
  const its = await orNoted(notes, 'the L2 endpoint could not be asked', () => blocks.block(parting.block));
  const more = await comparedWith(work, shown, its);
  return {
    ...parting,
    l2: parting.other,
    compared: its && 'l2',
    differences: more.differences,
    notes: [...notes, ...more.notes],
  };
}

async function comparedWith(
  { blocks }: Work,
  shown: ShownBlock | undefined,
  its: ExecutedBlock | undefined,
): Promise<Pick<PartedBlock, 'differences' | 'notes'>> {
  return its === undefined || shown === undefined ? { differences: [], notes: [] } : compareBlocks(shown, its, blocks);
}

/** The block, derived once more from what was gathered. */
async function shownBlock({ made, store, options }: Work, { block, derived }: Parting): Promise<ShownBlock> {
  const { derivation } = made;
  const shorter = { ...derivation, claim: { ...derivation.claim, l2BlockNumber: block } };
  const host = await openHostFor(shorter, options.log, store);
  try {
    const shown = await showBlock({ oracle: host.oracle, nearby: host.store.nearby?.() });
    if (shown !== undefined && hex(keccak256(shown.header)) === derived) return shown;
    throw new DisagreementError(
      `block #${block} was derived as ${derived}, and is another when it is derived again: please report this with the datadir`,
    );
  } finally {
    await host.close();
  }
}

/** What of the op-node's own answer is not the derived block's. */
function outputDifferences(shown: ShownBlock, { json, l1Origin, timestamp }: OutputAtBlock): Difference[] {
  const header = headerFields(shown.header);
  const [first] = shown.transactions;
  const attributes: Fields = first === undefined ? new Map<string, string>() : transactionFields(first);
  const told = json as Record<string, unknown>;
  const blockRef = told.blockRef as Record<string, unknown>;
  const pairs: [field: string, derived: string | undefined, other: unknown][] = [
    ['stateRoot', header.get('stateRoot'), told.stateRoot],
    // Before Isthmus the header does not have it.
    [
      'withdrawalStorageRoot',
      header.has('requestsHash') ? header.get('withdrawalsRoot') : undefined,
      told.withdrawalStorageRoot,
    ],
    ['parentHash', header.get('parentHash'), blockRef.parentHash],
    ['timestamp', header.get('timestamp'), String(timestamp)],
    ['l1origin.number', attributes.get('l1 number'), String(l1Origin.number)],
    ['l1origin.hash', attributes.get('l1 hash'), hex(l1Origin.hash)],
    ['sequenceNumber', attributes.get('l1 sequenceNumber'), blockRef.sequenceNumber],
  ];
  const known = pairs.filter(([, derived, other]) => derived !== undefined && other !== undefined);
  return fieldDifferences(
    { in: 'output' },
    new Map(known.map(([field, derived]) => [field, String(derived)])),
    new Map(known.map(([field, , other]) => [field, String(other).toLowerCase()])),
  );
}

const ROOTS_AT_A_TIME = 16;
/** Blocks on each side of the claimed one whose roots are looked at. */
const ROOTS_EACH_WAY = 512n;

/** Looks for the block that has the claimed root, from the claimed one outwards. */
async function searchRoot(node: OpNode, { claimed, to, start }: Question): Promise<RootSearch> {
  const { safeL2 } = await node.syncStatus();
  const from = larger(start.blockNumber, to - ROOTS_EACH_WAY);
  const last = larger(to, smaller(safeL2.number, to + ROOTS_EACH_WAY));
  const numbers: bigint[] = [];
  for (let distance = 1n; distance <= ROOTS_EACH_WAY; distance++)
    numbers.push(...[to - distance, to + distance].filter((number) => number >= from && number <= last));
  for (let at = 0; at < numbers.length; at += ROOTS_AT_A_TIME) {
    const outputs = await Promise.all(
      numbers.slice(at, at + ROOTS_AT_A_TIME).map((number) => node.outputAtBlock(number)),
    );
    const found = outputs.find(({ outputRoot }) => hex(outputRoot) === hex(claimed));
    if (found !== undefined) return { from, to: last, block: found.blockNumber };
  }
  return { from, to: last, block: undefined };
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
