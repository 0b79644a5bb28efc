/**
 * Precompiled contracts whose results the program takes from the host: too dear to compute inside the machine.
 * The L1 contract that judges a disputed result calls the real precompile with the same input.
 */
import {
  keccak256,
  PoisonedPreimageError,
  PRECOMPILE_KEY,
  type PreimageKey,
  type PreimageStore,
} from '@obelisc/preimage';
import { hex } from './bytes.js';
import type { AnnouncedPrecompile } from './hint-routes.js';
import { precompileResult } from './precompile-results.js';

type Question = { readonly address: Uint8Array; readonly input: Uint8Array };

/** Stores a result (status byte, output) and the payload of the hint that asked for it: where the result is, the payload is as well. */
export function storePrecompileResult(
  store: PreimageStore,
  { keys, route }: AnnouncedPrecompile,
  result: Uint8Array,
): void {
  const [resultKey, payloadKey] = keys;
  store.put(payloadKey, route.payload);
  store.put(resultKey, result);
}

/**
 * Compares a stored result with what the precompile gives: the key commits to the question alone. `key` may also be the one
 * of the hint's payload, which is checked by its hash. Throws PoisonedPreimageError.
 */
export function checkPrecompileResult(key: PreimageKey, stored: Uint8Array, hint: Question, place: string): void {
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
  const question = questionOf(at, input);
  const known = remembered.get(question) ?? rememberedBefore.get(question);
  if (known !== undefined) return known;
  const result = precompileResult(at, input);
  if (result === undefined) throw new UnknownPrecompileError(at);
  remember(question, result);
  return result;
}

/** Keeps what another thread has computed. */
export function rememberResult({ address, input }: Question, result: Uint8Array): void {
  remember(questionOf(address, input), result);
}

function questionOf(at: Uint8Array, input: Uint8Array): string {
  const whole = Buffer.concat([at, input]);
  // No address is a hash's beginning.
  return (whole.length > LONG ? Buffer.from(keccak256(whole)) : whole).toString('latin1');
}

function remember(question: string, result: Uint8Array): void {
  if (remembered.size >= MOST_REMEMBERED) {
    rememberedBefore = remembered;
    remembered = new Map();
  }
  remembered.set(question, result);
}

export class UnknownPrecompileError extends Error {
  override name = 'UnknownPrecompileError';
  constructor(at: Uint8Array) {
    super(`the program asks for the result of the precompile at ${hex(at)}, which this host does not compute`);
  }
}
