// The page: a live table of claims, and a claim's own view. All text goes into the document as text, never as markup.
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
  readonly seconds: number | null;
  readonly judgedAt: number | null;
}

interface Details extends Summary {
  readonly startRoot: string | null;
  readonly verdict: Verdict | null;
  readonly log: string | null;
  readonly worker: string | null;
  readonly tries: number | null;
}

interface Segment {
  readonly from: number;
  readonly to: number;
  readonly answer: string;
}

interface Difference {
  readonly what: string;
  readonly derived: string;
  readonly claimed: string;
}

interface Verdict {
  readonly derived?: string;
  readonly opNodeRoot?: string;
  readonly restsOn?: readonly string[];
  readonly segments?: readonly Segment[];
  readonly opNodeParts?: {
    readonly block: number;
    readonly derived: string;
    readonly opNode: string;
    readonly differences?: readonly Difference[];
  };
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
  queued: 'being judged',
  uncovered: 'not covered',
  undecided: 'undecided',
  unknown: 'could not be told',
  vanished: 'gone from L1',
};
const LOST = 'The watch does not answer; trying again.';
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
  const [, chain, address] = /^#\/([A-Za-z0-9-]+)\/(0x[0-9a-f]{40})$/.exec(location.hash) ?? [];
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
  const table = element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...head.map((text) => element('th', { scope: 'col' }, text)))),
    element('tbody', {}, ...claims.map((claim) => rowOf(claim))),
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
    ['Took', claim.seconds === null ? '–' : durationOf(claim.seconds)],
  ];
  return element(
    'tr',
    { 'data-key': `${claim.chain}/${claim.address}` },
    ...cells.map(([label, child]) => element('td', { 'data-label': label }, element('span', {}, child))),
  );
}

function claimOf(claim: Details): Node[] {
  const { verdict } = claim;
  const facts: readonly [string, Child][] = [
    ['Verdict', verdictOf(claim)],
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
    ['Took', claim.seconds === null ? null : durationOf(claim.seconds)],
    ['By', claim.worker],
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
    ...segmentsOf(verdict),
    ...(claim.log === null || claim.log === ''
      ? []
      : [element('h2', {}, 'Log'), element('pre', { tabindex: '0', 'aria-label': 'Log' }, claim.log)]),
    element('p', {}, element('a', { href: '#/' }, 'All claims')),
  ];
}

function partingOf(verdict: Verdict | null): Node[] {
  const parts = verdict?.opNodeParts;
  if (parts === undefined) return [];
  const side = (title: string, hash: string, which: 'derived' | 'claimed'): HTMLElement =>
    element(
      'div',
      {},
      element('strong', {}, title),
      element('p', {}, element('code', {}, hash)),
      ...(parts.differences ?? []).map((difference) =>
        element(
          'p',
          {},
          element('span', { class: 'empty' }, `${difference.what} `),
          element('code', {}, difference[which]),
        ),
      ),
    );
  return [
    element('h2', {}, `First block that is another: ${parts.block}`),
    element(
      'div',
      { class: 'sides' },
      side('Derived', parts.derived, 'derived'),
      side('The op-node', parts.opNode, 'claimed'),
    ),
  ];
}

function segmentsOf(verdict: Verdict | null): Node[] {
  const segments = verdict?.segments ?? [];
  if (segments.length === 0) return [];
  const textOf = ({ from, to, answer }: Segment): string => `blocks ${from} to ${to}: ${WORDS[answer] ?? answer}`;
  const items = segments.map((segment) => element('li', { class: segment.answer, title: textOf(segment) }));
  const others = segments.filter(({ answer }) => answer !== 'valid');
  const right = `${segments.length - others.length} of ${segments.length} segments right`;
  const named = others.slice(0, NAMED).map(textOf);
  const more = others.length > NAMED ? [`${others.length - NAMED} more`] : [];
  return [
    element('h2', {}, 'Segments'),
    element('ol', { class: 'timeline', role: 'img', 'aria-label': right }, ...items),
    element('p', {}, [right, ...named, ...more].join('; ')),
  ];
}

function verdictOf({ answer, state }: Summary): HTMLElement {
  const is = answer ?? state;
  return element('span', { class: `verdict ${is}` }, WORDS[is] ?? is);
}

function blocksOf({ startBlock, blockNumber }: Summary): string {
  if (blockNumber === null) return '–';
  return startBlock === null ? `${blockNumber}` : `${startBlock} to ${blockNumber}`;
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
// Ages move on without any event.
setInterval(() => void show(), 30_000);
void show();
