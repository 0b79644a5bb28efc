/**
 * The precompiles on BLS12-381 that multiply and pair, addresses 0x0c, 0x0e and 0x0f, on a WebAssembly library.
 * Specification: EIP-2537. Field elements are 64 bytes, of which the first 16 are zero; the point at infinity is all zero.
 */
import type { Fp, Fr, G1, G2 } from 'mcl-wasm';
import {
  bls12381Library,
  type CurveLibrary,
  fieldElement,
  pairingCheck as productIsOne,
  pointOfG1,
  pointOfG2,
} from './pairing-curves.js';

const FP_BYTES = 64;
const SCALAR_BYTES = 32;
const G1_BYTES = 2 * FP_BYTES;
const G2_BYTES = 4 * FP_BYTES;
/** Modulus of the base field. */
const MODULUS = Buffer.from(
  '1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab',
  'hex',
);

/** Whether the product of the pairings is one, as 32 bytes; undefined where the input is not one of the precompile's. */
export async function pairingCheck(input: Uint8Array): Promise<Uint8Array | undefined> {
  const size = G1_BYTES + G2_BYTES;
  if (input.length === 0 || input.length % size !== 0) return undefined;
  const library = await bls12381Library();
  const isOne = productIsOne(library, input.length / size, (index) => {
    const pair = input.subarray(size * index, size * (index + 1));
    const encoded = pair.subarray(G1_BYTES);
    return { g1: readG1(library, pair.subarray(0, G1_BYTES)), encoded, g2: () => readG2(library, encoded) };
  });
  if (isOne === undefined) return undefined;
  const result = new Uint8Array(32);
  result[31] = isOne ? 1 : 0;
  return result;
}

export async function g1Msm(input: Uint8Array): Promise<Uint8Array | undefined> {
  const library = await bls12381Library();
  const terms = readTerms(library, input, G1_BYTES, readG1);
  return (
    terms &&
    writeG1(
      terms.reduce((sum: G1 | undefined, { point, scalar }) => {
        const term = library.mul(point, scalar);
        return sum === undefined ? term : library.add(sum, term);
      }, undefined),
    )
  );
}

export async function g2Msm(input: Uint8Array): Promise<Uint8Array | undefined> {
  const library = await bls12381Library();
  const terms = readTerms(library, input, G2_BYTES, readG2);
  return (
    terms &&
    writeG2(
      terms.reduce((sum: G2 | undefined, { point, scalar }) => {
        const term = library.mul(point, scalar);
        return sum === undefined ? term : library.add(sum, term);
      }, undefined),
    )
  );
}

/** One or more points of the subgroup, each with its scalar; undefined where the input is something else. */
function readTerms<P extends G1 | G2>(
  library: CurveLibrary,
  input: Uint8Array,
  size: number,
  read: (library: CurveLibrary, bytes: Uint8Array) => P | undefined,
): { point: P; scalar: Fr }[] | undefined {
  const item = size + SCALAR_BYTES;
  if (input.length === 0 || input.length % item !== 0) return undefined;
  const terms: { point: P; scalar: Fr }[] = [];
  for (let at = 0; at < input.length; at += item) {
    const point = read(library, input.subarray(at, at + size));
    if (point === undefined) return undefined;
    const scalar = new library.Fr();
    scalar.setBigEndianMod(input.subarray(at + size, at + item));
    terms.push({ point, scalar });
  }
  return terms;
}

function readG1(library: CurveLibrary, bytes: Uint8Array): G1 | undefined {
  const [x, y] = [0, 1].map((part) => readFp(library, bytes, part));
  return x && y && pointOfG1(library, x, y);
}

function readG2(library: CurveLibrary, bytes: Uint8Array): G2 | undefined {
  const [x0, x1, y0, y1] = [0, 1, 2, 3].map((part) => readFp(library, bytes, part));
  return x0 && x1 && y0 && y1 && pointOfG2(library, [x0, x1], [y0, y1]);
}

function readFp(library: CurveLibrary, bytes: Uint8Array, part: number): Fp | undefined {
  const padded = bytes.subarray(part * FP_BYTES, (part + 1) * FP_BYTES);
  const padding = FP_BYTES - MODULUS.length;
  if (padded.subarray(0, padding).some((byte) => byte !== 0)) return undefined;
  return fieldElement(library, padded.subarray(padding), MODULUS);
}

function writeG1(point: G1 | undefined): Uint8Array | undefined {
  if (point === undefined || point.isZero()) return point && new Uint8Array(G1_BYTES);
  point.normalize();
  return writeFps([point.getX(), point.getY()]);
}

function writeG2(point: G2 | undefined): Uint8Array | undefined {
  if (point === undefined || point.isZero()) return point && new Uint8Array(G2_BYTES);
  point.normalize();
  const [x, y] = [point.getX(), point.getY()];
  return writeFps([x.get_a(), x.get_b(), y.get_a(), y.get_b()]);
}

function writeFps(values: readonly Fp[]): Uint8Array {
  return Buffer.from(values.map((value) => value.getStr(16).padStart(2 * FP_BYTES, '0')).join(''), 'hex');
}
