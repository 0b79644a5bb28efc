// The page: a live table of claims, and a claim's own view. All text goes into the document as text, never as markup.
import type { Difference } from '@obelisc/claims/difference';
import { update } from './update.js';

interface Summary {
  readonly chain: string;
  readonly address: string;
  readonly index: number;
  readonly typeName: string;
  readonly rootClaim: string | null;
  readonly blockNumber: number | null;
  readonly startBlock: number | null;
  readonly l1Head: string | null;
  readonly proposer: string | null;
  readonly createdAt: number;
  readonly maxClock: number | null;
  readonly status: string;
  readonly state: string;
  readonly reason: string | null;
  readonly answer: string | null;
  /** Whose word is not what is derived. */
  readonly wrong: readonly string[] | null;
  readonly seconds: number | null;
  readonly judgedAt: number | null;
  readonly atWork: number | null;
}

interface Details extends Summary {
  readonly startRoot: string | null;
  readonly verdict: Verdict | null;
  readonly log: string | null;
  readonly worker: string | null;
  readonly segments: readonly Segment[] | null;
  readonly tries: number | null;
}

interface Segment {
  readonly from: number;
  readonly to: number;
  readonly answer: string;
}

/** The first block that somebody has otherwise than it is derived. */
interface Parted {
  readonly block: number;
  readonly derived: string;
  readonly opNode?: string;
  readonly l2?: string | null;
  readonly compared?: string;
  readonly differences?: readonly Difference[];
  readonly notes?: readonly string[];
}

interface Verdict {
  readonly derived?: string;
  readonly opNodeRoot?: string;
  readonly restsOn?: readonly string[];
  readonly segments?: readonly Segment[];
  readonly wrong?: readonly string[];
  readonly opNodeParts?: Parted;
  readonly l2Parts?: Parted;
  readonly claimedRoot?: { readonly from: number; readonly to: number; readonly block: number | null };
}

interface Overview {
  readonly claims: readonly { readonly is: string; readonly count: number }[];
  readonly workers: number;
  readonly queue: { readonly waiting: number; readonly active: number };
}

type Child = Node | string | null;

const WORDS: Readonly<Record<string, string>> = {
  valid: 'right',
  invalid: 'wrong',
  waiting: 'waits for confirmations',
  queued: 'in the queue',
  uncovered: 'not covered',
  undecided: 'undecided',
  unknown: 'could not be told',
  vanished: 'gone from L1',
};
const LOST = 'The watch does not answer; trying again.';
const LIARS: Readonly<Record<string, string>> = { claim: 'the claim', 'op-node': 'the op-node', l2: 'the L2 endpoint' };
const FILTERS = ['', 'invalid', 'valid', 'queued', 'undecided', 'uncovered'];
/** Claims in the table. */
const LISTED = 200;
/** Segments that are wrong or could not be told, and are named beside the timeline. */
const NAMED = 20;

const main = find('main');
const summary = find('summary');
/** Whether changes are not told of at the moment. */
let isLost = false;
/** What was asked for last: an answer that comes late is of no use. */
let turn = 0;

function find(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`no #${id}`);
  return found;
}

