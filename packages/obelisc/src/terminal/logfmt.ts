// Logfmt, written: `t=… lvl=… msg=… key=value`, as geth's log package and with it the reference's commands write it, by Go's
// log/slog. All commands' logs are written here.

export type LogfmtFields = Readonly<Record<string, string | number | bigint | boolean>>;

/** One record, without the end of its line; `stamp` is the time as `secondsOf` or `millisecondsOf` has it, if it is to bear one. */
export function logfmtLine(stamp: string | undefined, level: string, message: string, fields: LogfmtFields): string {
  const head = stamp === undefined ? [] : [`t=${stamp}`];
  return [...head, `lvl=${level}`, `msg=${quoted(message)}`, ...logfmtPairs(fields)].join(' ');
}

/** `key=value` for each field. */
export function logfmtPairs(fields: LogfmtFields): string[] {
  return Object.entries(fields).map(([name, value]) => `${name}=${quoted(String(value))}`);
}

/** UTC in whole seconds: `2024-10-08T15:31:26+0000`. */
export function secondsOf(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, '+0000');
}

/** UTC in milliseconds: `2024-10-08T15:31:26.117+0000`. */
export function millisecondsOf(time: Date): string {
  return time.toISOString().replace('Z', '+0000');
}

/** What Go calls printable, but for the blank: letters, marks, numbers, punctuation, symbols. */
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u;
const ESCAPES: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
};

/** The text where a reader of logfmt takes it for one word; else in quotes, as Go's strconv.Quote has it. */
function quoted(text: string): string {
  // Nearly all that is logged: ASCII but for controls, blank, quote and equals sign.
  if (/^[!#-<>-\x7f]+$/.test(text)) return text;
  const characters = [...text];
  if (characters.length > 0 && characters.every(isPlain)) return text;
  return `"${characters.map(escaped).join('')}"`;
}

/** slog's needsQuoting: DEL passes there, as JSON has no need to escape it; U+FFFD may stand for bytes that are no UTF-8. */
function isPlain(character: string): boolean {
  if (character === '\u007f') return true;
  return !/["=\ufffd]/.test(character) && PRINTABLE.test(character);
}

function escaped(character: string): string {
  const escape = ESCAPES[character];
  if (escape !== undefined) return escape;
  if (character === ' ' || PRINTABLE.test(character) || character === '\ufffd') return character;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code >= 0xd800 && code < 0xe000) return '\ufffd';
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
}
