// The page: a live table of claims, and a claim's own view. All text goes into the document as text, never as markup.

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
  vanished: 'gone from L1',
};
const FILTERS = ['', 'invalid', 'valid', 'queued', 'undecided', 'uncovered'];

const main = find('main');
const summary = find('summary');
let filter = '';
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
        ? tableOf(await load<Summary[]>(`/api/claims?limit=200${filter === '' ? '' : `&is=${filter}`}`))
        : claimOf(await load<Details>(`/api/claims/${chain}/${address}`));
    if (mine !== turn) return;
    summary.textContent = overviewLine(overview);
    main.replaceChildren(...content);
  } catch (error) {
    if (mine === turn)
      main.replaceChildren(element('p', { class: 'empty' }, error instanceof Error ? error.message : String(error)));
  }
}

function overviewLine({ claims, workers, queue }: Overview): string {
  const count = (is: string): number =>
    claims.filter((claim) => claim.is === is).reduce((sum, claim) => sum + claim.count, 0);
  return `${count('valid')} right, ${count('invalid')} wrong, ${queue.waiting + queue.active} in the queue, ${workers} ${workers === 1 ? 'worker' : 'workers'}`;
}

function tableOf(claims: readonly Summary[]): Node[] {
  const buttons = FILTERS.map((is) => {
    const button = element(
      'button',
      { type: 'button', 'aria-pressed': String(is === filter) },
      is === '' ? 'all' : (WORDS[is] ?? is),
    );
    button.addEventListener('click', () => {
      filter = is;
      void show();
    });
    return button;
  });
  const head = ['Verdict', 'Game', 'Blocks', 'Proposer', 'Age', 'Clock left', 'Took'];
  const table = element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...head.map((text) => element('th', { scope: 'col' }, text)))),
    element('tbody', {}, ...claims.map((claim) => rowOf(claim))),
  );
  const none = element('p', { class: 'empty' }, 'No claims yet.');
  return [element('nav', { 'aria-label': 'Which claims' }, ...buttons), claims.length === 0 ? none : table];
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
    {},
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
  const items = segments.map(({ from, to, answer }) => {
    const text = `blocks ${from} to ${to}: ${WORDS[answer] ?? answer}`;
    return element('li', { class: answer, title: text, role: 'img', 'aria-label': text });
  });
  return [element('h2', {}, `${segments.length} segments`), element('ol', { class: 'timeline' }, ...items)];
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
  void show().then(() => main.focus());
});
const events = new EventSource('/api/events');
events.addEventListener('change', () => void show());
events.addEventListener('error', () => {
  summary.textContent = 'The watch does not answer; trying again.';
});
// Ages move on without any event.
setInterval(() => void show(), 30_000);
void show();
