/**
 * BN254 and BLS12-381 on mcl, in WebAssembly: a pairing check takes a quarter of what it takes in JavaScript (`npm run
 * bench:precompiles`). Loaded when first needed, a curve at a time.
 */
import { createRequire } from 'node:module';
import type * as Mcl from 'mcl-wasm';

export type CurveLibrary = typeof Mcl;

const loaded = new Map<string, Promise<CurveLibrary>>();

/** The library set to alt_bn128, the curve of EIP-196 and EIP-197. */
export const bn254Library = (): Promise<CurveLibrary> => once('BN_SNARK1');

/** The library set to BLS12-381. */
export const bls12381Library = (): Promise<CurveLibrary> => once('BLS12_381');

function once(curve: 'BN_SNARK1' | 'BLS12_381'): Promise<CurveLibrary> {
  let library = loaded.get(curve);
  if (library === undefined) {
    library = load(curve);
    loaded.set(curve, library);
  }
  return library;
}

async function load(curve: 'BN_SNARK1' | 'BLS12_381'): Promise<CurveLibrary> {
  const library = freshCopy();
  await library.init(library[curve]);
  // `isValid` then says whether a point is of its group, which takes as long as a Miller loop: nobody need ask again.
  library.verifyOrderG1(true);
  library.verifyOrderG2(true);
  // How EIP-2537 maps field elements to BLS12-381, as RFC 9380 does.
  if (curve === 'BLS12_381') library.setMapToMode(MAP_OF_RFC_9380);
  return library;
}

/** MCL_MAP_TO_MODE_HASH_TO_CURVE_07 of the library's mcl.hpp: the map is that of the draft of that number and of the RFC. */
const MAP_OF_RFC_9380 = 5;

/** The library keeps its curve in its modules, so that two curves need them twice. */
function freshCopy(): CurveLibrary {
  const require = createRequire(import.meta.url);
  for (const path of Object.keys(require.cache)) {
    if (path.includes('mcl-wasm')) delete require.cache[path];
  }
  return require('mcl-wasm') as CurveLibrary;
}

/** A point of G2 with the lines of its Miller loop, which are the same for every point of G1; undefined at infinity. */
export type PreparedG2 = { readonly lines: Mcl.PrecomputedG2 | undefined };
export type Pair = { readonly g1: Mcl.G1; readonly g2: PreparedG2 };

/** Contracts that verify proofs pair with the same few points of G2 each time; the lines of one take 20 KB. */
const REMEMBERED_POINTS = 64;
const remembered = new WeakMap<CurveLibrary, Map<string, PreparedG2>>();

export function prepareG2(library: CurveLibrary, point: Mcl.G2): PreparedG2 {
  return { lines: point.isZero() ? undefined : new library.PrecomputedG2(point) };
}

/**
 * Whether the product of the pairings is one, of as many pairs as `read` gives; undefined where it gives undefined for one.
 * `encoded` are the bytes of a pair's point of G2, by which its lines are found again.
 */
export function pairingCheck(
  library: CurveLibrary,
  count: number,
  read: (pair: number) => { g1: Mcl.G1 | undefined; encoded: Uint8Array; g2: () => Mcl.G2 | undefined },
): boolean | undefined {
  const known = remembered.get(library) ?? new Map<string, PreparedG2>();
  remembered.set(library, known);
  const pairs: Pair[] = [];
  try {
    for (let index = 0; index < count; index++) {
      const { g1, encoded, g2 } = read(index);
      if (g1 === undefined) return undefined;
      const name = Buffer.from(encoded).toString('latin1');
      let prepared = known.get(name);
      if (prepared === undefined) {
        const point = g2();
        if (point === undefined) return undefined;
        prepared = prepareG2(library, point);
      }
      // Set anew, so that what was used last is the last in the map's order.
      known.delete(name);
      known.set(name, prepared);
      pairs.push({ g1, g2: prepared });
    }
    return pairingProductIsOne(library, pairs);
  } finally {
    for (const [name, { lines }] of known) {
      if (known.size <= REMEMBERED_POINTS) break;
      known.delete(name);
      lines?.destroy();
    }
  }
}

/** Whether the product of the pairings is one. The points are in their groups; a pairing with infinity is one. */
export function pairingProductIsOne(library: CurveLibrary, pairs: readonly Pair[]): boolean {
  const loops = pairs.flatMap(({ g1, g2: { lines } }) => (g1.isZero() || lines === undefined ? [] : [{ g1, lines }]));
  let product: Mcl.GT | undefined;
  for (let at = 0; at < loops.length; at += 2) {
    const [one, two] = [loops[at], loops[at + 1]];
    if (one === undefined) break;
    // Two loops at once square once for both.
    const factor =
      two === undefined
        ? library.precomputedMillerLoop(one.g1, one.lines)
        : library.precomputedMillerLoop2(one.g1, one.lines, two.g1, two.lines);
    product = product === undefined ? factor : library.mul(product, factor);
  }
  return product === undefined || library.finalExp(product).isOne();
}

/** A field element of the library's curve; undefined where the big-endian `bytes` are not below `order`, 32 or 48 bytes long. */
export function fieldElement(library: CurveLibrary, bytes: Uint8Array, order: Uint8Array): Mcl.Fp | undefined {
  if (Buffer.compare(bytes, order) >= 0) return undefined;
  const element = new library.Fp();
  element.setBigEndianMod(bytes);
  return element;
}

/** The point of G1 at the coordinates, infinity where both are zero; undefined where there is none in the group. */
export function pointOfG1(library: CurveLibrary, x: Mcl.Fp, y: Mcl.Fp): Mcl.G1 | undefined {
  const point = new library.G1();
  if (x.isZero() && y.isZero()) {
    point.clear();
    return point;
  }
  const one = new library.Fp();
  one.setInt(1);
  point.setX(x);
  point.setY(y);
  point.setZ(one);
  return point.isValid() ? point : undefined;
}

/** As pointOfG1, for coordinates of two elements each, the real part first. */
export function pointOfG2(
  library: CurveLibrary,
  [x0, x1]: readonly [Mcl.Fp, Mcl.Fp],
  [y0, y1]: readonly [Mcl.Fp, Mcl.Fp],
): Mcl.G2 | undefined {
  const point = new library.G2();
  if ([x0, x1, y0, y1].every((part) => part.isZero())) {
    point.clear();
    return point;
  }
  const of = (real: Mcl.Fp, imaginary: Mcl.Fp) => {
    const element = new library.Fp2();
    element.set_a(real);
    element.set_b(imaginary);
    return element;
  };
  const one = new library.Fp2();
  one.setInt(1, 0);
  point.setX(of(x0, x1));
  point.setY(of(y0, y1));
  point.setZ(one);
  return point.isValid() ? point : undefined;
}
