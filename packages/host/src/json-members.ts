/**
 * Members of a large JSON document, without parsing the rest of it: a genesis file holds a configuration of a kilobyte beside
 * ten megabytes of accounts, which take a third of a second to parse.
 */

const SPACE = [0x20, 0x09, 0x0a, 0x0d];
const [QUOTE, BACKSLASH, COLON, COMMA] = [0x22, 0x5c, 0x3a, 0x2c];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d];

/**
 * The JSON text of those top-level members of `document` (UTF-8) that `names` names; undefined where the document is no object.
 * What is passed over is checked for its strings' and brackets' ends alone. Throws SyntaxError, also for a name that occurs twice.
 */
export function topLevelMembers(document: Uint8Array, names: readonly string[]): Map<string, string> | undefined {
  const found = new Map<string, string>();
  let at = afterSpace(document, 0);
  if (document[at] !== OPEN_OBJECT) return undefined;
  at = afterSpace(document, at + 1);
  for (let isFirst = true; document[at] !== CLOSE_OBJECT || !isFirst; isFirst = false) {
    const nameEnd = afterString(document, at);
    const name = JSON.parse(textOf(document, at, nameEnd)) as string;
    const start = afterSpace(document, after(document, afterSpace(document, nameEnd), COLON));
    const end = afterValue(document, start);
    if (names.includes(name)) {
      if (found.has(name)) throw new SyntaxError(`its field ${JSON.stringify(name)} stands there twice`);
      found.set(name, textOf(document, start, end));
    }
    at = afterSpace(document, end);
    if (document[at] === CLOSE_OBJECT) break;
    at = afterSpace(document, after(document, at, COMMA));
  }
  at = afterSpace(document, at + 1);
  if (at < document.length) throw unexpected(document, at);
  return found;
}

function afterSpace(document: Uint8Array, from: number): number {
  let at = from;
  while (SPACE.includes(document[at] ?? 0)) at += 1;
  return at;
}

function after(document: Uint8Array, at: number, expected: number): number {
  if (document[at] !== expected) throw unexpected(document, at);
  return at + 1;
}

/** The place behind the string that begins at `start`. */
function afterString(document: Uint8Array, start: number): number {
  let at = after(document, start, QUOTE);
  for (; at < document.length; at++) {
    const byte = document[at];
    if (byte === QUOTE) return at + 1;
    if (byte === BACKSLASH) at += 1;
  }
  throw unexpected(document, at);
}

/** The place behind the value that begins at `start`. */
function afterValue(document: Uint8Array, start: number): number {
  const closers: number[] = [];
  let at = start;
  while (at < document.length) {
    const byte = document[at];
    switch (byte) {
      case QUOTE:
        at = afterString(document, at);
        break;
      case OPEN_OBJECT:
      case OPEN_LIST:
        closers.push(byte === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_LIST);
        at += 1;
        break;
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        if (closers.pop() !== byte) throw unexpected(document, at);
        at += 1;
        break;
      default:
        at = closers.length === 0 ? afterScalar(document, at) : at + 1;
    }
    if (closers.length === 0) return at;
  }
  throw unexpected(document, at);
}

/** The place behind a number, true, false or null; whoever reads it sees which. */
function afterScalar(document: Uint8Array, start: number): number {
  let at = start;
  while (at < document.length && ![...SPACE, COMMA, CLOSE_OBJECT, CLOSE_LIST].includes(document[at] ?? 0)) at += 1;
  if (at === start) throw unexpected(document, at);
  return at;
}

function textOf(document: Uint8Array, start: number, end: number): string {
  return Buffer.from(document.buffer, document.byteOffset + start, end - start).toString('utf8');
}

function unexpected(document: Uint8Array, at: number): SyntaxError {
  if (at >= document.length) return new SyntaxError('it ends in the middle');
  return new SyntaxError(`unexpected ${JSON.stringify(String.fromCharCode(document[at] ?? 0))} at byte ${at}`);
}
