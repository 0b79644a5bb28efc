// The machine's progress: a bar on a terminal, a line now and then where stderr is a file or a pipe.
import cliProgress from 'cli-progress';

/** One report of a running machine. */
export interface Progress {
  /** Steps done so far. */
  readonly step: bigint;
  /** Steps per second since the report before. */
  readonly rate: number;
  /** The guest's function that the machine is in. */
  readonly symbol: string;
}

/** Seconds between plain lines. */
const LINE_INTERVAL = 5;

/** Something that shows reports; `stop` leaves the terminal as it was. */
export interface ProgressDisplay {
  update(progress: Progress): void;
  stop(): void;
}

/** A display on stderr. The number of steps to come is not known, so the bar shows pace and place, not a share. */
export function progressDisplay(stream: NodeJS.WriteStream = process.stderr): ProgressDisplay {
  return stream.isTTY ? barDisplay(stream) : lineDisplay(stream);
}

/** The bar that is on the terminal now. */
let bar: { clear(): void } | undefined;

/** Writes lines of the story to stderr: above the bar, where there is one. */
export function writeStory(text: string, stream: NodeJS.WritableStream = process.stderr): void {
  bar?.clear();
  stream.write(text);
}

/** `1234567890n` as `1,234.6 M`. */
export function formatSteps(steps: bigint): string {
  return `${(Number(steps) / 1e6).toLocaleString('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 })} M`;
}

function barDisplay(stream: NodeJS.WriteStream): ProgressDisplay {
  const single = new cliProgress.SingleBar({
    stream,
    format: '  {steps} steps  {rate} M steps/s  {symbol}',
    hideCursor: true,
    clearOnComplete: true,
    linewrap: false,
  });
  single.start(1, 0, { steps: '0', rate: '0', symbol: '' });
  // It draws itself anew at the next report.
  bar = { clear: () => void stream.write('\r\u001b[K') };
  return {
    update: ({ step, rate, symbol }) =>
      single.update(0, { steps: formatSteps(step), rate: (rate / 1e6).toFixed(0), symbol: symbol.slice(0, 60) }),
    stop: () => {
      bar = undefined;
      single.stop();
    },
  };
}

function lineDisplay(stream: NodeJS.WriteStream): ProgressDisplay {
  let last = performance.now();
  return {
    update: ({ step, rate, symbol }) => {
      const now = performance.now();
      if (now - last < LINE_INTERVAL * 1000) return;
      last = now;
      stream.write(`  ${formatSteps(step)} steps, ${(rate / 1e6).toFixed(0)} M steps/s, in ${symbol}\n`);
    },
    stop: () => {},
  };
}
