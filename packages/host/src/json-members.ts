/**
 * Members of a large JSON document, without parsing the rest of it: a genesis file holds a configuration of a kilobyte beside
 * ten megabytes of accounts, which take a third of a second to parse.
 */
import { loadWasm } from './wasm-module.js';

/** Most bytes of a field's name, and fields: no genesis file has more. */
const LONGEST_NAME = 1024;
const MOST_FIELDS = 4096;

const SPACE = [0x20, 0x09, 0x0a, 0x0d];
const [QUOTE, BACKSLASH, COLON, COMMA] = [0x22, 0x5c, 0x3a, 0x2c];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d];
const SCALAR_ENDS = [...SPACE, COMMA, CLOSE_OBJECT, CLOSE_LIST];

/**
 * The JSON text of those top-level members of `document` (UTF-8) that `names` names; undefined where the document is no object.
 * What is passed over is checked for its strings' and brackets' ends alone. Throws SyntaxError, also for a name that occurs twice.
 */
export function topLevelMembers(document: Uint8Array, names: readonly string[]): Map<string, string> | undefined {
  const found = new Map<string, string>();
  let at = afterSpace(document, 0);
  if (document[at] !== OPEN_OBJECT) return undefined;
  at = afterSpace(document, at + 1);
  for (let fields = 0; document[at] !== CLOSE_OBJECT || fields > 0; fields++) {
    if (fields === MOST_FIELDS) throw new SyntaxError(`it has more than ${MOST_FIELDS} fields`);
    const nameEnd = afterString(document, at);
    if (nameEnd - at > LONGEST_NAME) throw new SyntaxError(`a name at byte ${at} is longer than ${LONGEST_NAME} bytes`);
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
  const content = after(document, start, QUOTE);
  for (let from = content; ;) {
    const quote = document.indexOf(QUOTE, from);
    if (quote < 0) throw unexpected(document, document.length);
    let backslashes = 0;
    while (quote - 1 - backslashes >= content && document[quote - 1 - backslashes] === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
    from = quote + 1;
  }
}

/** The place behind the value that begins at `start`. */
function afterValue(document: Uint8Array, start: number): number {
  const first = document[start];
  if (first === QUOTE) return afterString(document, start);
  if (first !== OPEN_OBJECT && first !== OPEN_LIST) return afterScalar(document, start);
  passer ??= loadWasm<Passer>('json-value');
  const { begin, came, input, memory, mostLevels, pass, pieceLength } = passer;
  const piece = new Uint8Array(memory.buffer, input(), pieceLength());
  begin();
  for (let at = start; at < document.length; at += piece.length) {
    const part = document.subarray(at, at + piece.length);
    piece.set(part);
    const stopped = at + pass(part.length);
    const how = came();
    if (how === CAME.toEnd) return stopped;
    if (how === CAME.upon) throw unexpected(document, stopped);
    if (how === CAME.tooDeep) throw new SyntaxError(`it has more than ${mostLevels()} levels`);
  }
  throw unexpected(document, document.length);
}

/** assembly/json-value.ts, which passes over objects and lists. */
type Passer = {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly input: () => number;
  readonly pieceLength: () => number;
  readonly mostLevels: () => number;
  readonly begin: () => void;
  readonly pass: (length: number) => number;
  readonly came: () => number;
};
const CAME = { toEnd: 1, upon: 2, tooDeep: 3 } as const;
let passer: Passer | undefined;

/** The place behind a number, true, false or null; whoever reads it sees which. */
function afterScalar(document: Uint8Array, start: number): number {
  let at = start;
  while (at < document.length && !SCALAR_ENDS.includes(document[at] ?? 0)) at += 1;
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
