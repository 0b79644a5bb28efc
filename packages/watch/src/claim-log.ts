// What a judging process has said: the end of its log, and the segments that it has judged.
import type { FromJudge } from './judge-process.js';
import type { JudgedSegment, Progress } from './progress.js';

/** Characters of a claim's log that are kept: its end. */
const LOG_KEPT = 64 * 1024;

/** What the host says of each request is not kept. */
const KEPT_LEVELS: ReadonlySet<string> = new Set(['info', 'warn', 'error']);

export class ClaimLog {
  #text = '';
  #isNew = false;
  readonly #segments: JudgedSegment[] = [];

  /** Keeps what the message tells people. */
  take(message: FromJudge): void {
    switch (message.kind) {
      case 'line':
        this.#keep(message.line);
        break;
      case 'log':
        if (KEPT_LEVELS.has(message.level))
          this.#keep(`${message.level}: ${message.message}${fieldsOf(message.fields)}`);
        break;
      case 'segment': {
        const { from, to, answer } = message;
        this.#segments.push({ from: Number(from), to: Number(to), answer });
        this.#keep(`blocks ${from} to ${to}: ${answer}`);
        break;
      }
    }
  }

  get progress(): Progress {
    return { log: storable(this.#text), segments: this.#segments };
  }

  /** What there is to see, where that is more than the last time; `again` has it told once more. */
  news(): { progress: Progress | undefined; again: () => void } {
    const progress = this.#isNew ? this.progress : undefined;
    this.#isNew = false;
    return { progress, again: () => (this.#isNew ||= progress !== undefined) };
  }

  #keep(line: string): void {
    this.#text = `${this.#text}${line}\n`.slice(-LOG_KEPT);
    this.#isNew = true;
  }
}

/** Text without what PostgreSQL cannot keep: zeros, as characters or as JSON's escapes. */
export function storable(text: string): string {
  return text.replaceAll('\0', '\ufffd').replaceAll(/(?<!\\)((?:\\\\)*)\\u0000/g, '$1\\ufffd');
}

/** What a line says besides its words, for people. */
function fieldsOf(fields: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(fields).map(([name, value]) => `${name} ${String(value)}`);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}
