// JSON with exact integers: every number is read as a bigint (RFC 8259; JSON.parse would round 64-bit values).

/** The text is not JSON, or has a number that is not an integer. */
export class ExactJsonError extends Error {
  override readonly name = 'ExactJsonError';
}

/** Parses a JSON text whose numbers are all integers; they become bigints. Throws ExactJsonError. */
export function parseExactJson(text: string): unknown {
  // JSON.parse with source access is not in Node 20: numbers outside of strings are quoted with a mark first.
  try {
    const marked = withMarks(text);
    return JSON.parse(marked, (_, value: unknown) => {
      const digits = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[MARK] : undefined;
      return typeof digits === 'string' ? BigInt(digits) : value;
    });
  } catch (error) {
    const fault = syntaxFault(text);
    if (fault === undefined && error instanceof ExactJsonError) throw error;
    throw new ExactJsonError(`it is not JSON${fault === undefined ? '' : `: ${fault}`}`, { cause: error });
  }
}

/** Why the text itself, without marks, is no JSON; undefined where it is. */
function syntaxFault(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    // V8 shows a piece of the text, whatever that is.
    const message = error instanceof Error ? error.message : String(error);
    return message.replace(/, (?:\.\.\.)?".*$/s, '');
  }
}

const MARK = '#integer';

/** The text with its numbers marked. What lies between quotes is passed over without a regular expression: it may be long. */
function withMarks(text: string): string {
  const parts: string[] = [];
  for (let at = 0; at < text.length;) {
    const quote = text.indexOf('"', at);
    const plain = text.slice(at, quote < 0 ? text.length : quote);
    parts.push(
      plain.replace(/-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g, (token) => {
        if (!/^-?\d+$/.test(token)) throw new ExactJsonError(`${token.slice(0, 40)} is not an integer`);
        return `{"${MARK}":"${token}"}`;
      }),
    );
    if (quote < 0) break;
    const end = stringEnd(text, quote + 1);
    parts.push(text.slice(quote, end));
    at = end;
  }
  return parts.join('');
}

/** Place behind the quote that ends the string whose content begins at `start`; the text's end where there is none. */
function stringEnd(text: string, start: number): number {
  for (let from = start; ;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return text.length;
    let backslashes = 0;
    while (quote - 1 - backslashes >= start && text[quote - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
    from = quote + 1;
  }
}
