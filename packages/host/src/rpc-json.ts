/** Reads fields of JSON-RPC results: hexadecimal quantities and data (execution-apis, `Hex value encoding`). */

export type RpcObject = Record<string, unknown>;

export class MalformedFieldError extends Error {
  override name = 'MalformedFieldError';
  constructor(field: string, fault: string) {
    super(`its field ${field} ${fault}`);
  }
}

/** Levels that no configuration in an answer has: what goes through one with itself would come to the end of its stack. */
const MOST_LEVELS = 64;

/** Whether a value has more levels than any configuration. */
export function isTooDeep(value: unknown, levels = MOST_LEVELS): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isTooDeep(member, levels - 1));
}

export function isObject(value: unknown): value is RpcObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Bytes of a data field, which some write without 0x; `length` in bytes where it is fixed. */
export function data(object: RpcObject, field: string, length?: number): Uint8Array {
  const value = object[field];
  if (typeof value !== 'string' || !/^(?:0[xX])?(?:[0-9a-fA-F]{2})*$/.test(value))
    throw new MalformedFieldError(field, 'is not hexadecimal data');
  const bytes = Buffer.from(value.replace(/^0[xX]/, ''), 'hex');
  if (length !== undefined && bytes.length !== length)
    throw new MalformedFieldError(field, `has ${bytes.length} bytes, not ${length}`);
  return bytes;
}

/** A quantity as minimal big-endian bytes, as RLP has integers. */
export function quantity(object: RpcObject, field: string): Uint8Array {
  const digits = integer(object, field).toString(16).replace(/^0$/, '');
  return Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
}

/** No number is longer than a word's; of millions of digits, writing it in a message alone would take hours. */
const QUANTITY = /^(?:0[xX][0-9a-fA-F]{1,64}|[0-9]{1,78})$/;

/** The same as a number. Some write it as a plain number, or in decimal. */
export function integer(object: RpcObject, field: string): bigint {
  const value = object[field];
  if (typeof value === 'string' && QUANTITY.test(value)) return BigInt(value);
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value);
  throw new MalformedFieldError(field, 'is not a hexadecimal quantity');
}

export function present(object: RpcObject, field: string): boolean {
  return object[field] !== undefined && object[field] !== null;
}

/** An address, or nothing for a creation. */
export function addressOrNone(object: RpcObject, field: string): Uint8Array {
  return present(object, field) ? data(object, field, 20) : new Uint8Array(0);
}

export function list(object: RpcObject, field: string): unknown[] {
  const value = object[field];
  if (!Array.isArray(value)) throw new MalformedFieldError(field, 'is not a list');
  return value;
}

export function objects(object: RpcObject, field: string): RpcObject[] {
  return list(object, field).map((item) => {
    if (!isObject(item)) throw new MalformedFieldError(field, 'holds something that is not an object');
    return item;
  });
}
