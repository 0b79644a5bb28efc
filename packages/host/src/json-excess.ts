// What an answer in JSON holds beyond any that is meant. JSON.parse would take gigabytes for it, and end the process where there
// are none.

/** Shorter texts are parsed in some hundred megabytes whatever they hold. */
const LARGE = 1 << 24;
const MAX_DEPTH = 4096;
const MAX_VALUES = 1 << 24;
/** Fields of objects that have more than some: each of their names is kept, at a microsecond and 180 bytes. */
const WIDE = 1024;
const MAX_WIDE = 1 << 20;

/**
 * No configuration has more levels, values, characters of a field's name or of a string (of millions of escapes a regular expression
 * comes to the end of the stack), digits of a number, or bytes.
 */
const CONFIGURATION = { levels: 64, values: 1 << 16, name: 1024, string: 1 << 20, digits: 400, length: 1 << 24 };

const [QUOTE, COMMA, BACKSLASH] = [0x22, 0x2c, 0x5c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Says of what an answer has too much, or undefined where it can be parsed. */
export function jsonExcess(text: string): string | undefined {
  return text.length < LARGE ? undefined : excessOf(text);
}

/** A configuration that was not parsed for what it has too much or twice. */
export class ExcessError extends SyntaxError {
  override readonly name = 'ExcessError';
  constructor(readonly excess: string) {
    super(`it has ${excess}`);
  }
}

/** Of what a configuration has too much, or which of its fields it has twice; undefined where it can be parsed. */
export function configurationExcess(text: string): string | undefined {
  const { levels, values, name: longest, string, digits, length } = CONFIGURATION;
  if (text.length > length) return `more than ${length >> 20} MiB`;
  // By level the names of an object's fields; undefined for a list.
  const open: (Set<string> | undefined)[] = [];
  let isName = false;
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = closingQuote(text, at + 1);
      if (isName) {
        if (end - at > longest) return `a field whose name has more than ${longest} characters`;
        const names = open.at(-1);
        const name = nameOf(text.slice(at, end + 1));
        if (names?.has(name) === true) return `the field ${JSON.stringify(name)} twice`;
        names?.add(name);
        isName = false;
      }
      if (end - at > string) return `a string of more than ${string} characters`;
      at = end;
    } else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      if (open.push(code === OPEN_OBJECT ? new Set() : undefined) > levels) return `more than ${levels} levels`;
      isName = code === OPEN_OBJECT;
      count += 1;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) {
      open.pop();
      isName = false;
    } else if (code === COMMA) {
      isName = open.at(-1) !== undefined;
      count += 1;
    } else if (isDigit(code)) {
      const start = at;
      while (isDigit(text.charCodeAt(at + 1))) at += 1;
      if (at - start >= digits) return `a number of more than ${digits} digits`;
    }
    if (count > values) return `more than ${values} values`;
  }
  return undefined;
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** What a field's name between quotes says; as it stands where it is no JSON, which whoever parses the text will see. */
function nameOf(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted;
  }
}

/** The same of a text of any length. */
export function excessOf(text: string): string | undefined {
  // By level how many fields an object has; -1 for a list.
  const open: number[] = [];
  let values = 0;
  let wide = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = closingQuote(text, at + 1);
      continue;
    }
    if (code === OPEN_LIST || code === OPEN_OBJECT) {
      if (open.push(code === OPEN_OBJECT ? 0 : -1) > MAX_DEPTH) return `more than ${MAX_DEPTH} levels`;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) {
      open.pop();
      continue;
    } else if (code === COMMA) {
      const last = open.length - 1;
      const fields = open[last] ?? -1;
      if (fields >= 0) open[last] = fields + 1;
      if (fields > WIDE) wide += 1;
      if (wide > MAX_WIDE) return `objects of more than ${MAX_WIDE} fields`;
    } else {
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