/** An element with attributes (no `on…`: the page has no inline code) and children. */
function element(name: string, attributes: Readonly<Record<string, string>> = {}, ...children: Child[]): HTMLElement {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

async function load<T>(path: string): Promise<T> {
  const answer = await fetch(path);
  if (!answer.ok)
    throw new Error(answer.status === 404 ? 'There is nothing here.' : `The watch answered with ${answer.status}.`);
  return (await answer.json()) as T;
}

async function show(): Promise<void> {
  const mine = ++turn;
  const [, chain, address] = /^#\/([A-Za-z0-9-]+)\/(0x[0-9a-fA-F]{40})$/.exec(location.hash) ?? [];
  try {
    const overview = await load<Overview>('/api/summary');
    const content =
      chain === undefined || address === undefined
        ? await claimsTable()
        : claimOf(await load<Details>(`/api/claims/${chain}/${address}`));
    if (mine !== turn) return;
    say(isLost ? LOST : overviewLine(overview));
    update(main, content);
  } catch (error) {
    if (mine === turn)
      update(main, [element('p', { class: 'empty' }, error instanceof Error ? error.message : 'No answer.')]);
  }
}

/** The table that the address asks for, `#/?is=…&before=…`: a reload and the way back show the same. */
async function claimsTable(): Promise<Node[]> {
  const asked = new URLSearchParams(/^#\/\?(.*)$/.exec(location.hash)?.[1] ?? '');
  const is = FILTERS.find((filter) => filter === asked.get('is')) ?? '';
  const wanted = new URLSearchParams({ limit: String(LISTED) });
  if (is !== '') wanted.set('is', is);
  const before = asked.get('before');
  if (before !== null) wanted.set('before', before);
  return tableOf(await load<Summary[]>(`/api/claims?${wanted}`), is, before !== null);
}

/** Said once: what is set again is read aloud again. */
function say(text: string): void {
  if (summary.textContent !== text) summary.textContent = text;
}

function overviewLine({ claims, workers, queue }: Overview): string {
  const count = (is: string): number =>
    claims.filter((claim) => claim.is === is).reduce((sum, claim) => sum + claim.count, 0);
  return `${count('valid')} right, ${count('invalid')} wrong, ${queue.waiting + queue.active} in the queue, ${workers} ${workers === 1 ? 'worker' : 'workers'}`;
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

function rowOfCells(
  cells: readonly [label: string, child: Child][],
  attributes: Readonly<Record<string, string>> = {},
): HTMLElement {
  return element(
    'tr',
    attributes,
    ...cells.map(([label, child]) => element('td', { 'data-label': label }, element('span', {}, child))),
  );
}

function tableOfRows(columns: readonly string[], rows: readonly HTMLElement[]): HTMLElement {
  return element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...columns.map((text) => element('th', { scope: 'col' }, text)))),
    element('tbody', {}, ...rows),
  );
}

function claimOf(claim: Details): Node[] {
  const { verdict } = claim;
  const facts: readonly [string, Child][] = [
    ['Verdict', verdictOf(claim)],
    ['Wrong', wrongOf(verdict)],
    ['Reason', claim.reason],
    ['Game', element('code', {}, claim.address)],
    ['Type', claim.typeName],
    ['Contract says', claim.status],
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
    element('h2', {}, `Game ${claim.index} of ${claim.chain}`),
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

function verdictOf({ answer, state, atWork, wrong }: Summary): HTMLElement {
  const is = answer ?? state;
  const word = atWork === null ? (WORDS[is] ?? is) : 'being judged';
  // A claim's verdict says nothing of who else is wrong.
  const text = wrong?.includes('op-node') === true ? `${word}, the op-node is wrong` : word;
  return element('span', { class: `verdict ${is}` }, text);
}

function blocksOf({ startBlock, blockNumber }: Summary): string {
  if (blockNumber === null) return '–';
  return startBlock === null ? `${blockNumber}` : `${startBlock} to ${blockNumber}`;
}

/** How long the judging took, or has taken until now. */
function tookOf({ seconds, atWork }: Summary): string | null {
  if (seconds !== null) return durationOf(seconds);
  return atWork === null ? null : `${durationOf(atWork)} so far`;
}

function code(text: string | null): HTMLElement | null {
  return text === null ? null : element('code', {}, text);
}

function short(address: string): string {
  return `${address.slice(0, 8)}…${address.slice(-4)}`;
}

function ageOf(seconds: number): string {
  return durationOf(Math.max(0, Date.now() / 1000 - seconds));
}

function clockOf({ status, createdAt, maxClock }: Summary): string {
  if (status !== 'in progress') return status;
  return maxClock === null ? '–' : durationOf(Math.max(0, createdAt + maxClock - Date.now() / 1000));
}

function durationOf(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3600)} h`;
}

window.addEventListener('hashchange', () => {
  void show().then(() => {
    main.focus();
    scrollTo(0, 0);
  });
});

/** Listens for changes. A browser tries a lost connection again, but not one that was answered with an error. */
function listen(): void {
  const events = new EventSource('/api/events');
  events.addEventListener('change', () => {
    isLost = false;
    void show();
  });
  events.addEventListener('error', () => {
    isLost = true;
    say(LOST);
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, 2000);
  });
}

listen();
// Ages and what is at work move on without any event.
setInterval(() => void show(), 10_000);
void show();
