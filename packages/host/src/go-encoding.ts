/**
 * Go's JSON encoding of a struct, byte for byte. The bytes of a custom chain's configuration are pre-images of local keys,
 * which the program reads: two hosts reach the same final state of the machine only where these bytes are equal.
 */
import { isJsonObject, type JsonObject, type JsonValue } from './lossless-json.js';

/**
 * What a field is in Go:
 * `bigint` *big.Int, `optional uint64` *uint64 with omitempty (nil is left out); `uint64`, `bool`; `hex N` a fixed array of N bytes,
 * which omitempty never leaves out. A struct is a table of its own, behind a pointer with omitempty unless `always`.
 */
export type Field = { name: string } & (
  | { kind: 'bigint' | 'optional uint64' }
  | { kind: 'uint64'; omitZero?: true; omitAbsent?: true }
  | { kind: 'bool' }
  | { kind: 'text' }
  | { kind: 'hex'; bytes: number; omitAbsent?: true }
  | { kind: 'struct'; fields: readonly Field[]; always?: true }
);

/** A decoded struct: bigint for integers, lower-case 0x-hex for byte arrays; fields that Go leaves nil are absent. */
export type GoStruct = { [name: string]: bigint | boolean | string | GoStruct };

const UINT64_MAX = (1n << 64n) - 1n;

/**
 * Reads `value` as the struct of `fields`. Unknown names are refused with `strict`, otherwise passed over, as Go does.
 * `path` names the place in errors. Throws ConfigurationError.
 */
export function decodeStruct(
  value: JsonValue | undefined,
  fields: readonly Field[],
  path: string,
  strict: boolean,
): GoStruct {
  if (!isJsonObject(value)) throw new ConfigurationError(path, 'is not a JSON object');
  if (strict) {
    // Go writes null for what is not set.
    const unknown = Object.keys(value).filter(
      (name) => value[name] !== null && !fields.some((field) => field.name === name),
    );
    if (unknown.length > 0) {
      throw new ConfigurationError(
        path,
        `has fields that this version does not know: ${namesOf(unknown)}; they may change how the chain is derived`,
      );
    }
  }
  const result: GoStruct = {};
  for (const field of fields) {
    const decoded = decodeField(value, field, `${path}.${field.name}`, strict);
    if (decoded !== undefined) result[field.name] = decoded;
  }
  return result;
}

/** Names for a message, no more than anyone reads. */
function namesOf(names: readonly string[]): string {
  const shown = names.slice(0, 8).map((name) => (name.length > 60 ? `${name.slice(0, 60)}…` : name));
  return `${shown.join(', ')}${names.length > shown.length ? ` and ${names.length - shown.length} more` : ''}`;
}

/** The text that Go's json.Marshal writes for the struct. */
export function encodeStruct(value: GoStruct, fields: readonly Field[]): string {
  const parts: string[] = [];
  for (const field of fields) {
    const member = value[field.name];
    if (member === undefined) continue;
    parts.push(`${JSON.stringify(field.name)}:${encodeMember(member, field)}`);
  }
  return `{${parts.join(',')}}`;
}

function encodeMember(member: GoStruct[string], field: Field): string {
  if (typeof member === 'object') {
    if (field.kind !== 'struct') throw new TypeError(`${field.name} is not a struct`);
    return encodeStruct(member, field.fields);
  }
  return typeof member === 'string' ? JSON.stringify(member) : String(member);
}

function decodeField(object: JsonObject, field: Field, path: string, strict: boolean): GoStruct[string] | undefined {
  const value = object[field.name] ?? undefined;
  switch (field.kind) {
    case 'bigint':
    case 'optional uint64':
      return value === undefined ? undefined : integer(value, path, field.kind === 'bigint' ? undefined : UINT64_MAX);
    case 'uint64': {
      const number = value === undefined ? 0n : integer(value, path, UINT64_MAX);
      return (field.omitZero && number === 0n) || (field.omitAbsent && value === undefined) ? undefined : number;
    }
    case 'bool':
      if (value !== undefined && typeof value !== 'boolean')
        throw new ConfigurationError(path, 'is neither true nor false');
      return value === true ? true : undefined;
    case 'text':
      if (value !== undefined && typeof value !== 'string') throw new ConfigurationError(path, 'is not a text');
      return value ?? '';
    case 'hex':
      if (value === undefined) return field.omitAbsent ? undefined : `0x${'00'.repeat(field.bytes)}`;
      if (typeof value !== 'string' || !new RegExp(`^0x[0-9a-fA-F]{${2 * field.bytes}}$`).test(value)) {
        throw new ConfigurationError(path, `is not 0x and ${2 * field.bytes} hexadecimal digits`);
      }
      return value.toLowerCase();
    case 'struct':
      if (value === undefined && !field.always) return undefined;
      return decodeStruct(value ?? {}, field.fields, path, strict);
  }
}

/** Some tools write numbers as texts, decimal or 0x-hexadecimal. */
function integer(value: JsonValue, path: string, max: bigint | undefined): bigint {
  const isText = typeof value === 'string' && /^(?:\d{1,400}|0x[0-9a-fA-F]{1,400})$/.test(value);
  const number = isText ? BigInt(value) : value;
  if (typeof number !== 'bigint' || number < 0n || (max !== undefined && number > max)) {
    throw new ConfigurationError(path, `is not a whole number${max === undefined ? '' : ' of 64 bits'}`);
  }
  return number;
}

/** A configuration file that cannot be used. */
export class ConfigurationError extends Error {
  override name = 'ConfigurationError';
  constructor(path: string, fault: string, options?: ErrorOptions) {
    super(`${path} ${fault}`, options);
  }
}
