// An input for each precompiled contract that makes it do real work. Yellow Paper, appendix E; EIPs 152, 196, 197,
// 198, 4844; RIP-7212.
import { bn254 } from '@noble/curves/bn254.js';
import { p256 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { Address, bytesToBigInt, concatBytes, hexToBytes } from '@ethereumjs/util';
import { sha256 } from '@noble/hashes/sha2.js';
import { wordOf } from '../contracts/assembler.js';
import type { SeededNumbers } from '../seed.js';

/** A precompiled contract and an input for it. */
export interface PrecompileCall {
  readonly name: string;
  readonly address: Address;
  readonly input: Uint8Array;
}

/** One call of each precompiled contract that Granite has. */
export function precompileCalls(numbers: SeededNumbers): PrecompileCall[] {
  const inputs: readonly (readonly [number: number, name: string, input: Uint8Array])[] = [
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
  ];
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
  return concatBytes(wordOf(40n), wordOf(3n), wordOf(32n), numbers.bytes(40 + 3 + 32));
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
