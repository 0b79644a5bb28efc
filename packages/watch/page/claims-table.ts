// The live table of claims.
import { load, type Overview, type Summary } from './api.js';
import { ageOf, blocksOf, clockOf, countOf, short, tookOf, verdictOf, WORDS } from './claim-facts.js';
import { type Child, element, rowOfCells, tableOfRows } from './elements.js';

const FILTERS = ['', 'invalid', 'valid', 'waiting', 'queued', 'undecided', 'orphaned', 'uncovered', 'vanished'];
/** Filters that are there also where no claim is so. */
const ALWAYS: ReadonlySet<string> = new Set(['', 'invalid', 'valid', 'queued', 'undecided']);
/** Claims in the table. */
const LISTED = 200;

/** The table that the address asks for, `#/?is=…&before=…`: a reload and the way back show the same. */
export async function claimsTable(overview: Overview): Promise<Node[]> {
  const asked = new URLSearchParams(/^#\/\?(.*)$/.exec(location.hash)?.[1] ?? '');
  const is = FILTERS.find((filter) => filter === asked.get('is')) ?? '';
  const wanted = new URLSearchParams({ limit: String(LISTED) });
  if (is !== '') wanted.set('is', is);
  const before = asked.get('before');
  if (before !== null) wanted.set('before', before);
  const claims = await load<Summary[]>(`/api/claims?${wanted}`);
  return [filtersOf(overview, is, before !== null), ...tableOf(claims, is, before !== null)];
}

function filtersOf(overview: Overview, filter: string, isOlder: boolean): HTMLElement {
  const offered = FILTERS.filter((is) => ALWAYS.has(is) || is === filter || countOf(overview, is) > 0);
  const links = offered.map((is) =>
    element(
      'a',
      {
        'data-key': `is ${is}`,
        href: is === '' ? '#/' : `#/?is=${is}`,
        ...(is === filter && !isOlder ? { 'aria-current': 'page' } : {}),
      },
      `${is === '' ? 'all' : (WORDS[is] ?? is)} `,
      element('small', {}, String(countOf(overview, is))),
    ),
  );
  return element('nav', { 'aria-label': 'Which claims' }, ...links);
}

function tableOf(claims: readonly Summary[], filter: string, isOlder: boolean): Node[] {
  const head = ['Verdict', 'Game', 'Blocks', 'Proposer', 'Age', 'Clock left', 'Took'];
  const table = tableOfRows(
    head,
    claims.map((claim) => rowOf(claim)),
  );
  const last = claims.length < LISTED ? undefined : claims.at(-1);
  return [
    claims.length === 0 ? element('p', { class: 'empty' }, isOlder ? 'No older claims.' : 'No claims yet.') : table,
    ...(last === undefined ? [] : [element('p', {}, element('a', { href: olderThan(last, filter) }, 'Older claims'))]),
  ];
}

function olderThan({ chain, address }: Summary, is: string): string {
  const asked = new URLSearchParams({ ...(is === '' ? {} : { is }), before: `${chain}/${address}` });
  return `#/?${asked}`;
}

/** What the registry holds against it, behind its verdict. */
function objectionsTo({ objections }: Summary): HTMLElement | null {
  return objections.length === 0 ? null : element('small', {}, ` ${objections.join(', ')}`);
}

function rowOf(claim: Summary): HTMLElement {
  const cells: readonly [string, Child][] = [
    ['Verdict', element('span', {}, verdictOf(claim), objectionsTo(claim))],
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
