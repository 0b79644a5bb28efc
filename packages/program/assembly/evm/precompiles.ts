// The precompiled contracts: which there are in a fork, what they cost, what they answer (Ethereum's EIPs 196, 197, 152,
// 2565, 4844; 2537; specs: protocol/fjord, granite, isthmus, jovian, karst). Three, and from Isthmus those on BLS12-381, are answered
// by L1 through the oracle, as the reference client has them answered: see precompile-oracle.ts.
import { Fork } from '../config/rollup';
import { BLAKE2F_INPUT, blake2f } from '../crypto/blake2f';
import { bn254Add, bn254Multiply } from '../crypto/bn254';
import { p256Verify } from '../crypto/p256';
import { ripemd160 } from '../crypto/ripemd160';
import { sha256 } from '../crypto/sha256';
import { block } from './context';
import { clearReturnData, reserveReturnData, setReturnData } from './frame';
import { bls12Gas, isBls12Input } from './precompile-bls12';
import { paddedInput, pointEvaluationInput, recoveryInput } from './precompile-inputs';
import { modexpGas, runModexp } from './precompile-modexp';
import { askOracle } from './precompile-oracle';

/** The precompiles by their addresses' numbers. */
const enum Precompile {
  EcRecover = 0x01,
  Sha256 = 0x02,
  Ripemd160 = 0x03,
  Identity = 0x04,
  ModExp = 0x05,
  Bn254Add = 0x06,
  Bn254Mul = 0x07,
  Bn254Pairing = 0x08,
  Blake2F = 0x09,
  PointEvaluation = 0x0a,
  Bls12G1Add = 0x0b,
  Bls12MapFp2ToG2 = 0x11,
  P256Verify = 0x100,
}

/** Gas left by the latest precompile that succeeded. */
export let precompileGas: u64 = 0;

/** The number of the precompile at the 20-byte `address` under the block's fork, or 0. */
export function precompileAt(address: usize): u32 {
  if ((load<u64>(address) | load<u64>(address, 8)) != 0 || load<u16>(address, 16) != 0) return 0;
  const number = <u32>bswap<u16>(load<u16>(address, 18));
  if (number <= <u32>Precompile.Blake2F) return number;
  const fork = block.fork;
  if (number == Precompile.PointEvaluation) return fork >= Fork.Ecotone ? number : 0;
  if (number == Precompile.P256Verify) return fork >= Fork.Fjord ? number : 0;
  if (number <= <u32>Precompile.Bls12MapFp2ToG2) return fork >= Fork.Isthmus ? number : 0;
  return 0;
}

/** Gas that the precompile takes for this input. */
function requiredGas(number: u32, input: usize, length: u32): u64 {
  const words = (<u64>length + 31) >> 5;
  switch (number) {
    case Precompile.EcRecover:
      return 3000;
    case Precompile.Sha256:
      return 60 + 12 * words;
    case Precompile.Ripemd160:
      return 600 + 120 * words;
    case Precompile.Identity:
      return 15 + 3 * words;
    case Precompile.ModExp:
      return modexpGas(input, length);
    case Precompile.Bn254Add:
      return 150;
    case Precompile.Bn254Mul:
      return 6000;
    case Precompile.Bn254Pairing:
      return 45000 + 34000 * <u64>(length / 192);
    case Precompile.Blake2F:
      return length == 213 ? <u64>bswap<u32>(load<u32>(input)) : 0;
    case Precompile.PointEvaluation:
      return 50000;
    case Precompile.P256Verify:
      return block.fork >= Fork.Karst ? 6900 : 3450;
    default:
      return bls12Gas(number, length);
  }
}

/** Bytes that P256VERIFY takes: hash, r, s, x, y. */
// @ts-ignore: decorator
@inline
const P256_INPUT: u32 = 160;

/** Fails a precompile that had reserved its output. */
function nothing(): bool {
  clearReturnData();
  return false;
}

/** Longest input of the bn254 pairing. */
function pairingLimit(): u32 {
  const fork = block.fork;
  if (fork >= Fork.Karst) return 57600;
  if (fork >= Fork.Jovian) return 81984;
  return fork >= Fork.Granite ? 112687 : u32.MAX_VALUE;
}

/**
 * Runs a precompile with `gas`. True where it succeeds: then `precompileGas` is what is left and its output is the
 * return data, which is cleared before; where it fails all gas is gone.
 */
export function runPrecompile(number: u32, input: usize, length: u32, gas: u64): bool {
  const required = requiredGas(number, input, length);
  if (gas < required) return false;
  precompileGas = gas - required;
  switch (number) {
    case Precompile.EcRecover: {
      const padded = recoveryInput(input, length);
      // What no signature can be answers with nothing, but succeeds. What stands behind the 128 bytes that count is not part
      // of the question: a megabyte may stand there and be hinted and hashed, for no more than 3,000 gas.
      return padded == 0 || askOracle(number, required, padded, 128);
    }
    case Precompile.Sha256:
      sha256(input, length, reserveReturnData(32));
      return true;
    case Precompile.Identity:
      setReturnData(input, length);
      return true;
    case Precompile.Ripemd160: {
      const out = reserveReturnData(32);
      memory.fill(out, 0, 12);
      ripemd160(input, length, out + 12);
      return true;
    }
    case Precompile.ModExp:
      return runModexp(input, length);
    case Precompile.Bn254Add:
      return bn254Add(paddedInput(input, length, 128), reserveReturnData(64)) || nothing();
    case Precompile.Bn254Mul:
      return bn254Multiply(paddedInput(input, length, 96), reserveReturnData(64)) || nothing();
    case Precompile.Blake2F:
      return length == BLAKE2F_INPUT && (blake2f(input, reserveReturnData(64)) || nothing());
    case Precompile.P256Verify: {
      // What isn't a valid signature answers with nothing, but succeeds.
      if (length != P256_INPUT || !p256Verify(input)) return true;
      const out = reserveReturnData(32);
      memory.fill(out, 0, 31);
      store<u8>(out, 1, 31);
      return true;
    }
    case Precompile.Bn254Pairing:
      if (length > pairingLimit() || length % 192 != 0) return false;
      return askOracle(number, required, input, length);
    case Precompile.PointEvaluation:
      return pointEvaluationInput(input, length) && askOracle(number, required, input, length);
    default:
      return isBls12Input(number, length) && askOracle(number, required, input, length);
  }
}
