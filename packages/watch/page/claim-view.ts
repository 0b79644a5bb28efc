// A claim's own view: facts, the first block that somebody has otherwise, segments, log.
import type { Difference } from '@obelisc/claims/difference';
import type { Details, Parted, Segment, Verdict } from './api.js';
import { blocksOf, clockOf, short, tookOf, verdictOf, WORDS } from './claim-facts.js';
import { type Child, code, element, rowOfCells, tableOfRows } from './elements.js';

const LIARS: Readonly<Record<string, string>> = { claim: 'the claim', 'op-node': 'the op-node', l2: 'the L2 endpoint' };
/** Segments that are wrong or could not be told, and are named beside the timeline. */
const NAMED = 20;

export function titleOf({ index, chain }: Details): string {
  return `Game ${index} of ${chain}`;
}

export function claimOf(claim: Details): Node[] {
  const { verdict } = claim;
  const facts: readonly [string, Child][] = [
    ['Verdict', verdictOf(claim)],
    ['Wrong', wrongOf(verdict)],
    ['Reason', claim.reason],
    ['Game', element('code', {}, claim.address)],
    ['Type', claim.typeName],
    ['Contract says', claim.status],
    ['Registry says', registrySays(claim)],
    ['Blocks', blocksOf(claim)],
    ['Claimed root', code(claim.rootClaim)],
    ['Derived root', code(verdict?.derived ?? null)],
    ["The op-node's root", code(verdict?.opNodeRoot ?? null)],
    ['L1 head', code(claim.l1Head)],
    ['Proposer', code(claim.proposer)],
    ['Made', new Date(claim.createdAt * 1000).toISOString()],
    ['Clock left', clockOf(claim)],
    ['Judged', claim.judgedAt === null ? null : new Date(claim.judgedAt).toISOString()],
    ['Took', tookOf(claim)],
    ['By', claim.worker],
    ['Tries', claim.tries === null ? null : String(claim.tries)],
    ['Rests on', verdict?.restsOn?.join('; ') ?? null],
  ];
  return [
    element('h2', {}, titleOf(claim)),
    element(
      'dl',
      {},
      ...facts.flatMap(([name, value]) => (value === null ? [] : [element('dt', {}, name), element('dd', {}, value)])),
    ),
    ...partingOf(verdict),
    ...segmentsOf(verdict?.segments ?? claim.segments ?? [], verdict === null),
    ...(claim.log === null || claim.log === ''
      ? []
      : [element('h2', {}, 'Log'), element('pre', { tabindex: '0', 'aria-label': 'Log' }, claim.log)]),
    element('p', {}, element('a', { href: '#/' }, 'All claims')),
  ];
}

function registrySays({ standing, objections }: Details): string | null {
  if (objections.length > 0) return objections.join(', ');
  return standing?.registry === undefined ? null : 'it counts';
}

function partingOf(verdict: Verdict | null): Node[] {
  const { opNodeParts, l2Parts } = verdict ?? {};
  return [
    ...(opNodeParts === undefined ? [] : partedOf(opNodeParts, 'The op-node', opNodeParts.opNode ?? null)),
    ...(l2Parts === undefined ? [] : partedOf(l2Parts, 'The L2 endpoint', l2Parts.l2 ?? null)),
  ];
}

/** The block's two hashes, and what differs in it side by side. */
function partedOf(parted: Parted, who: string, hash: string | null): Node[] {
  const other = parted.compared === 'l2' ? 'The L2 endpoint' : 'The op-node';
  const columns = ['What', 'Derived', other];
  const rows = (parted.differences ?? []).map((difference) => {
    const cells: readonly [string, Child][] = [
      ['What', `${placeOf(difference)} ${difference.field}`],
      ['Derived', code(difference.derived ?? 'nothing')],
      [other, code(difference.other ?? 'nothing')],
    ];
    return rowOfCells(cells);
  });
  const side = (title: string, text: string | null): HTMLElement =>
    element('div', {}, element('strong', {}, title), element('p', {}, code(text ?? 'no block')));
  return [
    element('h2', {}, `First block that ${who.toLowerCase().replace('l2', 'L2')} has otherwise: ${parted.block}`),
    element('div', { class: 'sides' }, side('Derived', parted.derived), side(who, hash)),
    ...(rows.length === 0 ? [] : [tableOfRows(columns, rows)]),
    ...(parted.notes ?? []).map((note) => element('p', { class: 'empty' }, note)),
  ];
}

function placeOf({ in: place, transaction, log, address, slot }: Difference): string {
  const which = transaction === undefined ? '' : ` ${transaction.index} (${short(transaction.hash)})`;
  switch (place) {
    case 'transaction':
      return transaction === undefined ? 'transactions' : `transaction${which}`;
    case 'receipt':
      return `receipt of transaction${which}`;
    case 'log':
      return `log ${log} of transaction${which}`;
    case 'account':
      return `account ${address}`;
    case 'slot':
      return `slot ${slot} of ${address}`;
    case 'output':
    case 'header':
      return place;
  }
}

/** Whose word is not what is derived, and the block that a wrong claim's root is of. */
function wrongOf(verdict: Verdict | null): string | null {
  const { wrong = [], claimedRoot } = verdict ?? {};
  if (wrong.length === 0) return null;
  const names = wrong.map((who) => LIARS[who] ?? who).join(', ');
  if (claimedRoot === undefined) return names;
  const { from, to, block } = claimedRoot;
  return block === null
    ? `${names}; the claimed root is no block's from ${from} to ${to}`
    : `${names}; the claimed root is that of block ${block}`;
}

/** The range as a timeline; of a claim without a verdict the segments that were judged, in the order of their blocks. */
function segmentsOf(judged: readonly Segment[], isOpen: boolean): Node[] {
  if (judged.length === 0) return [];
  const segments = judged.toSorted((a, b) => a.from - b.from);
  const textOf = ({ from, to, answer }: Segment): string => `blocks ${from} to ${to}: ${WORDS[answer] ?? answer}`;
  const items = segments.map((segment) => element('li', { class: segment.answer, title: textOf(segment) }));
  const others = segments.filter(({ answer }) => answer !== 'valid');
  const right = `${segments.length - others.length} of ${segments.length} segments${isOpen ? ' that were judged' : ''} right`;
  const named = others.slice(0, NAMED).map(textOf);
  const more = others.length > NAMED ? [`${others.length - NAMED} more`] : [];
  return [
    element('h2', {}, 'Segments'),
    element('ol', { class: 'timeline', role: 'img', 'aria-label': right }, ...items),
    element('p', {}, [right, ...named, ...more].join('; ')),
  ];
}
