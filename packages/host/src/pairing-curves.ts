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
  // `isValid` then says whether a point is of its group: nobody need ask again. All of bn254's points are of its G1.
  library.verifyOrderG1(curve === 'BLS12_381');
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

/** The library's functions on its memory, by the names that they have in C; arguments are addresses there, and numbers. */
export type InMemory = {
  /** The memory. It may move when something is allocated. */
  bytes(): Int8Array;
  /** Room for that many bytes, for good. */
  allocate(length: number): number;
  named(name: string): (...args: number[]) => number;
};

export function inMemory(library: CurveLibrary): InMemory {
  const { mod } = library as unknown as { readonly mod: { HEAP8: Int8Array } & Record<string, unknown> };
  const named: InMemory['named'] = (name) => {
    const found = mod[`_${name}`];
    if (typeof found !== 'function') throw new TypeError(`mcl-wasm has no function ${name}`);
    return found as (...args: number[]) => number;
  };
  return { bytes: () => mod.HEAP8, allocate: named('malloc'), named };
}

/**
 * A point of G2, not infinity, with the lines of its Miller loop, which are the same for every point of G1; or as it is, where it is not
 * expected again.
 */
export type PreparedG2 = { readonly lines: Mcl.PrecomputedG2 } | { readonly point: Mcl.G2 };
/** Two points, undefined at infinity. */
export type Pair = { readonly g1: Mcl.G1 | undefined; readonly g2: PreparedG2 | undefined };

/** Contracts that verify proofs pair with the same few points of G2 each time; the lines of one take 20 KB. */
const REMEMBERED_POINTS = 64;
/** Points that are counted, and how often one is met before its lines are worth their while. */
const POINTS_MET = 1024;
const OFTEN = 3;
type Remembered = {
  readonly lines: Map<string, { readonly lines: Mcl.PrecomputedG2 }>;
  readonly met: Map<string, number>;
};
const remembered = new WeakMap<CurveLibrary, Remembered>();

export function prepareG2(library: CurveLibrary, point: Mcl.G2): { readonly lines: Mcl.PrecomputedG2 } {
  return { lines: new library.PrecomputedG2(point) };
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
  const known: Remembered = remembered.get(library) ?? { lines: new Map(), met: new Map() };
  remembered.set(library, known);
  const pairs: Pair[] = [];
  try {
    for (let index = 0; index < count; index++) {
      const { g1, encoded, g2 } = read(index);
      if (g1 === undefined) return undefined;
      const name = Buffer.from(encoded).toString('latin1');
      let prepared: PreparedG2 | undefined = known.lines.get(name);
      if (prepared === undefined) {
        const point = g2();
        if (point === undefined) return undefined;
        if (!point.isZero()) prepared = timesMet(known, name) >= OFTEN ? prepareG2(library, point) : { point };
      }
      if (prepared !== undefined && 'lines' in prepared) {
        // Set anew, so that what was used last is the last in the map's order.
        known.lines.delete(name);
        known.lines.set(name, prepared);
      }
      pairs.push({ g1: g1.isZero() ? undefined : g1, g2: prepared });
    }
    return pairingProductIsOne(library, pairs);
  } finally {
    for (const [name, { lines }] of known.lines) {
      if (known.lines.size <= REMEMBERED_POINTS) break;
      known.lines.delete(name);
      lines.destroy();
    }
  }
}

function timesMet({ met }: Remembered, name: string): number {
  const times = (met.get(name) ?? 0) + 1;
  if (met.size >= POINTS_MET) met.clear();
  met.set(name, times);
  return times;
}

/** Whether the product of the pairings is one. The points are in their groups; a pairing with infinity is one. */
export function pairingProductIsOne(library: CurveLibrary, pairs: readonly Pair[]): boolean {
  const prepared: { g1: Mcl.G1; lines: Mcl.PrecomputedG2 }[] = [];
  const others: { g1: Mcl.G1; point: Mcl.G2 }[] = [];
  for (const { g1, g2 } of pairs) {
    if (g1 === undefined || g2 === undefined) continue;
    if ('lines' in g2) prepared.push({ g1, lines: g2.lines });
    else others.push({ g1, point: g2.point });
  }
  // The groups have the same prime order, and no pairing of two points is one but those with infinity.
  if (prepared.length + others.length === 1) return false;
  let product = others.length === 0 ? undefined : loopsAtOnce(library, others);
  for (let at = 0; at < prepared.length; at += 2) {
    const [one, two] = [prepared[at], prepared[at + 1]];
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

/** Loops that square once for all. */
const LOOPS_AT_ONCE = 16;
/** Bytes of points, and of a product, whatever the curve: coordinates of 48 bytes, three of one and of two, twelve. */
const SIZE = { g1: 3 * 48, g2: 3 * 2 * 48, product: 12 * 48 };
const places = new WeakMap<CurveLibrary, { readonly g1: number; readonly g2: number; readonly product: number }>();

/** The product of the Miller loops of one pair or more. */
function loopsAtOnce(library: CurveLibrary, pairs: readonly { g1: Mcl.G1; point: Mcl.G2 }[]): Mcl.GT {
  const { allocate, named } = inMemory(library);
  const loops = named('mclBn_millerLoopVec');
  const place = places.get(library) ?? {
    g1: allocate(SIZE.g1 * LOOPS_AT_ONCE),
    g2: allocate(SIZE.g2 * LOOPS_AT_ONCE),
    product: allocate(SIZE.product),
  };
  places.set(library, place);
  let product: Mcl.GT | undefined;
  for (let from = 0; from < pairs.length; from += LOOPS_AT_ONCE) {
    const some = pairs.slice(from, from + LOOPS_AT_ONCE);
    for (const [i, { g1, point }] of some.entries()) {
      g1.copyToMem(place.g1 + i * SIZE.g1);
      point.copyToMem(place.g2 + i * SIZE.g2);
    }
    loops(place.product, place.g1, place.g2, some.length);
    const factor = new library.GT();
    factor.copyFromMem(place.product);
    product = product === undefined ? factor : library.mul(product, factor);
  }
  if (product === undefined) throw new RangeError('there are no pairs');
  return product;
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
