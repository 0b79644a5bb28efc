// KZG point evaluation. Specification: EIP-4844, verify_kzg_proof. Both points of G2 are always the same, so that the lines of their
// Miller loops are computed once, divided by the factor that y is multiplied by.
import { G2_GENERATOR, G2_SECRET } from '../../generated/bls12-381-constants';
import { addPoints, completeAffine, isInfinity, makeAffine, negatePoint } from '../point';
import { decompress } from './compressed-point';
import { isOneAfterExponentiation } from './final-exponentiation';
import { LOOP_LINES, millerLoopsOfLines, prepareLines } from './miller-loop';
import { isScalar } from './scalar';
import { isInSubgroup } from './subgroup';
import { addTerm, beginWithGenerator, sumOfTerms } from './sum-of-multiples';

const LINES_OF_GENERATOR = memory.data(<i32>LOOP_LINES, 16);
const LINES_OF_SECRET = memory.data(<i32>LOOP_LINES, 16);
const COMMITMENT = memory.data(192, 16);
const PROOF = memory.data(192, 16);
const MULTIPLE = memory.data(192, 16);
const SUM = memory.data(192, 16);
const G2_POINT = memory.data(384, 16);
const PRODUCT = memory.data(768, 16);

let prepared = false;

function prepare(): void {
  prepareLinesOf(LINES_OF_GENERATOR, G2_GENERATOR);
  prepareLinesOf(LINES_OF_SECRET, G2_SECRET);
  prepared = true;
}

function prepareLinesOf(lines: usize, coordinates: usize): void {
  memory.copy(G2_POINT, coordinates, 256);
  completeAffine<u16>(G2_POINT);
  prepareLines(lines, G2_POINT);
}

/**
 * Whether the proof shows that the polynomial that the commitment is of has the value y at z (32 bytes each, big-endian): commitment and
 * proof are points of the group in compressed form. False also where one of the four is not what it must be.
 */
export function proofIsValid(commitment: usize, z: usize, y: usize, proof: usize): bool {
  if (!isScalar(z) || !isScalar(y)) return false;
  if (!decompress(COMMITMENT, commitment) || !decompress(PROOF, proof)) return false;
  if (!isInSubgroup<u8>(COMMITMENT, MULTIPLE) || !isInSubgroup<u8>(PROOF, MULTIPLE)) return false;
  if (!prepared) prepare();
  // e(y - z Q - C, 1) e(Q, secret) = 1
  negatePoint<u8>(SUM, PROOF);
  negatePoint<u8>(MULTIPLE, MULTIPLE);
  beginWithGenerator(y);
  addTerm<u8>(SUM, MULTIPLE, z);
  sumOfTerms<u8>(SUM);
  negatePoint<u8>(COMMITMENT, COMMITMENT);
  addPoints<u8>(SUM, SUM, COMMITMENT);
  const isFinite = makeAffine<u8>(SUM, SUM);
  // One pairing that is not of infinity is never one.
  if (isInfinity<u8>(PROOF) || !isFinite) return isInfinity<u8>(PROOF) && !isFinite;
  millerLoopsOfLines(PRODUCT, SUM, LINES_OF_GENERATOR, PROOF, LINES_OF_SECRET);
  return isOneAfterExponentiation(PRODUCT);
}
