// Reads what `asterisc run` logs: logfmt records on stderr.
import type { Progress } from '../terminal/progress.js';

/** The progress that an info line (`msg=processing`) reports, or undefined for any other line. */
export function parseInfoLine(line: string): Progress | undefined {
  const fields = parseLogfmt(line);
  if (fields.get('msg') !== 'processing') return undefined;
  return {
    step: BigInt(fields.get('step') ?? 0),
    rate: Number(fields.get('ips') ?? 0),
    symbol: fields.get('name') ?? '',
  };
}

/** The guest's output that a line passes on in its `text` field, or undefined. */
export function textOf(line: string): string | undefined {
  const text = parseLogfmt(line).get('text');
  return text?.trimEnd();
}

/** The fields of one logfmt record; a value in quotes is unescaped as Go's `%q` writes it. */
export function parseLogfmt(line: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const [, key = '', quoted, plain = ''] of line.matchAll(/([^\s=]+)=(?:("(?:[^"\\]|\\.)*")|(\S*))/g)) {
    fields.set(key, quoted === undefined ? plain : unquote(quoted));
  }
  return fields;
}

function unquote(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    // Go escapes a few bytes in ways that JSON has no word for (\x07, \a): those are shown as written.
    return quoted.slice(1, -1);
  }
}
