// What an answer in JSON holds beyond any that is meant. JSON.parse would take gigabytes for it, and end the process where there
// are none.

/** Shorter texts are parsed in some hundred megabytes whatever they hold. */
const LARGE = 1 << 24;
const MAX_DEPTH = 4096;
const MAX_VALUES = 1 << 24;

/** No configuration has more levels. */
export const CONFIGURATION_LEVELS = 64;

const [QUOTE, COMMA, BACKSLASH] = [0x22, 0x2c, 0x5c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Says of what an answer has too much, or undefined where it can be parsed. */
export function jsonExcess(text: string): string | undefined {
  return text.length < LARGE ? undefined : excessOf(text, MAX_DEPTH);
}

/** The same of a text of any length that may be `levels` deep. */
export function excessOf(text: string, levels: number): string | undefined {
  let depth = 0;
  let values = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = closingQuote(text, at + 1);
      continue;
    }
    if (code === OPEN_LIST || code === OPEN_OBJECT) {
      depth += 1;
      if (depth > levels) return `more than ${levels} levels`;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) {
      depth -= 1;
      continue;
    } else if (code !== COMMA) {
      continue;
    }
    values += 1;
    if (values > MAX_VALUES) return `more than ${MAX_VALUES} values`;
  }
  return undefined;
}

/** Place of the quote that ends the string whose content begins at `start`; the text's end where there is none. */
function closingQuote(text: string, start: number): number {
  for (let from = start; ;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return text.length;
    let backslashes = 0;
    while (quote - 1 - backslashes >= start && text.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return quote;
    from = quote + 1;
  }
}
