/**
 * Precompiled contracts whose results the program takes from the host: too dear to compute inside the machine.
 * The L1 contract that judges a disputed result calls the real precompile with the same input.
 */
import {
  keccak256,
  keccak256Key,
  PoisonedPreimageError,
  PRECOMPILE_KEY,
  precompileKey,
  type PreimageKey,
  type PreimageStore,
} from '@obelisc/preimage';
import { g1Add, g1Msm, g2Add, g2Msm, mapFp2ToG2, mapFpToG1, pairingCheck, pointProofIsValid } from './bls12-381.js';
import { bn256Pairing } from './bn254.js';
import { hex } from './bytes.js';
import { versionedHashOf } from './kzg.js';
import { loadWasm } from './wasm-module.js';

/** Output of a precompile, or undefined where it fails (which takes all the call's gas). */
type Precompile = (input: Uint8Array) => Uint8Array | undefined;

const PRECOMPILES: Record<string, Precompile> = {
  [address(0x01)]: ecrecover,
  [address(0x08)]: bn256Pairing,
  [address(0x0a)]: kzgPointEvaluation,
  [address(0x0b)]: g1Add,
  [address(0x0c)]: g1Msm,
  [address(0x0d)]: g2Add,
  [address(0x0e)]: g2Msm,
  [address(0x0f)]: pairingCheck,
  [address(0x10)]: mapFpToG1,
  [address(0x11)]: mapFp2ToG2,
};

/** Runs the precompile that a hint names and stores the result (status byte, output) and the hint's payload. */
export function storePrecompileResult(
  store: PreimageStore,
  hint: { address: Uint8Array; input: Uint8Array; payload: Uint8Array },
): void {
  const result = runPrecompile(hint.address, hint.input);
  const hash = keccak256(hint.payload);
  store.put(keccak256Key(hash), hint.payload);
  store.put(precompileKey(hash), result);
}

/**
 * Compares a stored result with what the precompile gives: the key commits to the question alone. `key` may also be the one
 * of the hint's payload, which is checked by its hash. Throws PoisonedPreimageError.
 */
export function checkPrecompileResult(
  key: PreimageKey,
  stored: Uint8Array,
  hint: { address: Uint8Array; input: Uint8Array },
  place: string,
): void {
  if (key[0] !== PRECOMPILE_KEY) return;
  const result = runPrecompile(hint.address, hint.input);
  if (Buffer.compare(result, stored) === 0) return;
  throw new PoisonedPreimageError(
    key,
    place,
    `the precompile gives ${hex(result)}, not ${hex(stored)}`,
    'gather the claim again into a new --datadir',
  );
}

/**
 * Results by address and input, or by the hash of both where they are long, since a claim that is judged natively and in the machine asks
 * for each of them twice: the latest ones, and those before them. (To give up the oldest of one map takes longer than an addition on
 * BLS12-381, and so does the hash.)
 */
let remembered = new Map<string, Uint8Array>();
let rememberedBefore = remembered;
const MOST_REMEMBERED = 4096;
const LONG = 512;

/** Status byte (1 done, 0 failed) and output. Throws UnknownPrecompileError for an address that is none of the accelerated ones. */
export function runPrecompile(at: Uint8Array, input: Uint8Array): Uint8Array {
  const run = PRECOMPILES[Buffer.from(at).toString('hex')];
  if (run === undefined) throw new UnknownPrecompileError(at);
  const whole = Buffer.concat([at, input]);
  // No address is a hash's beginning.
  const question = (whole.length > LONG ? Buffer.from(keccak256(whole)) : whole).toString('latin1');
  const known = remembered.get(question) ?? rememberedBefore.get(question);
  if (known !== undefined) return known;
  const output = run(input);
  const result = output === undefined ? Uint8Array.of(0) : withStatus(output);
  if (remembered.size >= MOST_REMEMBERED) {
    rememberedBefore = remembered;
    remembered = new Map();
  }
  remembered.set(question, result);
  return result;
}

function withStatus(output: Uint8Array): Uint8Array {
  const result = new Uint8Array(1 + output.length);
  result[0] = 1;
  result.set(output, 1);
  return result;
}

type Recovery = { input(): number; recover(): number; memory: WebAssembly.Memory };
let recovery: Recovery | undefined;

/** The client's own arithmetic (assembly/ecrecover.ts), loaded when first needed: half the time of libsecp256k1 in WebAssembly. */
function recoveryModule(): Recovery {
  return (recovery ??= loadWasm<Recovery>('ecrecover'));
}

/** Address 0x01: the signer's address as 32 bytes; nothing, though no failure, for a signature that has none. */
function ecrecover(input: Uint8Array): Uint8Array {
  const padded = new Uint8Array(128);
  padded.set(input.subarray(0, 128));
  const v = padded[63];
  if ((v !== 27 && v !== 28) || padded.subarray(32, 63).some((byte) => byte !== 0)) return new Uint8Array(0);
  const { input: place, recover, memory } = recoveryModule();
  const shared = new Uint8Array(memory.buffer, place(), padded.length);
  shared.set(padded);
  return recover() === 0 ? new Uint8Array(0) : shared.slice(0, 32);
}

/** Address 0x0a, EIP-4844: versioned hash, z, y, commitment, proof. The output is a constant. */
function kzgPointEvaluation(input: Uint8Array): Uint8Array | undefined {
  if (input.length !== 192) return undefined;
  const commitment = input.subarray(96, 144);
  if (Buffer.compare(versionedHashOf(commitment), input.subarray(0, 32)) !== 0) return undefined;
  const [z, y, proof] = [input.subarray(32, 64), input.subarray(64, 96), input.subarray(144)];
  if (!pointProofIsValid(commitment, z, y, proof)) return undefined;
  return Buffer.from(
    `${(4096).toString(16).padStart(64, '0')}73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001`,
    'hex',
  );
}

function address(number: number): string {
  return number.toString(16).padStart(40, '0');
}

export class UnknownPrecompileError extends Error {
  override name = 'UnknownPrecompileError';
  constructor(at: Uint8Array) {
    super(`the program asks for the result of the precompile at ${hex(at)}, which this host does not compute`);
  }
}
