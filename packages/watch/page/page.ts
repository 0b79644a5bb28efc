// The page: a live table of claims, and a claim's own view, by the address after the #.
import { type Details, load, type Overview } from './api.js';
import { countOf } from './claim-facts.js';
import { claimOf, titleOf } from './claim-view.js';
import { claimsTable } from './claims-table.js';
import { element } from './elements.js';
import { update } from './update.js';

const NAME = document.title;
const LOST = 'The watch does not answer; trying again.';
const main = find('main');
const summary = find('summary');
/** Whether changes are not told of at the moment. */
let isLost = false;
/** What was asked for last: an answer that comes late is of no use. */
let turn = 0;
/** The address whose view is shown. */
let shown: string | undefined;
/** What is there now is being asked for, and something has changed since. */
let isAsking = false;
let hasChanged = false;

function find(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`no #${id}`);
  return found;
}

async function show(): Promise<void> {
  const mine = ++turn;
  const address = location.hash;
  try {
    const overview = await load<Overview>('/api/summary');
    const { title, content } = await viewOf(address, overview);
    if (mine !== turn) return;
    say(isLost ? LOST : overviewLine(overview));
    document.title = title === undefined ? NAME : `${title} – ${NAME}`;
    update(main, content);
    shown = address;
  } catch (error) {
    if (mine !== turn) return;
    const text = error instanceof Error ? error.message : 'No answer.';
    // What is shown already is worth more than what went wrong.
    if (shown === address) say(text);
    else update(main, [element('p', { class: 'empty' }, text)]);
  }
}

async function viewOf(address: string, overview: Overview): Promise<{ title?: string; content: Node[] }> {
  const [, chain, game] = /^#\/([A-Za-z0-9-]+)\/(0x[0-9a-fA-F]{40})$/.exec(address) ?? [];
  if (chain === undefined || game === undefined) return { content: await claimsTable(overview) };
  const claim = await load<Details>(`/api/claims/${chain}/${game}`);
  return { title: titleOf(claim), content: claimOf(claim) };
}

/** Shows what is there now; what changes meanwhile is asked for afterwards, however quickly one change follows the other. */
async function refresh(): Promise<void> {
  hasChanged = true;
  if (isAsking) return;
  isAsking = true;
  try {
    while (hasChanged) {
      hasChanged = false;
      await show();
    }
  } finally {
    isAsking = false;
  }
}

/** Said once: what is set again is read aloud again. */
function say(text: string): void {
  if (summary.textContent !== text) summary.textContent = text;
}

function overviewLine({ workers, queue, ...overview }: Overview): string {
  return `${countOf(overview, 'valid')} right, ${countOf(overview, 'invalid')} wrong, ${queue.waiting + queue.active} in the queue, ${workers} ${workers === 1 ? 'worker' : 'workers'}`;
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
    void refresh();
  });
  events.addEventListener('error', () => {
    isLost = true;
    say(LOST);
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, 2000);
  });
}

listen();
// Ages and what is at work move on without any event.
setInterval(() => void refresh(), 10_000);
void refresh();
