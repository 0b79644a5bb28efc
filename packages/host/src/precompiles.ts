/**
 * Precompiled contracts whose results the program takes from the host: too dear to compute inside the machine.
 * The L1 contract that judges a disputed result calls the real precompile with the same input.
 */
import { createRequire } from 'node:module';
import {
  keccak256,
  keccak256Key,
  PoisonedPreimageError,
  PRECOMPILE_KEY,
  precompileKey,
  type PreimageKey,
  type PreimageStore,
} from '@obelisc/preimage';
import { hex } from './bytes.js';

/** Output of a precompile, or undefined where it fails (which takes all the call's gas). */
type Precompile = (input: Uint8Array) => Uint8Array | undefined | Promise<Uint8Array | undefined>;

/** Curves are loaded when they are first needed: few blocks use them. */
const PRECOMPILES: Record<string, Precompile> = {
  [address(0x01)]: ecrecover,
  [address(0x08)]: async (input) => (await import('./bn-pairing.js')).bn256Pairing(input),
  [address(0x0a)]: kzgPointEvaluation,
  [address(0x0b)]: async (input) => (await import('./bls-precompiles.js')).g1Add(input),
  [address(0x0c)]: async (input) => (await import('./bls-pairing.js')).g1Msm(input),
  [address(0x0d)]: async (input) => (await import('./bls-precompiles.js')).g2Add(input),
  [address(0x0e)]: async (input) => (await import('./bls-pairing.js')).g2Msm(input),
  [address(0x0f)]: async (input) => (await import('./bls-pairing.js')).pairingCheck(input),
  [address(0x10)]: async (input) => (await import('./bls-precompiles.js')).mapFpToG1(input),
  [address(0x11)]: async (input) => (await import('./bls-precompiles.js')).mapFp2ToG2(input),
};

/** Runs the precompile that a hint names and stores the result (status byte, output) and the hint's payload. */
export async function storePrecompileResult(
  store: PreimageStore,
  hint: { address: Uint8Array; input: Uint8Array; payload: Uint8Array },
): Promise<void> {
  const result = await runPrecompile(hint.address, hint.input);
  const hash = keccak256(hint.payload);
  store.put(keccak256Key(hash), hint.payload);
  store.put(precompileKey(hash), result);
}

/**
 * Compares a stored result with what the precompile gives: the key commits to the question alone. `key` may also be the one
 * of the hint's payload, which is checked by its hash. Rejects with PoisonedPreimageError.
 */
export async function checkPrecompileResult(
  key: PreimageKey,
  stored: Uint8Array,
  hint: { address: Uint8Array; input: Uint8Array },
  place: string,
): Promise<void> {
  if (key[0] !== PRECOMPILE_KEY) return;
  const result = await runPrecompile(hint.address, hint.input);
  if (Buffer.compare(result, stored) === 0) return;
  throw new PoisonedPreimageError(
    key,
    place,
    `the precompile gives ${hex(result)}, not ${hex(stored)}`,
    'gather the claim again into a new --datadir',
  );
}

/** Results by the hash of address and input; a claim that is judged natively and in the machine asks for each of them twice. */
const remembered = new Map<string, Uint8Array>();
const MOST_REMEMBERED = 4096;

/** Status byte (1 done, 0 failed) and output. Throws UnknownPrecompileError for an address that is none of the accelerated ones. */
export async function runPrecompile(at: Uint8Array, input: Uint8Array): Promise<Uint8Array> {
  const run = PRECOMPILES[Buffer.from(at).toString('hex')];
  if (run === undefined) throw new UnknownPrecompileError(at);
  const question = Buffer.from(keccak256(Buffer.concat([at, input]))).toString('latin1');
  const known = remembered.get(question);
  if (known !== undefined) return known;
  const output = await run(input);
  const result = output === undefined ? Uint8Array.of(0) : Uint8Array.of(1, ...output);
  const [oldest] = remembered.size < MOST_REMEMBERED ? [] : remembered.keys();
  if (oldest !== undefined) remembered.delete(oldest);
  remembered.set(question, result);
  return result;
}

type Secp256k1 = Pick<typeof import('tiny-secp256k1'), 'recover'>;
let secp256k1: Secp256k1 | undefined;

/** Loaded when first needed. In WebAssembly a recovery takes a quarter to two thirds of what it takes in JavaScript. */
function secp256k1Library(): Secp256k1 {
  secp256k1 ??= createRequire(import.meta.url)('tiny-secp256k1') as Secp256k1;
  return secp256k1;
}

const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** Address 0x01: the signer's address as 32 bytes; nothing, though no failure, for a signature that has none. */
function ecrecover(input: Uint8Array): Uint8Array {
  const padded = new Uint8Array(128);
  padded.set(input.subarray(0, 128));
  const recovery = toBigInt(padded.subarray(32, 64)) - 27n;
  const r = toBigInt(padded.subarray(64, 96));
  const s = toBigInt(padded.subarray(96, 128));
  const order = SECP256K1_ORDER;
  if ((recovery !== 0n && recovery !== 1n) || r === 0n || s === 0n || r >= order || s >= order)
    return new Uint8Array(0);
  const publicKey = recovered(padded.subarray(0, 32), padded.subarray(64, 128), recovery === 0n ? 0 : 1);
  if (publicKey === undefined) return new Uint8Array(0);
  const result = new Uint8Array(32);
  result.set(keccak256(publicKey.subarray(1)).subarray(12), 12);
  return result;
}

/** The public key as 65 bytes; undefined where r is no point's coordinate, or the recovered point is the one at infinity. */
function recovered(hash: Uint8Array, signature: Uint8Array, recovery: 0 | 1): Uint8Array | undefined {
  try {
    return secp256k1Library().recover(hash, signature, recovery, false) ?? undefined;
  } catch (error) {
    if (error instanceof Error && error.message === 'Expected Signature') return undefined;
    throw error;
  }
}

/** Address 0x0a, EIP-4844: versioned hash, z, y, commitment, proof. The output is a constant. */
async function kzgPointEvaluation(input: Uint8Array): Promise<Uint8Array | undefined> {
  if (input.length !== 192) return undefined;
  const [{ versionedHashOf }, { verifyPointProof }] = await Promise.all([
    import('./kzg.js'),
    import('./kzg-proofs.js'),
  ]);
  const commitment = input.subarray(96, 144);
  if (Buffer.compare(versionedHashOf(commitment), input.subarray(0, 32)) !== 0) return undefined;
  const [z, y, proof] = [input.subarray(32, 64), input.subarray(64, 96), input.subarray(144)];
  if (!(await verifyPointProof(commitment, z, y, proof))) return undefined;
  return Buffer.from(
    `${(4096).toString(16).padStart(64, '0')}73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001`,
    'hex',
  );
}

function toBigInt(bytes: Uint8Array): bigint {
  return BigInt(hex(bytes));
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
