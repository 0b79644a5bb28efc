// JSON with exact integers: every number is read as a bigint (RFC 8259; JSON.parse would round 64-bit values).

/** The text is not JSON, or has a number that is not an integer. */
export class ExactJsonError extends Error {
  override readonly name = 'ExactJsonError';
}

/** The text holds more than any that is meant: it was not parsed. */
class ExcessError extends ExactJsonError {}

/**
 * Parses a JSON text of at most `mostValues` values, with strings of at most `mostString` characters as they are written, whose
 * numbers are all integers: these become bigints. Throws ExactJsonError.
 */
export function parseExactJson(text: string, mostValues: number, mostString = Infinity): unknown {
  // JSON.parse with source access is not in Node 20: numbers outside of strings are quoted with a mark first.
  try {
    count(text, mostValues, mostString);
    const marked = withMarks(text);
    return JSON.parse(marked, (_, value: unknown) => {
      const digits = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[MARK] : undefined;
      return typeof digits === 'string' ? BigInt(digits) : value;
    });
  } catch (error) {
    if (error instanceof ExcessError) throw error;
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
const [QUOTE, COMMA, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x22, 0x2c, 0x5b, 0x5d, 0x7b, 0x7d];
/** No file that is meant is as deep; JSON.parse would take gigabytes for others before it refuses them. */
const MAX_DEPTH = 64;
const MAX_KEY = 1024;
/** Making an integer of its digits takes time with their square. */
const MAX_DIGITS = 100;

/** Throws ExcessError for more than there may be, before anything is made of it. */
function count(text: string, mostValues: number, mostString: number): void {
  let depth = 0;
  let values = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = stringEnd(text, at + 1);
      const length = end - at - 2;
      if (length > mostString) throw new ExcessError(`it has a string of more than ${mostString} characters`);
      if (length > MAX_KEY && isKeyBefore(text, end))
        throw new ExcessError(`it has a key of more than ${MAX_KEY} characters`);
      at = end - 1;
      continue;
    }
    if (code === OPEN_LIST || code === OPEN_OBJECT) {
      depth += 1;
      if (depth > MAX_DEPTH) throw new ExcessError(`it has more than ${MAX_DEPTH} levels`);
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth -= 1;
    else if (code !== COMMA) continue;
    values += 1;
    if (values > mostValues) throw new ExcessError(`it holds more than ${mostValues} values`);
  }
}

/** Whether the string before this place is a key. */
function isKeyBefore(text: string, at: number): boolean {
  let next = at;
  while (/[ \t\r\n]/.test(text.charAt(next))) next += 1;
  return text[next] === ':';
}

/** The text with its numbers marked. What lies between quotes is passed over without a regular expression: it may be long. */
function withMarks(text: string): string {
  const parts: string[] = [];
  for (let at = 0; at < text.length;) {
    const quote = text.indexOf('"', at);
    parts.push(
      text.slice(at, quote < 0 ? text.length : quote).replace(/-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g, (token) => {
        if (token.length > MAX_DIGITS) throw new ExcessError(`it has a number of ${token.length} digits`);
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
