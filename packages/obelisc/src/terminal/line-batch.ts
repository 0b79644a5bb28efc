// Lines of a log in few large writes: one at a time, a flood of them costs a system call each.

/** Characters after which it is written at once. */
const FULL = 1 << 16;

/** Lines that wait to be written, each before the next turn of the event loop is over, and all in their order. */
export class LineBatch {
  #lines = '';
  #isAwaited = false;

  constructor(private readonly out: (text: string) => void) {}

  write(text: string): void {
    this.#lines += text;
    if (this.#lines.length >= FULL) this.flush();
    else if (!this.#isAwaited) {
      this.#isAwaited = true;
      setImmediate(() => {
        this.#isAwaited = false;
        this.flush();
      });
    }
  }

  /** Writes what waits: before somebody else writes to the same place, or waits for what he was told. */
  flush(): void {
    const lines = this.#lines;
    if (lines === '') return;
    this.#lines = '';
    this.out(lines);
  }
}

/** What a command tells on stderr. */
const stderr = new LineBatch((text) => void process.stderr.write(text));
process.on('exit', () => stderr.flush());

/** Writes to stderr, soon. */
export function tell(text: string): void {
  stderr.write(text);
}

/** Has what was told before be written now. */
export function flushTold(): void {
  stderr.flush();
}
