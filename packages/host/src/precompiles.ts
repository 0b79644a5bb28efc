/**
 * Precompiled contracts whose results the program takes from the host: too dear to compute inside the machine.
 * The L1 contract that judges a disputed result calls the real precompile with the same input.
 */
import { bn254 } from '@noble/curves/bn254.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import {
  keccak256Key,
  PoisonedPreimageError,
  PRECOMPILE_KEY,
  precompileKey,
  type PreimageKey,
  type PreimageStore,
} from '@obelisc/preimage';
import { g1Add, g1Msm, g2Add, g2Msm, mapFp2ToG2, mapFpToG1, pairingCheck } from './bls-precompiles.js';
import { kzg, versionedHashOf } from './kzg.js';

/** Output of a precompile, or undefined where it fails (which takes all the call's gas). */
type Precompile = (input: Uint8Array) => Uint8Array | undefined | Promise<Uint8Array | undefined>;

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
export async function storePrecompileResult(
  store: PreimageStore,
  hint: { address: Uint8Array; input: Uint8Array; payload: Uint8Array },
): Promise<void> {
  const result = await runPrecompile(hint.address, hint.input);
  const hash = keccak_256(hint.payload);
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

/** Status byte (1 done, 0 failed) and output. Throws UnknownPrecompileError for an address that is none of the accelerated ones. */
export async function runPrecompile(at: Uint8Array, input: Uint8Array): Promise<Uint8Array> {
  const run = PRECOMPILES[Buffer.from(at).toString('hex')];
  if (run === undefined) throw new UnknownPrecompileError(at);
  const output = await run(input);
  return output === undefined ? Uint8Array.of(0) : Uint8Array.of(1, ...output);
}

/** Address 0x01: the signer's address as 32 bytes; nothing, though no failure, for a signature that has none. */
function ecrecover(input: Uint8Array): Uint8Array {
  const padded = new Uint8Array(128);
  padded.set(input.subarray(0, 128));
  const recovery = toBigInt(padded.subarray(32, 64)) - 27n;
  const r = toBigInt(padded.subarray(64, 96));
  const s = toBigInt(padded.subarray(96, 128));
  const order = secp256k1.Point.Fn.ORDER;
  if ((recovery !== 0n && recovery !== 1n) || r === 0n || s === 0n || r >= order || s >= order)
    return new Uint8Array(0);
  let publicKey: Uint8Array;
  try {
    publicKey = new secp256k1.Signature(r, s, Number(recovery)).recoverPublicKey(padded.subarray(0, 32)).toBytes(false);
  } catch {
    // r is no point's coordinate, or the recovered point is the one at infinity.
    return new Uint8Array(0);
  }
  const result = new Uint8Array(32);
  result.set(keccak_256(publicKey.subarray(1)).subarray(12), 12);
  return result;
}

/** Address 0x08, EIP-197: whether the product of the pairings is one. */
function bn256Pairing(input: Uint8Array): Uint8Array | undefined {
  if (input.length % 192 !== 0) return undefined;
  const pairs: Parameters<typeof bn254.pairingBatch>[0] = [];
  for (let at = 0; at < input.length; at += 192) {
    const g1 = bnG1(input.subarray(at, at + 64));
    const g2 = bnG2(input.subarray(at + 64, at + 192));
    if (g1 === undefined || g2 === undefined) return undefined;
    // A pairing with the point at infinity is one.
    if (!g1.is0() && !g2.is0()) pairs.push({ g1, g2 });
  }
  const { Fp12 } = bn254.fields;
  const one = pairs.length === 0 || Fp12.eql(bn254.pairingBatch(pairs), Fp12.ONE);
  const result = new Uint8Array(32);
  result[31] = one ? 1 : 0;
  return result;
}

function bnG1(bytes: Uint8Array) {
  const { Fp } = bn254.fields;
  const [x, y] = words(bytes);
  if (x === undefined || y === undefined || x >= Fp.ORDER || y >= Fp.ORDER) return undefined;
  if (x === 0n && y === 0n) return bn254.G1.Point.ZERO;
  return validPoint(() => bn254.G1.Point.fromAffine({ x, y }));
}

function bnG2(bytes: Uint8Array) {
  const { Fp, Fp2 } = bn254.fields;
  // EIP-197 has the imaginary part first.
  const [xi, xr, yi, yr] = words(bytes);
  if (xi === undefined || xr === undefined || yi === undefined || yr === undefined) return undefined;
  if ([xi, xr, yi, yr].some((word) => word >= Fp.ORDER)) return undefined;
  if ([xi, xr, yi, yr].every((word) => word === 0n)) return bn254.G2.Point.ZERO;
  return validPoint(() =>
    bn254.G2.Point.fromAffine({ x: Fp2.create({ c0: xr, c1: xi }), y: Fp2.create({ c0: yr, c1: yi }) }),
  );
}

/** The point, when it is on its curve and in the subgroup of the group's order. */
function validPoint<T extends { assertValidity(): void }>(make: () => T): T | undefined {
  try {
    const point = make();
    point.assertValidity();
    return point;
  } catch {
    return undefined;
  }
}

/** Address 0x0a, EIP-4844: versioned hash, z, y, commitment, proof. The output is a constant. */
async function kzgPointEvaluation(input: Uint8Array): Promise<Uint8Array | undefined> {
  if (input.length !== 192) return undefined;
  const commitment = input.subarray(96, 144);
  if (Buffer.compare(versionedHashOf(commitment), input.subarray(0, 32)) !== 0) return undefined;
  const scheme = await kzg();
  try {
    if (
      !scheme.verifyProof(
        hex(commitment),
        hex(input.subarray(32, 64)),
        hex(input.subarray(64, 96)),
        hex(input.subarray(144)),
      )
    )
      return undefined;
  } catch {
    // A scalar above the field's order, or bytes that are no point.
    return undefined;
  }
  return Buffer.from(
    `${(4096).toString(16).padStart(64, '0')}73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001`,
    'hex',
  );
}

function words(bytes: Uint8Array): bigint[] {
  const result: bigint[] = [];
  for (let at = 0; at < bytes.length; at += 32) result.push(toBigInt(bytes.subarray(at, at + 32)));
  return result;
}

function toBigInt(bytes: Uint8Array): bigint {
  return BigInt(hex(bytes));
}

function hex(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).toString('hex')}`;
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
