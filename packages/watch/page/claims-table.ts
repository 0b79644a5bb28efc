// The live table of claims.
import { load, type Summary } from './api.js';
import { ageOf, blocksOf, clockOf, short, tookOf, verdictOf, WORDS } from './claim-facts.js';
import { type Child, element, rowOfCells, tableOfRows } from './elements.js';

const FILTERS = ['', 'invalid', 'valid', 'queued', 'undecided', 'orphaned', 'uncovered'];
/** Claims in the table. */
const LISTED = 200;

/** The table that the address asks for, `#/?is=…&before=…`: a reload and the way back show the same. */
export async function claimsTable(): Promise<Node[]> {
  const asked = new URLSearchParams(/^#\/\?(.*)$/.exec(location.hash)?.[1] ?? '');
  const is = FILTERS.find((filter) => filter === asked.get('is')) ?? '';
  const wanted = new URLSearchParams({ limit: String(LISTED) });
  if (is !== '') wanted.set('is', is);
  const before = asked.get('before');
  if (before !== null) wanted.set('before', before);
  return tableOf(await load<Summary[]>(`/api/claims?${wanted}`), is, before !== null);
}

function tableOf(claims: readonly Summary[], filter: string, isOlder: boolean): Node[] {
  const links = FILTERS.map((is) =>
    element(
      'a',
      { href: is === '' ? '#/' : `#/?is=${is}`, ...(is === filter && !isOlder ? { 'aria-current': 'page' } : {}) },
      is === '' ? 'all' : (WORDS[is] ?? is),
    ),
  );
  const head = ['Verdict', 'Game', 'Blocks', 'Proposer', 'Age', 'Clock left', 'Took'];
  const table = tableOfRows(
    head,
    claims.map((claim) => rowOf(claim)),
  );
  const last = claims.length < LISTED ? undefined : claims.at(-1);
  return [
    element('nav', { 'aria-label': 'Which claims' }, ...links),
    claims.length === 0 ? element('p', { class: 'empty' }, isOlder ? 'No older claims.' : 'No claims yet.') : table,
    ...(last === undefined ? [] : [element('p', {}, element('a', { href: olderThan(last, filter) }, 'Older claims'))]),
  ];
}

function olderThan({ chain, address }: Summary, is: string): string {
  const asked = new URLSearchParams({ ...(is === '' ? {} : { is }), before: `${chain}/${address}` });
  return `#/?${asked}`;
}

function rowOf(claim: Summary): HTMLElement {
  const cells: readonly [string, Child][] = [
    ['Verdict', verdictOf(claim)],
    [
      'Game',
      element('a', { href: `#/${claim.chain}/${claim.address}` }, `${claim.chain} ${claim.index}, ${claim.typeName}`),
    ],
    ['Blocks', blocksOf(claim)],
    ['Proposer', claim.proposer === null ? '–' : element('code', { title: claim.proposer }, short(claim.proposer))],
    ['Age', ageOf(claim.createdAt)],
    ['Clock left', clockOf(claim)],
    ['Took', tookOf(claim) ?? '–'],
  ];
  return rowOfCells(cells, { 'data-key': `${claim.chain}/${claim.address}` });
}
