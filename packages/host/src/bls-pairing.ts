/**
 * The precompiles on BLS12-381 that multiply and pair, addresses 0x0c, 0x0e and 0x0f, on a WebAssembly library.
 * Specification: EIP-2537.
 */
import type { Fr, G1, G2 } from 'mcl-wasm';
import { G1_BYTES, G2_BYTES, readG1, readG2, writeG1, writeG2 } from './bls-encoding.js';
import { bls12381Library, type CurveLibrary, pairingCheck as productIsOne } from './pairing-curves.js';

const SCALAR_BYTES = 32;

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
