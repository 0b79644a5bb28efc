/** Configurations in JSON with their integers intact: they hold numbers above 2^53, which JSON.parse rounds. */

import { configurationExcess, ExcessError } from './json-excess.js';

export type JsonValue = null | boolean | string | bigint | number | JsonValue[] | JsonObject;
export type JsonObject = { [name: string]: JsonValue };

const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/g;
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;
/** A number that JSON.parse rounds, or may, or one that is no integer. */
const ODD_NUMBER = /\d{16}|\d[.eE]|-0/;
const MARK = '\u0000';

/** Parses JSON; integers become bigint, other numbers number. Throws SyntaxError. */
export function parseJson(text: string): JsonValue {
  const excess = configurationExcess(text);
  if (excess !== undefined) throw new ExcessError(excess);
  // Where a string does not end, one would be looked for from each quote in it to the text's end: hours, of some megabytes.
  JSON.parse(text);
  return parseOwnJson(text);
}

/** The same for a text of ours, which is JSON and holds nothing in excess: a start waits for it. */
export function parseOwnJson(text: string): JsonValue {
  if (!ODD_NUMBER.test(text.replace(STRING, ''))) {
    return JSON.parse(text, (_name, value: JsonValue) =>
      typeof value === 'number' ? BigInt(value) : value,
    ) as JsonValue;
  }
  // The text is JSON: its numbers are carried through a second pass as marked strings.
  const marked = text.replace(STRING_OR_NUMBER, (token) => (token.startsWith('"') ? token : `"\\u0000${token}"`));
  return JSON.parse(marked, (_name, value: JsonValue) =>
    typeof value === 'string' && value.startsWith(MARK) ? numberOf(value.slice(1)) : value,
  ) as JsonValue;
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function numberOf(token: string): bigint | number | string {
  if (/^-?\d+$/.test(token)) return BigInt(token);
  const number = Number(token);
  // A string of the document that begins with U+0000 arrives here as well; it is no number.
  return Number.isNaN(number) || token === '' ? MARK + token : number;
}
