// The pairing of the curve that the module is compiled for.
import * as ofBls from './bls12-381/miller-loop';
import * as exponentiationOfBls from './bls12-381/final-exponentiation';
import * as ofBn from './bn254/miller-loop';
import * as exponentiationOfBn from './bn254/final-exponentiation';

/** f = the product of the loops of `count` pairs (line.ts) from `pairs` on, no point at infinity. */
// @ts-ignore: decorator
@inline export function millerLoops(f: usize, pairs: usize, count: i32): void {
  if (isDefined(BN254)) ofBn.millerLoops(f, pairs, count);
  else ofBls.millerLoops(f, pairs, count);
}

/** Whether what the loops give is one after the final exponentiation, to the power (p¹² - 1)/r. */
// @ts-ignore: decorator
@inline export function isOneAfterExponentiation(f: usize): bool {
  return isDefined(BN254)
    ? exponentiationOfBn.isOneAfterExponentiation(f)
    : exponentiationOfBls.isOneAfterExponentiation(f);
}
