/**
 * Results of the precompiled contracts that the program does not compute, from the question alone. The program's thread loads this file
 * as it starts (precompiles-beside.ts), so that it imports little; a curve's module is loaded with the first question to it.
 */
import { g1Add, g1Msm, g2Add, g2Msm, mapFp2ToG2, mapFpToG1, pairingCheck, pointProofIsValid } from './bls12-381.js';
import { bn256Pairing } from './bn254.js';
import { versionedHashOf } from './versioned-hash.js';
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

/** Status byte (1 done, 0 failed) and output; undefined for an address that is none of the accelerated precompiles. */
export function precompileResult(at: Uint8Array, input: Uint8Array): Uint8Array | undefined {
  const run = PRECOMPILES[Buffer.from(at.buffer, at.byteOffset, at.length).toString('hex')];
  if (run === undefined) return undefined;
  const output = run(input);
  return output === undefined ? Uint8Array.of(0) : withStatus(output);
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
