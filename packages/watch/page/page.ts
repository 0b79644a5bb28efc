// The page: a live table of claims, and a claim's own view, by the address after the #.
import { type Details, load, type Overview } from './api.js';
import { claimOf } from './claim-view.js';
import { claimsTable } from './claims-table.js';
import { element } from './elements.js';
import { update } from './update.js';

const LOST = 'The watch does not answer; trying again.';
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

/** Said once: what is set again is read aloud again. */
function say(text: string): void {
  if (summary.textContent !== text) summary.textContent = text;
}

function overviewLine({ claims, workers, queue }: Overview): string {
  const count = (is: string): number =>
    claims.filter((claim) => claim.is === is).reduce((sum, claim) => sum + claim.count, 0);
  return `${count('valid')} right, ${count('invalid')} wrong, ${queue.waiting + queue.active} in the queue, ${workers} ${workers === 1 ? 'worker' : 'workers'}`;
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
