// One line at the bottom of the terminal that changes in place; what is told meanwhile is written above it, whole.
import { fstatSync } from 'node:fs';

/** A line that is shown until it is taken away. */
export interface StatusLine {
  /** Shows another text, which is cut to the terminal's width. */
  show(text: string): void;
  remove(): void;
}

const ERASE = '\r\u001b[K';

/** The line that is on the terminal now: there is one at most. */
let shown: { above(write: () => void, isWhole: boolean): void; remove(): void } | undefined;

/** Writes text of the story: above the status line, where there is one. */
export function writeStory(text: string | Uint8Array, stream: NodeJS.WritableStream = process.stderr): void {
  if (text.length === 0) return;
  const isWhole = text.at(-1) === (typeof text === 'string' ? '\n' : 0x0a);
  const write = (): void => void stream.write(text);
  if (shown === undefined) write();
  else shown.above(write, isWhole);
}

/** Takes the status line away, where there is one: before what ends the process is told. */
export function removeStatus(): void {
  shown?.remove();
}

/** A status line on a terminal. A signal that ends the process takes it away first. */
export function statusLine(stream: NodeJS.WriteStream): StatusLine {
  let text = '';
  let isDrawn = false;
  /** Half a line of the story stands where the status would. */
  let isWaiting = false;
  const erase = (): void => {
    if (isDrawn) stream.write(ERASE);
    isDrawn = false;
  };
  const draw = (): void => {
    if (isWaiting || text === '') return;
    stream.write(cut(text, stream.columns ?? 80));
    isDrawn = true;
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    line.remove();
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  const line = {
    above(write: () => void, isWhole: boolean): void {
      erase();
      write();
      isWaiting = !isWhole;
      draw();
    },
    remove(): void {
      if (shown !== line) return;
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
      erase();
      shown = undefined;
    },
  };
  shown = line;
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return {
    show(next) {
      erase();
      text = next;
      draw();
    },
    remove: () => line.remove(),
  };
}

/** A full last column would wrap. */
function cut(text: string, columns: number): string {
  return text.length < columns ? text : `${text.slice(0, Math.max(0, columns - 2))}…`;
}

/**
 * Whether a status line disturbs nobody: stderr is a terminal and so is stdout, or a file. What reads a pipe may write to the
 * same terminal, in the middle of the line.
 */
export function canShowStatus(
  stderr: { readonly isTTY?: boolean } = process.stderr,
  stdout: { readonly isTTY?: boolean } = process.stdout,
  isPipe: () => boolean = stdoutIsPipe,
): boolean {
  if (stderr.isTTY !== true || process.env['TERM'] === 'dumb') return false;
  return stdout.isTTY === true || !isPipe();
}

function stdoutIsPipe(): boolean {
  try {
    const kind = fstatSync(1);
    return kind.isFIFO() || kind.isSocket();
  } catch {
    // A closed stdout disturbs nobody.
    return false;
  }
}
