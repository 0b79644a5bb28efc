// How a command that failed says so: one line per error, from the outermost to its cause, on stderr.
import { writeSync } from 'node:fs';
import { messagesOf } from '@obelisc/claims/messages';
export { fileFault } from '@obelisc/host/file-fault';
import { hasAnswered } from './answer.js';
import { booleanOf } from './flag-words.js';

/** An error in what the user asked for: the message names the flag or file and the next step. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Told by its code: op-program, which begins often, does not load Commander. */
function isCommanders(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('commander.');
}

/** How a command tells of its failure: for people on stderr, for scripts that asked for --json as an object on stdout. */
export class FailureReport {
  readonly #debug: boolean;
  #json: boolean;

  constructor(
    private readonly command: string,
    args: readonly string[],
  ) {
    const end = args.indexOf('--');
    const own = end < 0 ? args : args.slice(0, end);
    this.#debug = own.includes('--debug');
    this.#json = command === 'obelisc' && asksForJson(own);
  }

  /** Whether an object is still to be written. */
  get owesObject(): boolean {
    return this.#json && !hasAnswered();
  }

  /**
   * Writes `command: message` and the causes, with --debug the stack as well; Commander has told of its own errors already.
   * There is one object, the answer's where that came first, however many things fail. Never throws: a stream that is broken can't be told of on itself.
   */
  write(error: unknown): void {
    const messages = messagesOf(error).map((message) => message.replace(/^error: /, ''));
    const [first = 'unknown error', ...causes] = messages;
    if (!isCommanders(error))
      writeNow(2, `${this.command}: ${first}\n${causes.map((cause) => `  because: ${cause}\n`).join('')}`);
    if (this.#debug && error instanceof Error) writeNow(2, `${error.stack}\n`);
    if (this.owesObject) {
      this.#json = false;
      writeNow(1, `${JSON.stringify({ answer: 'unknown', error: first, ...(causes.length > 0 && { causes }) })}\n`);
    }
  }
}

/** Whether scripts read the result, by the flag or its variable: known before any flag is looked at. */
function asksForJson(args: readonly string[]): boolean {
  const given = args.findLast((arg) => arg === '--json' || arg.startsWith('--json='));
  if (given !== undefined) return booleanOf(given.slice('--json='.length) || 'true') !== false;
  return booleanOf(process.env['OBELISC_JSON'] ?? '') === true;
}

/** Milliseconds that a reader may take until it takes more. */
const PATIENCE = 2000;

/** Writes past the stream, which may be what is broken, before the process ends. */
function writeNow(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  const deadline = Date.now() + PATIENCE;
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      const isFull = error instanceof Error && 'code' in error && error.code === 'EAGAIN';
      if (!isFull || Date.now() > deadline) return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}
