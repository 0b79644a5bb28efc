// Loads the test entry of the client's cryptography and decompressors (assembly/testing/crypto.ts).
import { readFileSync } from 'node:fs';

const load = (name: string): WebAssembly.Module =>
  new WebAssembly.Module(readFileSync(new URL(`../../${name}`, import.meta.url)));

/** The module's exports; functions take addresses and lengths as numbers, 64-bit integers as bigint. */
export type Exports = Record<string, (...args: (number | bigint)[]) => number>;

const instance = new WebAssembly.Instance(load('test-crypto-native.wasm'));
const memory = instance.exports['memory'] as WebAssembly.Memory;
const free = (instance.exports['freeMemory'] as () => number)();

/** The exported function `name`. */
export function call(name: string, ...args: (number | bigint)[]): number {
  const target = (instance.exports as Exports)[name];
  if (target === undefined) throw new Error(`the test module does not export ${name}`);
  return target(...args);
}

/** The address that the exported constant `name` holds. */
export function globalAddress(name: string): number {
  const target = instance.exports[name];
  if (!(target instanceof WebAssembly.Global)) throw new Error(`the test module exports no constant ${name}`);
  return target.value as number;
}

/** The little-endian integer of `count` 64-bit limbs at `ptr`. */
export function readLimbs(ptr: number, count: number): bigint {
  const view = new DataView(memory.buffer, ptr, 8 * count);
  let value = 0n;
  for (let i = count - 1; i >= 0; i--) value = (value << 64n) | view.getBigUint64(8 * i, true);
  return value;
}

/** Writes values at `ptr`: one value as four 64-bit limbs, several as one limb each. */
export function writeLimbs(ptr: number, values: bigint[]): void {
  const [first = 0n] = values;
  const limbs = values.length === 1 ? [0n, 64n, 128n, 192n].map((shift) => first >> shift) : values;
  const view = new DataView(memory.buffer, ptr, 8 * limbs.length);
  limbs.forEach((limb, i) => view.setBigUint64(8 * i, BigInt.asUintN(64, limb), true));
}

/** A buffer of `length` bytes in the module's memory, `at` bytes behind the static data. */
export function buffer(at: number, length: number): { ptr: number; bytes: Uint8Array } {
  const end = free + at + length;
  if (end > memory.buffer.byteLength) memory.grow(Math.ceil((end - memory.buffer.byteLength) / 65536));
  return { ptr: free + at, bytes: new Uint8Array(memory.buffer, free + at, length) };
}

/** Calls `name(data, length, out)` and returns the `outLength` bytes that it wrote. */
export function digest(name: string, data: Uint8Array, outLength: number): Uint8Array {
  const out = buffer(0, outLength);
  const input = buffer(256, data.length);
  input.bytes.set(data);
  call(name, input.ptr, data.length, out.ptr);
  return out.bytes.slice();
}

/** Reproducible pseudo-random bytes (xorshift32). */
export function randomBytes(seed: number): (length: number) => Uint8Array {
  let state = seed | 1;
  return (length) =>
    Uint8Array.from({ length }, () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return (state >>> 11) & 0xff;
    });
}

/** Big-endian bytes of `value`. */
export function bigEndian(value: bigint, length: number): Uint8Array {
  return Uint8Array.from(
    Buffer.from(
      value
        .toString(16)
        .padStart(2 * length, '0')
        .slice(-2 * length),
      'hex',
    ),
  );
}

/** The unsigned integer that the big-endian `bytes` say. */
export function toBigInt(bytes: Uint8Array): bigint {
  return BigInt(`0x0${Buffer.from(bytes).toString('hex')}`);
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
