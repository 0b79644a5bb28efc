// What a verdict rests on, and whether those sources agree with each other.
import {
  ancestorHash,
  checkAgainstL1,
  checkAgainstOpNode,
  describeContradiction,
  describeDisagreement,
  readHeader,
} from '@obelisc/host';
import type { PreimageStore } from '@obelisc/preimage';
import { fromHex, hex } from './bytes.js';
import type { Question } from './lookup.js';
import { policyOf, type ValidateOptions } from './options.js';
import type { Verdict } from './verdict.js';

export interface Sources {
  readonly question: Question;
  /** What the program has read. */
  readonly store: PreimageStore;
  /** L1 heads that were tried before; each must be an ancestor of the one that decided. */
  readonly tooEarly: readonly Uint8Array[];
  readonly options: ValidateOptions;
}

/**
 * The verdict with what it rests on, or "unknown" where two sources contradict each other. The L1 head that was not given by the
 * user is --l1's word; the op-node and --l1.check must agree with it.
 */
export async function grounded(verdict: Verdict, { question, store, tooEarly, options }: Sources): Promise<Verdict> {
  const { log } = options;
  const { node, start, end } = question;
  const unknown = (reason: string): Verdict => ({ ...verdict, answer: 'unknown', reason });
  const agreedBlock = readHeader(store, start.blockHash);
  if (agreedBlock !== undefined && agreedBlock.number !== start.blockNumber) {
    return unknown(
      `the op-node's block #${start.blockNumber} (${hex(start.blockHash)}) has the number ${agreedBlock.number}: it does not give the block that was asked for`,
    );
  }
  const head = readHeader(store, fromHex(verdict.l1Head));
  if (head === undefined) return unknown('the L1 head was never read');
  for (const tried of tooEarly) {
    const number = readHeader(store, tried)?.number;
    const ancestor = number === undefined ? undefined : ancestorHash(store, head.hash, number);
    if (number === undefined || (ancestor !== undefined && hex(ancestor) === hex(tried))) continue;
    return unknown(describeContradiction({ number, hash: tried, head }));
  }
  const origin = end && ancestorHash(store, head.hash, end.l1Origin.number);
  if (end !== undefined && origin !== undefined && hex(origin) !== hex(end.l1Origin.hash)) {
    return unknown(
      describeDisagreement({ number: end.l1Origin.number, hash: origin, other: end.l1Origin.hash, by: node.name }),
    );
  }
  const restsOn = [`the agreed output root of block #${verdict.agreed.number}, from ${agreedBy(question, options)}`];
  if (question.game !== undefined) restsOn.push(`the game's claim and L1 head, as --l1 has its contract`);
  if (options.l1Head !== undefined) restsOn.push('the L1 head, from the user');
  else {
    const opinion = await checkAgainstOpNode(node, head, {
      number: (end ?? start).blockNumber,
      l1Origin: (end ?? start).l1Origin,
    });
    if (typeof opinion === 'object') return unknown(describeDisagreement(opinion));
    restsOn.push(
      opinion === 'agrees'
        ? 'the L1 head, which --l1 and the op-node have in common'
        : 'the L1 head, from --l1 alone (the op-node has no L2 block of so late an origin)',
    );
  }
  if (options.l1Check !== undefined) {
    const policy = policyOf(options.settings);
    const disagreement = await checkAgainstL1({ url: options.l1Check, head, log, policy });
    if (disagreement !== undefined) return unknown(describeDisagreement(disagreement));
    restsOn.push('the L1 head, which --l1.check has as well');
  }
  restsOn.push(
    verdict.configurationHash === undefined
      ? 'the configuration of a known chain'
      : 'the configuration of a chain that is not known',
    "L1's data, checked against the L1 head",
  );
  if (
    verdict.claimSource !== 'op-node' &&
    verdict.opNodeRoot !== undefined &&
    verdict.derived !== undefined &&
    verdict.derived !== verdict.opNodeRoot
  ) {
    log('warn', "The op-node's own output root is not the derived one", {
      block: verdict.blockNumber,
      op_node: verdict.opNodeRoot,
      derived: verdict.derived,
    });
  }
  log('info', 'The verdict rests on', { these: restsOn.join('; ') });
  return { ...verdict, restsOn };
}

function agreedBy({ game }: Question, { agreedOutputRoot }: ValidateOptions): string {
  if (game !== undefined) return 'the game and the op-node';
  return agreedOutputRoot === undefined ? 'the op-node' : 'the user';
}
