// The test module: instantiated with an oracle of given pre-images, called with bytes, answering with JSON.
import { readFileSync } from 'node:fs';

const compiled = new WebAssembly.Module(readFileSync(new URL('../../test-derivation.wasm', import.meta.url)));

/** The program ended itself: with which exit code, and what it wrote. */
export class ProgramExit extends Error {
  override name = 'ProgramExit';
  readonly code: number;
  readonly log: string;
  constructor(code: number, log: string) {
    super(`exit ${code}: ${log}`);
    this.code = code;
    this.log = log;
  }
}

export type Argument = Uint8Array | number | bigint;

export interface Module {
  /** Calls an export. Bytes are passed as address and length. Numbers and what it returns are WebAssembly's. */
  call(name: string, ...args: Argument[]): unknown;
  /** The same for an export that answers with JSON. */
  ask<T>(name: string, ...args: Argument[]): T;
  /** A copy of the module's memory. */
  read(address: number, length: number): Uint8Array;
  /** What the program wrote so far. */
  readonly log: () => string;
  /** Hints that it sent. */
  readonly hints: string[];
}

/** A fresh instance. `preimages` is asked with the key in hexadecimal, without 0x. */
export function instantiate(preimages: (key: string) => Uint8Array | undefined = () => undefined): Module {
  let text = '';
  const hints: string[] = [];
  let selected = new Uint8Array(0);
  let position = 0;
  const memory = (): ArrayBuffer => (instance.exports['memory'] as WebAssembly.Memory).buffer;
  const read = (address: number, length: number): Uint8Array =>
    new Uint8Array(memory(), address >>> 0, length >>> 0).slice();
  const instance: WebAssembly.Instance = new WebAssembly.Instance(compiled, {
    env: {
      preimage_open(key: number): bigint {
        const hex = Buffer.from(read(key, 32)).toString('hex');
        const value = preimages(hex);
        if (value === undefined) throw new Error(`no pre-image for ${hex} after the hint '${hints.at(-1) ?? 'none'}'`);
        selected = Uint8Array.from(value);
        position = 0;
        return BigInt(value.length);
      },
      preimage_read(target: number, length: number): void {
        if (position + length > selected.length) throw new Error('read past the end of a pre-image');
        new Uint8Array(memory(), target >>> 0, length).set(selected.subarray(position, position + length));
        position += length;
      },
      hint(ptr: number, length: number): void {
        hints.push(Buffer.from(read(ptr, length)).toString('latin1'));
      },
      reading(): void {},
      write(_fd: number, ptr: number, length: number): void {
        text += Buffer.from(read(ptr, length)).toString('latin1');
      },
      exit(code: number): never {
        throw new ProgramExit(code, text);
      },
    },
  });
  const call = (name: string, ...args: Argument[]): unknown => {
    const flat: (number | bigint)[] = [];
    for (const arg of args) {
      if (typeof arg === 'number' || typeof arg === 'bigint') {
        flat.push(arg);
        continue;
      }
      const ptr = (instance.exports['allocate'] as (length: number) => number)(arg.length);
      new Uint8Array(memory(), ptr, arg.length).set(arg);
      flat.push(ptr, arg.length);
    }
    return (instance.exports[name] as (...values: (number | bigint)[]) => unknown)(...flat);
  };
  return {
    call,
    read,
    ask<T>(name: string, ...args: Argument[]): T {
      const answer = call(name, ...args) as bigint;
      const ptr = Number(BigInt.asUintN(32, answer >> 32n));
      const length = Number(BigInt.asUintN(32, answer));
      return JSON.parse(Buffer.from(read(ptr, length)).toString('utf8')) as T;
    },
    log: () => text,
    hints,
  };
}

export const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replace(/^0x/, ''), 'hex'));
export const toHex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString('hex')}`;
export const utf8 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'utf8'));
