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

/** The sum of points of the subgroup, each times its scalar; undefined where the input is something else. */
export async function g1Msm(input: Uint8Array): Promise<Uint8Array | undefined> {
  const library = await bls12381Library();
  const terms = readTerms(library, input, G1_BYTES, readG1);
  return terms && writeG1(sumOf(terms, { mulVec: library.mulVec, add: library.add }));
}

/** As g1Msm. */
export async function g2Msm(input: Uint8Array): Promise<Uint8Array | undefined> {
  const library = await bls12381Library();
  const terms = readTerms(library, input, G2_BYTES, readG2);
  return terms && writeG2(sumOf(terms, { mulVec: library.mulVec, add: library.add }));
}

/** Terms that are summed up at once: together they take a fifth of what each takes by itself. The library puts them on its stack. */
const TERMS_AT_ONCE = 128;

function sumOf<P extends G1 | G2>(
  terms: readonly Term<P>[],
  { mulVec, add }: { mulVec(points: P[], scalars: Fr[]): P; add(a: P, b: P): P },
): P | undefined {
  let sum: P | undefined;
  for (let at = 0; at < terms.length; at += TERMS_AT_ONCE) {
    const some = terms.slice(at, at + TERMS_AT_ONCE);
    const part = mulVec(
      some.map(({ point }) => point),
      some.map(({ scalar }) => scalar),
    );
    sum = sum === undefined ? part : add(sum, part);
  }
  return sum;
}

type Term<P> = { readonly point: P; readonly scalar: Fr };

/** One or more points of the subgroup, each with its scalar; undefined where the input is something else. */
function readTerms<P extends G1 | G2>(
  library: CurveLibrary,
  input: Uint8Array,
  size: number,
  read: (library: CurveLibrary, bytes: Uint8Array) => P | undefined,
): Term<P>[] | undefined {
  const item = size + SCALAR_BYTES;
  if (input.length === 0 || input.length % item !== 0) return undefined;
  const terms: Term<P>[] = [];
  for (let at = 0; at < input.length; at += item) {
    const point = read(library, input.subarray(at, at + size));
    if (point === undefined) return undefined;
    const scalar = new library.Fr();
    scalar.setBigEndianMod(input.subarray(at + size, at + item));
    terms.push({ point, scalar });
  }
  return terms;
}
