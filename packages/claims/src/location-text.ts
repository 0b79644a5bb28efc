// Who is wrong and where, in lines for people, beside the verdict's.
import type { Difference } from './difference.js';
import type { Liar, PartedBlock } from './parting.js';
import type { Verdict } from './verdict.js';

/** Differences of a block that are shown; --json has all. */
const MOST_DIFFERENCES = 40;
/** Characters of a value that are shown. */
const LONGEST_VALUE = 80;

/** The lines; none where the claim is right and nobody else is wrong. */
export function locationLines(verdict: Verdict): string[] {
  const { answer, wrong, opNodeParts, l2Parts } = verdict;
  if (answer === 'unknown') return [];
  return [
    ...whoIsWrong(verdict),
    ...(opNodeParts === undefined ? [] : partedLines(opNodeParts, 'op-node')),
    ...(l2Parts === undefined ? [] : partedLines(l2Parts, 'l2')),
    ...(wrong.includes('claim') ? claimedRootLines(verdict) : []),
  ];
}

function whoIsWrong({ wrong, claim, opNodeRoot }: Verdict): string[] {
  const is = (who: Liar): boolean => wrong.includes(who);
  const names = [is('claim') ? 'the claim' : '', is('op-node') ? 'the op-node' : '', is('l2') ? 'the L2 endpoint' : ''];
  const those = names.filter((name) => name !== '');
  if (those.length === 0) return [];
  const subject = those.length < 3 ? those.join(' and ') : `${those[0]}, ${those[1]} and ${those[2]}`;
  const line = `Wrong ${those.length === 1 ? 'is' : 'are'} ${subject}`;
  if (is('op-node')) {
    if (!is('claim')) return [`${line}.`];
    return claim === opNodeRoot
      ? [`${line}: the op-node has the claimed root.`]
      : [`${line}: the op-node has another wrong root, ${opNodeRoot}.`];
  }
  return opNodeRoot === undefined
    ? [`${line}; the op-node does not have the block.`]
    : [`${line}, not the op-node: that has what is derived.`];
}

function partedLines(parted: PartedBlock, whose: 'op-node' | 'l2'): string[] {
  const { block, derived, other, differences, notes } = parted;
  const who = whose === 'op-node' ? 'the op-node' : 'the L2 endpoint';
  const first =
    other === derived
      ? `  Block #${block} is ${derived} for ${who} too, but not its output root.`
      : `  The first block that ${who} has otherwise is #${block}: ${other}, derived ${derived}.`;
  const shown = differences.slice(0, MOST_DIFFERENCES);
  const left = differences.length - shown.length;
  return [
    first,
    ...(whose === 'op-node' ? l2Lines(parted) : []),
    ...shown.map((difference) => `  ${differenceLine(difference, parted)}`),
    ...(left > 0 ? [`  and ${left} more differences (--json has all)`] : []),
    ...notes.map((note) => `  ${note}`),
  ];
}

/** What the L2 endpoint has in the place of a block that the op-node has otherwise. */
function l2Lines({ l2, derived, other }: PartedBlock): string[] {
  if (l2 === undefined || other === derived) return [];
  if (l2 === null) return ['  The L2 endpoint has no block of that number.'];
  if (l2 === derived) return ['  The L2 endpoint has the derived block.'];
  if (l2 === other) return ["  The L2 endpoint has the op-node's block."];
  return [`  The L2 endpoint has neither: ${l2}.`];
}

function differenceLine(difference: Difference, { compared }: PartedBlock): string {
  const { field, derived, other } = difference;
  const whose = difference.in === 'output' || compared === 'op-node' ? 'op-node' : 'L2 endpoint';
  return `${placeOf(difference)} ${field}: derived ${valueOf(derived)}, ${whose} ${valueOf(other)}`;
}

/** Where a difference lies: `receipt of transaction 3 (0x…)`. */
function placeOf({ in: place, transaction, log, address, slot }: Difference): string {
  const which = transaction && `transaction ${transaction.index} (${transaction.hash})`;
  switch (place) {
    case 'transaction':
      return which ?? 'transactions';
    case 'receipt':
      return `receipt of ${which}`;
    case 'log':
      return `log ${log} of ${which}`;
    case 'account':
      return `account ${address}`;
    case 'slot':
      return `slot ${slot} of ${address}`;
    default:
      return place;
  }
}

function valueOf(value: string | null): string {
  if (value === null) return 'nothing';
  return value.length <= LONGEST_VALUE ? value : `${value.slice(0, 18)}… (${(value.length - 2) / 2} bytes)`;
}

function claimedRootLines({ blockNumber, claimedRoot }: Verdict): string[] {
  if (claimedRoot === undefined) return [];
  const { from, to, block } = claimedRoot;
  if (block === undefined) return [`  The claimed root is no block's from #${from} to #${to}.`];
  const distance = block > blockNumber ? block - blockNumber : blockNumber - block;
  return [
    `  The claimed root is that of block #${block}, ${distance} ${block > blockNumber ? 'after' : 'before'} the claimed one.`,
  ];
}
