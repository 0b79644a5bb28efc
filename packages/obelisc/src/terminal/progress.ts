// Progress of what takes long: a line at the bottom of a terminal, elsewhere a plain line every few seconds.
import { canShowStatus, statusLine, writeStory } from './status-line.js';

/** Something that shows how far a task is; `stop` leaves the terminal as it was. */
export interface ProgressDisplay {
  /** `text` is asked for only when it is shown. */
  update(text: () => string): void;
  stop(): void;
}

/** Milliseconds between plain lines. */
const LINE_INTERVAL = 5_000;
/** Milliseconds between changes on a terminal. */
const DRAW_INTERVAL = 100;

const noDisplay: ProgressDisplay = { update: () => undefined, stop: () => undefined };

/** A display on stderr, or none. */
export function progressDisplay(isWanted = true, stream: NodeJS.WriteStream = process.stderr): ProgressDisplay {
  if (!isWanted) return noDisplay;
  return canShowStatus(stream) ? onTerminal(stream) : inLines(stream);
}

function onTerminal(stream: NodeJS.WriteStream): ProgressDisplay {
  const line = statusLine(stream);
  const isDue = every(DRAW_INTERVAL, 0);
  return {
    update: (text) => {
      if (isDue()) line.show(`  ${text()}`);
    },
    stop: () => line.remove(),
  };
}

function inLines(stream: NodeJS.WriteStream): ProgressDisplay {
  const isDue = every(LINE_INTERVAL);
  return {
    update: (text) => {
      if (isDue()) writeStory(`  ${text()}\n`, stream);
    },
    stop: () => undefined,
  };
}

/** Whether it is time again; the first time after `first` milliseconds. */
function every(interval: number, first = interval): () => boolean {
  let next = performance.now() + first;
  return () => {
    const now = performance.now();
    if (now < next) return false;
    next = now + interval;
    return true;
  };
}
