/**
 * The precompiles on BLS12-381 that add and map, addresses 0x0b, 0x0d, 0x10 and 0x11, on a WebAssembly library: a sum takes a
 * quarter of what it takes in JavaScript, a map a tenth (`npm run bench:precompiles`).
 * Specification: EIP-2537.
 */
import { FP_BYTES, G1_BYTES, G2_BYTES, isFp, MODULUS_BYTES, readFp, writeG1, writeG2 } from './bls-encoding.js';
import { bls12381Library, type CurveLibrary, inMemory, type InMemory } from './pairing-curves.js';

/** The sum of two points of the curve, which need not be in the subgroup; undefined where the input is something else. */
export async function g1Add(input: Uint8Array): Promise<Uint8Array | undefined> {
  return input.length === 2 * G1_BYTES ? sumOf(await bls12381Library(), 'G1', input) : undefined;
}

/** As g1Add. */
export async function g2Add(input: Uint8Array): Promise<Uint8Array | undefined> {
  return input.length === 2 * G2_BYTES ? sumOf(await bls12381Library(), 'G2', input) : undefined;
}

type Group = 'G1' | 'G2';

/** Bytes of a field element in the library, and of a point of G2, the larger group. */
const ELEMENT = MODULUS_BYTES;
const POINT = 3 * 2 * ELEMENT;

/**
 * Sums of points on the library's memory, of which a block of 30 million gas buys sixty thousand: through the library's objects each would
 * take twice as long.
 */
function additionsIn({
  bytes: memory,
  allocate,
  named,
}: InMemory): (group: Group, input: Uint8Array) => Uint8Array | undefined {
  const [setBytes, setNumber, toBytes] = ['setBigEndianMod', 'setInt32', 'serialize'].map((name) =>
    named(`mclBnFp_${name}`),
  ) as [Take, Take, Take];
  const onGroup = (group: Group) => ({
    verifyOrder: named(`mclBn_verifyOrder${group}`),
    isValid: named(`mclBn${group}_isValid`),
    isInfinite: named(`mclBn${group}_isZero`),
    add: named(`mclBn${group}_add`),
    normalize: named(`mclBn${group}_normalize`),
  });
  const groups = { G1: onGroup('G1'), G2: onGroup('G2') };
  const [a, b, sum, bytes] = [allocate(POINT), allocate(POINT), allocate(POINT), allocate(ELEMENT)];

  /** Puts the encoded point to `at`; false where it is no point of the curve. */
  const place = (group: Group, at: number, encoded: Uint8Array): boolean => {
    const parts = encoded.length / FP_BYTES;
    for (let part = 0; part < parts; part++) {
      const element = encoded.subarray(part * FP_BYTES, (part + 1) * FP_BYTES);
      if (!isFp(element)) return false;
      memory().set(element.subarray(FP_BYTES - ELEMENT), bytes);
      setBytes(at + part * ELEMENT, bytes, ELEMENT);
    }
    // The third coordinate is 1, of two elements the first; 0 at infinity.
    const third = isZero(encoded) ? 0 : 1;
    for (let part = parts; part < (parts * 3) / 2; part++) setNumber(at + part * ELEMENT, part === parts ? third : 0);
    // Any point of the curve, whatever its order, which the library is to look at elsewhere.
    const { verifyOrder, isValid } = groups[group];
    verifyOrder(0);
    const answer = isValid(at);
    verifyOrder(1);
    return answer !== 0;
  };

  return (group, input) => {
    const half = input.length / 2;
    if (!place(group, a, input.subarray(0, half)) || !place(group, b, input.subarray(half))) return undefined;
    const { add, isInfinite, normalize } = groups[group];
    add(sum, a, b);
    const output = new Uint8Array(half);
    if (isInfinite(sum) !== 0) return output;
    normalize(sum, sum);
    for (let part = 0; part < half / FP_BYTES; part++) {
      toBytes(bytes, ELEMENT, sum + part * ELEMENT);
      // The library has the lowest byte first.
      for (let i = 0; i < ELEMENT; i++) output[(part + 1) * FP_BYTES - 1 - i] = memory()[bytes + i] ?? 0;
    }
    return output;
  };
}

type Take = (...args: number[]) => number;

let additions: ReturnType<typeof additionsIn> | undefined;

function sumOf(library: CurveLibrary, group: Group, input: Uint8Array): Uint8Array | undefined {
  additions ??= additionsIn(inMemory(library));
  return additions(group, input);
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

function isZero(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
}
