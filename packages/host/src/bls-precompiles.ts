/**
 * The precompiles on BLS12-381 that add and map, addresses 0x0b, 0x0d, 0x10 and 0x11, on a WebAssembly library: a sum takes a
 * quarter of what it takes in JavaScript, a map a tenth (`npm run bench:precompiles`).
 * Specification: EIP-2537.
 */
import { FP_BYTES, G1_BYTES, G2_BYTES, readFp, readG1, readG2, writeG1, writeG2 } from './bls-encoding.js';
import { bls12381Library, withoutOrder } from './pairing-curves.js';

/** The sum of two points of the curve, which need not be in the subgroup; undefined where the input is something else. */
export async function g1Add(input: Uint8Array): Promise<Uint8Array | undefined> {
  if (input.length !== 2 * G1_BYTES) return undefined;
  const library = await bls12381Library();
  const [a, b] = withoutOrder(library, () => [
    readG1(library, input.subarray(0, G1_BYTES)),
    readG1(library, input.subarray(G1_BYTES)),
  ]);
  return a && b && writeG1(library.add(a, b));
}

/** As g1Add. */
export async function g2Add(input: Uint8Array): Promise<Uint8Array | undefined> {
  if (input.length !== 2 * G2_BYTES) return undefined;
  const library = await bls12381Library();
  const [a, b] = withoutOrder(library, () => [
    readG2(library, input.subarray(0, G2_BYTES)),
    readG2(library, input.subarray(G2_BYTES)),
  ]);
  return a && b && writeG2(library.add(a, b));
}

/** The point of the subgroup that a field element is mapped to; undefined where the input is something else. */
export async function mapFpToG1(input: Uint8Array): Promise<Uint8Array | undefined> {
  if (input.length !== FP_BYTES) return undefined;
  const u = readFp(await bls12381Library(), input, 0);
  return u && writeG1(u.mapToG1());
}

/** As mapFpToG1, for an element of two coordinates. */
export async function mapFp2ToG2(input: Uint8Array): Promise<Uint8Array | undefined> {
  if (input.length !== 2 * FP_BYTES) return undefined;
  const library = await bls12381Library();
  const [c0, c1] = [readFp(library, input, 0), readFp(library, input, 1)];
  if (c0 === undefined || c1 === undefined) return undefined;
  const u = new library.Fp2();
  u.set_a(c0);
  u.set_b(c1);
  return writeG2(u.mapToG2());
}
