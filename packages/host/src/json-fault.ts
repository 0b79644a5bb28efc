/** Why a text is no JSON, and where: by line and column, as an editor counts them. */

import { ExcessError, excessOf } from './json-excess.js';

/** Texts up to this length are parsed again to find the place. */
const SEARCHED = 1 << 24;

/** The end of a sentence that begins with the file's name. `error` is what reading it has thrown. */
export function jsonFault(text: string, error: unknown): string {
  const thrown = error instanceof Error ? error.message : String(error);
  if (text.startsWith('\ufeff')) return 'is not JSON: it begins with a byte order mark; save it as UTF-8 without one';
  if (text.startsWith('\ufffd\ufffd') || text.startsWith('\0')) return 'is not JSON: it is no text in UTF-8';
  if (text.length < 1 << 16 && text.trim() === '') return 'is empty';
  if (error instanceof ExcessError) return `has ${error.excess}`;
  const found = text.length > SEARCHED || excessOf(text) !== undefined ? undefined : syntaxError(text);
  // What a stricter reader has thrown, of JSON that is well formed.
  if (found === undefined) return `is not JSON: ${thrown}`;
  const place = placeOf(text, found);
  const why = found
    .replace(/ in JSON at position \d+.*$/s, '')
    .replace(/, (?:\.\.\.)?".*"(?:\.\.\.)? is not valid JSON$/s, '')
    .replace(/ at position \d+.*$/s, '');
  return place === undefined
    ? 'is not JSON: it ends in the middle'
    : `is not JSON: line ${place.line}, column ${place.column}: ${why}`;
}

function syntaxError(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Where the text is wrong; undefined where it is not, but ends too early. */
function placeOf(text: string, message: string): { line: number; column: number } | undefined {
  const told = positionIn(message);
  const position = told ?? (isTruncation(message, text.length) ? text.length : search(text));
  if (position >= text.trimEnd().length) return undefined;
  const before = text.slice(0, position).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

function positionIn(message: string): number | undefined {
  const [, position] = /at position (\d+)/.exec(message) ?? [];
  return position === undefined ? undefined : Number(position);
}

/** Whether a beginning of the text of this length is wrong only in that it ends. */
function isTruncation(message: string | undefined, length: number): boolean {
  if (message === undefined || message.startsWith('Unexpected end of') || message.startsWith('Unterminated string'))
    return true;
  const position = positionIn(message);
  return position !== undefined && position >= length;
}

/** The end of the longest beginning that could go on well: some errors of V8 do not tell their place. */
function search(text: string): number {
  let [good, bad] = [0, text.length];
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    if (isTruncation(syntaxError(text.slice(0, middle)), middle)) good = middle;
    else bad = middle;
  }
  return good;
}
