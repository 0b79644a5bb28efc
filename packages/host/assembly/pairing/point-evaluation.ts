// KZG point evaluation. Specification: EIP-4844, verify_kzg_proof. Both points of G2 are always the same, so that the lines of their
// Miller loops are computed once, divided by the factor that y is multiplied by.
import { G1_GENERATOR, G2_GENERATOR, G2_SECRET } from '../generated/bls12-381-constants';
import { decompress } from './encoding';
import { isOneAfterExponentiation } from './final-exponentiation';
import { LOOP_LINES, millerLoopsOfLines, prepareLines } from './miller-loop';
import { addPoints, completeAffine, isInfinity, makeAffine, negatePoint } from './point';
import { isScalar } from './scalar';
import { isInSubgroup } from './subgroup';
import { addTerm, clearTerms, sumOfTerms } from './sum-of-multiples';

const LINES_OF_NEGATIVE_GENERATOR = memory.data(<i32>LOOP_LINES, 16);
const LINES_OF_SECRET = memory.data(<i32>LOOP_LINES, 16);
const COMMITMENT = memory.data(192, 16);
const PROOF = memory.data(192, 16);
const SUM = memory.data(192, 16);
const GENERATOR = memory.data(192, 16);
const G2_POINT = memory.data(384, 16);
const PRODUCT = memory.data(768, 16);

let prepared = false;

function prepare(): void {
  memory.copy(G2_POINT, G2_GENERATOR, 256);
  completeAffine<u16>(G2_POINT);
  negatePoint<u16>(G2_POINT, G2_POINT);
  prepareLines(LINES_OF_NEGATIVE_GENERATOR, G2_POINT);
  memory.copy(G2_POINT, G2_SECRET, 256);
  completeAffine<u16>(G2_POINT);
  prepareLines(LINES_OF_SECRET, G2_POINT);
  memory.copy(GENERATOR, G1_GENERATOR, 128);
  completeAffine<u8>(GENERATOR);
  negatePoint<u8>(GENERATOR, GENERATOR);
  prepared = true;
}

/**
 * Whether the proof shows that the polynomial that the commitment is of has the value y at z (32 bytes each, big-endian): commitment and
 * proof are points of the group in compressed form. False also where one of the four is not what it must be.
 */
export function proofIsValid(commitment: usize, z: usize, y: usize, proof: usize): bool {
  if (!isScalar(z) || !isScalar(y)) return false;
  if (!decompress(COMMITMENT, commitment) || !decompress(PROOF, proof)) return false;
  if (!isInSubgroup<u8>(COMMITMENT) || !isInSubgroup<u8>(PROOF)) return false;
  if (!prepared) prepare();
  // e(C - y + z Q, -1) e(Q, secret) = 1
  clearTerms();
  addTerm<u8>(GENERATOR, y);
  addTerm<u8>(PROOF, z);
  sumOfTerms<u8>(SUM);
  addPoints<u8>(SUM, SUM, COMMITMENT);
  const isFinite = makeAffine<u8>(SUM, SUM);
  // One pairing that is not of infinity is never one.
  if (isInfinity<u8>(PROOF) || !isFinite) return isInfinity<u8>(PROOF) && !isFinite;
  millerLoopsOfLines(PRODUCT, SUM, LINES_OF_NEGATIVE_GENERATOR, PROOF, LINES_OF_SECRET);
  return isOneAfterExponentiation(PRODUCT);
}
