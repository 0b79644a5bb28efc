// Parameters of JSON-RPC methods, checked. https://ethereum.github.io/execution-apis
import { hexToBytes, setLengthLeft } from '@ethereumjs/util';
import { INVALID_PARAMS, RpcError } from './json-rpc-server.js';

/** Bytes in hex, of `length` where it is given. Throws `RpcError` for anything else. */
export function bytesParameter(value: unknown, name: string, length?: number): Uint8Array {
  if (typeof value !== 'string' || !/^0x([0-9a-f]{2})*$/i.test(value)) {
    throw new RpcError(INVALID_PARAMS, `${name}: bytes in hex expected`);
  }
  const bytes = hexToBytes(value as `0x${string}`);
  if (length !== undefined && bytes.length !== length) {
    throw new RpcError(INVALID_PARAMS, `${name}: ${length} bytes expected, not ${bytes.length}`);
  }
  return bytes;
}

/** A quantity in hex. */
export function quantityParameter(value: unknown, name: string): bigint {
  if (typeof value !== 'string' || !/^0x[0-9a-f]+$/i.test(value)) {
    throw new RpcError(INVALID_PARAMS, `${name}: a quantity in hex expected`);
  }
  return BigInt(value);
}

/** A storage slot, which may come without leading zeros. */
export function slotParameter(value: unknown, name: string): Uint8Array {
  const quantity = quantityParameter(value, name).toString(16);
  if (quantity.length > 64) throw new RpcError(INVALID_PARAMS, `${name}: at most 32 bytes expected`);
  return setLengthLeft(hexToBytes(`0x${quantity.padStart(64, '0')}`), 32);
}

/** An object. */
export function objectParameter(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RpcError(INVALID_PARAMS, `${name}: an object expected`);
  }
  return value as Record<string, unknown>;
}
