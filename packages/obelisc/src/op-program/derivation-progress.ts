// How far a derivation is: read from what the client says, and asked of the host that answers it.
import type { GatheringProgress, Host, Share } from '@obelisc/host';
import { parseLogfmt } from '@obelisc/program';
import type { ProgressDisplay } from '../terminal/progress.js';

/** Milliseconds between looks at the counts: also while the client waits and says nothing. */
const INTERVAL = 250;
/** Milliseconds of derivation before it is said how long the rest will take. */
const SOON = 3_000;

/** First, last and present block of a chain, as far as it is told. */
interface Span {
  first: bigint | undefined;
  now: bigint | undefined;
  last: bigint | undefined;
}

/** What a host tells of its work. */
export type GatheringSource = Pick<Host, 'progress' | 'preimages'>;

/** Follows one run of the client. */
export class DerivationProgress {
  readonly #l1: Span = { first: undefined, now: undefined, last: undefined };
  readonly #l2: Span = { first: undefined, now: undefined, last: undefined };
  readonly #start: number;
  #begun: number | undefined;

  constructor(
    private readonly host?: GatheringSource,
    private readonly clock: () => number = () => performance.now(),
  ) {
    this.#start = clock();
  }

  /** Takes a line of the client's log. */
  see(line: string): void {
    if (!line.startsWith('lvl=')) return;
    const fields = parseLogfmt(line);
    const number = (name: string): bigint | undefined => {
      const text = fields.get(name) ?? '';
      return /^\d+$/.test(text) ? BigInt(text) : undefined;
    };
    switch (fields.get('msg')) {
      case 'Bootstrapped':
        this.#l2.last = number('block');
        break;
      case 'L1 head loaded':
        this.#l1.last = number('number');
        break;
      case 'Loaded L2 head':
        this.#l2.first = this.#l2.now = number('number');
        break;
      case 'Starting derivation':
        this.#begun = this.clock();
        break;
      case 'Advancing bq origin':
        this.#l1.now = number('origin');
        this.#l1.first ??= this.#l1.now;
        break;
      case 'Derived safe block':
        this.#l2.now = number('number');
        break;
    }
  }

  /** Shows itself until the function that it returns is called. */
  showOn(display: ProgressDisplay): () => void {
    const timer = setInterval(() => display.update(() => this.text()), INTERVAL);
    timer.unref();
    return () => {
      clearInterval(timer);
      display.stop();
    };
  }

  /** One line; what matters most stands first, since a narrow terminal cuts it. */
  text(): string {
    const gathering = this.host?.progress();
    return [
      ...this.places(),
      ...this.timeLeft(),
      ...this.#preimages(),
      ...(gathering === undefined ? [] : gathered(gathering)),
    ].join(', ');
  }

  /** Which blocks it is at, of how many. */
  places(): string[] {
    return [...placeIn('L1', this.#l1), ...placeIn('L2', this.#l2)];
  }

  #preimages(): string[] {
    const count = this.host?.preimages() ?? 0;
    const seconds = (this.clock() - this.#start) / 1000;
    const rate = seconds >= 1 ? ` (${Math.round(count / seconds)}/s)` : '';
    return count === 0 ? [] : [`${count.toLocaleString('en')} pre-images${rate}`];
  }

  /** The blocks that were derived took so long: the rest at the same pace. */
  timeLeft(): string[] {
    const { first, now, last } = this.#l2;
    if (this.#begun === undefined || first === undefined || now === undefined || last === undefined) return [];
    const elapsed = this.clock() - this.#begun;
    if (elapsed < SOON || now <= first || now >= last) return [];
    const left = (elapsed * Number(last - now)) / Number(now - first);
    return [`about ${duration(left)} left`];
  }
}

/** What was fetched ahead of the program, and what it waits for. */
function gathered({ l1Blocks, l2Blocks, blobs, waitingFor, inFlight }: GatheringProgress): string[] {
  const shares = { 'L1 blocks': l1Blocks, 'L2 blocks': l2Blocks, blobs } satisfies Record<string, Share>;
  const fetched = Object.entries(shares).flatMap(([name, { done, total }]) =>
    total === 0 ? [] : [`${done} of ${total} ${name}`],
  );
  return [
    ...(fetched.length === 0 ? [] : [`fetched ${fetched.join(' and ')}`]),
    ...(waitingFor === undefined
      ? []
      : [`waiting for ${waitingFor} (${inFlight} ${inFlight === 1 ? 'request' : 'requests'})`]),
  ];
}

function placeIn(chain: string, { now, last }: Span): string[] {
  if (last === undefined) return [];
  return [now === undefined ? `${chain} up to block ${last}` : `${chain} block ${now} of ${last}`];
}

/** `45 s`, `3 min`, `1 h 20 min`, `5 days`. */
export function duration(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.round(hours / 24)} days`;
}
