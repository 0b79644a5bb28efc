// Inputs for each precompiled contract: some that make it do real work, some that it must refuse, some of the longest
// that it takes. Yellow Paper, appendix E; EIPs 152, 196, 197, 198, 2537, 4844, 7823, 7951; RIP-7212.
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { bn254 } from '@noble/curves/bn254.js';
import { p256 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { Address, bytesToBigInt, concatBytes, hexToBytes } from '@ethereumjs/util';
import { sha256 } from '@noble/hashes/sha2.js';
import { wordOf } from '../contracts/assembler.js';
import type { InputLimits } from '../execution/forks.js';
import type { SeededNumbers } from '../seed.js';

/** A precompiled contract and an input for it. */
export interface PrecompileCall {
  readonly name: string;
  readonly address: Address;
  readonly input: Uint8Array;
}

type NamedInput = readonly [number: number, name: string, input: Uint8Array];

/** One call of each precompiled contract that Granite has. */
export function precompileCalls(numbers: SeededNumbers): PrecompileCall[] {
  return callsOf([
    [0x01, 'ecrecover', recoveryInput(numbers)],
    [0x02, 'sha256', numbers.bytes(100)],
    [0x03, 'ripemd160', numbers.bytes(70)],
    [0x04, 'identity', numbers.bytes(130)],
    [0x05, 'modexp', modexpInput(numbers)],
    [0x06, 'bn254 addition', concatBytes(g1(2n), g1(3n))],
    [0x07, 'bn254 multiplication', concatBytes(g1(5n), numbers.bytes(32))],
    [0x08, 'bn254 pairing', pairingInput()],
    [0x09, 'blake2f', blakeInput(numbers)],
    [0x0a, 'KZG point evaluation', pointEvaluationInput(numbers)],
    [0x100, 'P256VERIFY', p256Input(numbers)],
  ]);
}

/** BLS12-381 inputs that the contracts refuse: kona 1.6's host takes such a refusal for an empty success. */
const REFUSED = new Set([
  'G1 addition of a point that is not on the curve',
  'G1 addition of too few bytes',
  'G1 sum of nothing',
  'G2 sum of a broken coordinate',
  'map of what is no field element',
]);

/** Calls of what Isthmus has, good and, where `refused` says so, bad, and of what Karst changes. */
export function callsSinceIsthmus(numbers: SeededNumbers, refused: boolean): PrecompileCall[] {
  const signature = p256Input(numbers);
  const wrong = signature.with(5, (signature[5] ?? 0) ^ 1);
  const offCurve = concatBytes(fp(1n), fp(1n));
  const calls = callsOf([
    [0x0b, 'BLS12-381 G1 addition', concatBytes(blsG1(2n), blsG1(3n))],
    [0x0b, 'G1 addition of a point that is not on the curve', concatBytes(blsG1(2n), offCurve)],
    [0x0b, 'G1 addition of too few bytes', blsG1(2n)],
    [0x0c, 'G1 sum of multiples', concatBytes(blsG1(5n), numbers.bytes(32), blsG1(7n), numbers.bytes(32))],
    [0x0c, 'G1 sum of nothing', new Uint8Array(0)],
    [0x0d, 'G2 addition', concatBytes(blsG2(2n), blsG2(9n))],
    [0x0d, 'G2 addition of infinity', concatBytes(blsG2(4n), new Uint8Array(256))],
    [0x0e, 'G2 sum of multiples', concatBytes(blsG2(3n), numbers.bytes(32))],
    [0x0e, 'G2 sum of a broken coordinate', concatBytes(blsG2(3n).with(0, 1), numbers.bytes(32))],
    [0x0f, 'BLS12-381 pairing', concatBytes(blsG1(6n), blsG2(1n), blsG1(-2n), blsG2(3n))],
    [0x0f, 'pairing that is not one', concatBytes(blsG1(6n), blsG2(1n), blsG1(-2n), blsG2(4n))],
    [0x10, 'map to G1', fp(bytesToBigInt(numbers.bytes(40)))],
    [0x10, 'map of what is no field element', new Uint8Array(64).fill(0xff)],
    [0x11, 'map to G2', concatBytes(fp(bytesToBigInt(numbers.bytes(40))), fp(5n))],
    [0x100, 'P256VERIFY of a wrong signature', wrong],
    [0x100, 'P256VERIFY of a short input', signature.subarray(0, 159)],
    [0x100, 'P256VERIFY of zero', new Uint8Array(160)],
    // Until Karst lengths have no limit but their price.
    [0x05, 'modexp of 1,024 bytes', modexpOf(1024, 1, 1024, numbers)],
    [0x05, 'modexp of 1,025 bytes', modexpOf(1025, 1, 32, numbers)],
    [0x05, 'modexp of an exponent of 1,025 bytes', modexpOf(1, 1025, 1, numbers)],
    [0x05, 'modexp of nothing', concatBytes(wordOf(0n), wordOf(0n), wordOf(0n))],
    [0x05, 'modexp of more bytes than there are', concatBytes(wordOf(1n << 64n), wordOf(0n), wordOf(1n << 64n))],
  ]);
  return refused ? calls : calls.filter(({ name }) => !REFUSED.has(name));
}

/**
 * Calls at a fork's longest inputs, and one unit above: of zeros, which stand for points at infinity, so that they cost
 * gas and no time.
 */
export function callsAtLimits(limits: InputLimits): PrecompileCall[] {
  const sizes: readonly (readonly [number: number, name: keyof InputLimits, unit: number])[] = [
    [0x08, 'bn254Pairing', 192],
    [0x0c, 'bls12G1Msm', 160],
    [0x0e, 'bls12G2Msm', 288],
    [0x0f, 'bls12Pairing', 384],
  ];
  const inputs = sizes.flatMap(([number, name, unit]): NamedInput[] => {
    const limit = limits[name];
    if (limit === undefined) return [];
    const longest = Math.floor(limit / unit) * unit;
    return [
      [number, `${name} at its limit`, new Uint8Array(longest)],
      [number, `${name} above its limit`, new Uint8Array(longest + unit)],
    ];
  });
  return callsOf(inputs);
}

function callsOf(inputs: readonly NamedInput[]): PrecompileCall[] {
  return inputs.map(([number, name, input]) => ({
    name,
    address: new Address(wordOf(BigInt(number)).slice(12)),
    input,
  }));
}

function recoveryInput(numbers: SeededNumbers): Uint8Array {
  const hash = numbers.bytes(32);
  const signature = secp256k1.sign(hash, numbers.bytes(32), { prehash: false, format: 'recovered' });
  return concatBytes(hash, wordOf(27n + BigInt(signature[0] ?? 0)), signature.subarray(1));
}

function modexpInput(numbers: SeededNumbers): Uint8Array {
  return modexpOf(40, 3, 32, numbers);
}

function modexpOf(base: number, exponent: number, modulus: number, numbers: SeededNumbers): Uint8Array {
  const lengths = [base, exponent, modulus].map((length) => wordOf(BigInt(length)));
  return concatBytes(...lengths, numbers.bytes(base + exponent + modulus));
}

/** A field element of BLS12-381 in 64 bytes. */
function fp(value: bigint): Uint8Array {
  return concatBytes(wordOf(value >> 256n), wordOf(value & ((1n << 256n) - 1n)));
}

/** A multiple of the generator of BLS12-381's G1. */
function blsG1(factor: bigint): Uint8Array {
  const { x, y } = multipleOf(bls12_381.G1.Point.BASE, factor).toAffine();
  return concatBytes(fp(x), fp(y));
}

/** A multiple of the generator of BLS12-381's G2. */
function blsG2(factor: bigint): Uint8Array {
  const { x, y } = multipleOf(bls12_381.G2.Point.BASE, factor).toAffine();
  return concatBytes(fp(x.c0), fp(x.c1), fp(y.c0), fp(y.c1));
}

function multipleOf<P extends { multiply(factor: bigint): P; negate(): P }>(base: P, factor: bigint): P {
  return factor < 0n ? base.multiply(-factor).negate() : base.multiply(factor);
}

/** A multiple of the generator of bn254's G1. */
function g1(factor: bigint): Uint8Array {
  const { x, y } = bn254.G1.Point.BASE.multiply(factor).toAffine();
  return concatBytes(wordOf(x), wordOf(y));
}

/** e(6 P, Q) · e(-2 P, 3 Q) = 1. */
function pairingInput(): Uint8Array {
  const g2 = (factor: bigint): Uint8Array => {
    const { x, y } = bn254.G2.Point.BASE.multiply(factor).toAffine();
    return concatBytes(wordOf(x.c1), wordOf(x.c0), wordOf(y.c1), wordOf(y.c0));
  };
  const { x, y } = bn254.G1.Point.BASE.multiply(2n).negate().toAffine();
  return concatBytes(g1(6n), g2(1n), wordOf(x), wordOf(y), g2(3n));
}

/** EIP-152: rounds, state, message, offsets, final flag. */
function blakeInput(numbers: SeededNumbers): Uint8Array {
  return concatBytes(Uint8Array.of(0, 0, 0, 12), numbers.bytes(64 + 128 + 16), Uint8Array.of(1));
}

/** The zero polynomial: its commitment and every opening's proof are the point at infinity, its values 0. */
function pointEvaluationInput(numbers: SeededNumbers): Uint8Array {
  const infinity = hexToBytes(`0xc0${'00'.repeat(47)}`);
  const versionedHash = sha256(infinity);
  versionedHash[0] = 1;
  const z = wordOf(bytesToBigInt(numbers.bytes(31)));
  return concatBytes(versionedHash, z, wordOf(0n), infinity, infinity);
}

function p256Input(numbers: SeededNumbers): Uint8Array {
  const hash = numbers.bytes(32);
  const key = numbers.bytes(32);
  const signature = p256.sign(hash, key, { prehash: false });
  return concatBytes(hash, signature, p256.getPublicKey(key, false).subarray(1));
}
