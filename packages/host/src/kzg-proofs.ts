/**
 * KZG proofs of EIP-4844, checked on mcl: 12 ms of CPU each on a crowded machine, where JavaScript takes 70 and half a second for the first
 * (`npm run bench:precompiles`). A check needs one point of the trusted setup, so that no setup is loaded.
 * Specification: https://github.com/ethereum/consensus-specs/blob/master/specs/deneb/polynomial-commitments.md
 */
import { createHash } from 'node:crypto';
import type { G1 } from 'mcl-wasm';
import {
  bls12381Library,
  type CurveLibrary,
  fieldElement,
  pairingProductIsOne,
  pointOfG1,
  pointOfG2,
  type PreparedG2,
  prepareG2,
} from './pairing-curves.js';
import { BLS_MODULUS, FIELD_ELEMENTS, power, rootsOfUnity } from './roots-of-unity.js';

/** Modulus of the base field. */
const MODULUS = Buffer.from(
  '1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab',
  'hex',
);
const ORDER = Buffer.from(BLS_MODULUS.toString(16), 'hex');

/** Affine coordinates; those of G2 as real and imaginary part. */
const G1_GENERATOR = [
  '17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb',
  '08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1',
] as const;
const G2_GENERATOR = [
  '024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8',
  '13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e',
  '0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801',
  '0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be',
] as const;
/** The generator times the ceremony's secret: g2_monomial[1] of the KZG ceremony's output. */
export const G2_SECRET = [
  '185cbfee53492714734429b7b38608e23926c911cceceac9a36851477ba4c60b087041de621000edc98edada20c1def2',
  '15bfd7dd8cdeb128843bc287230af38926187075cbfbefa81009a2ce615ac53d2914e5870cb452d2afaaab24f3499f72',
  '014353bdb96b626dd7d5ee8599d1fca2131569490e28de18e82451a496a9c9794ce26d105941f383ee689bfbbb832a99',
  '1666c54b0a32529503432fcae0181b4bef79de09fc63671fda5ed1ba9bfa07899495346f3d7ac9cd23048ef30d0a154f',
] as const;

type Curve = { library: CurveLibrary; generator: G1; negativeG2: PreparedG2; secretG2: PreparedG2 };

let curve: Promise<Curve> | undefined;

async function load(): Promise<Curve> {
  const library = await bls12381Library();
  const fp = (hex: string) => {
    const element = fieldElement(library, Buffer.from(hex, 'hex'), MODULUS);
    if (element === undefined) throw new RangeError(`${hex} is no field element`);
    return element;
  };
  const g2 = ([x0, x1, y0, y1]: readonly [string, string, string, string]) =>
    pointOfG2(library, [fp(x0), fp(x1)], [fp(y0), fp(y1)]);
  const [x, y] = G1_GENERATOR;
  const [generator, generatorG2, secretG2] = [pointOfG1(library, fp(x), fp(y)), g2(G2_GENERATOR), g2(G2_SECRET)];
  if (!generator || !generatorG2 || !secretG2) throw new RangeError('a constant is no point of its curve');
  const negativeG2 = prepareG2(library, library.neg(generatorG2));
  return { library, generator, negativeG2, secretG2: prepareG2(library, secretG2) };
}

/**
 * Whether `proof` (48 bytes) shows that the polynomial that `commitment` (48 bytes) is of takes the value `y` at `z` (32 bytes each, big
 * endian). False also where one of them is no point of the group or no field element.
 */
export async function verifyPointProof(
  commitment: Uint8Array,
  z: Uint8Array,
  y: Uint8Array,
  proof: Uint8Array,
): Promise<boolean> {
  const { library, generator, negativeG2, secretG2 } = await (curve ??= load());
  const [point, value] = [scalar(library, z), scalar(library, y)];
  const [committed, quotient] = [decompressed(library, commitment), decompressed(library, proof)];
  if (!point || !value || !committed || !quotient) return false;
  // e(C - y + z Q, -1) e(Q, secret) = 1
  const left = library.add(library.sub(committed, library.mul(generator, value)), library.mul(quotient, point));
  return pairingProductIsOne(library, [
    { g1: left, g2: negativeG2 },
    { g1: quotient, g2: secretG2 },
  ]);
}

/** Whether `proof` (48 bytes) shows that `commitment` (48 bytes) is the one of `blob` (131,072 bytes). */
export async function verifyBlobProof(blob: Uint8Array, commitment: Uint8Array, proof: Uint8Array): Promise<boolean> {
  const elements = fieldElements(blob);
  if (elements === undefined) return false;
  const z = challenge(blob, commitment);
  return verifyPointProof(commitment, bytes32(z), bytes32(valueAt(elements, z)), proof);
}

/** The field elements of a blob of 131,072 bytes, or undefined where one is not below the modulus. */
export function fieldElements(blob: Uint8Array): bigint[] | undefined {
  if (blob.length !== 32 * FIELD_ELEMENTS) return undefined;
  const digits = Buffer.from(blob.buffer, blob.byteOffset, blob.length).toString('hex');
  const elements = Array.from({ length: FIELD_ELEMENTS }, (_, index) =>
    BigInt(`0x${digits.slice(64 * index, 64 * (index + 1))}`),
  );
  return elements.every((element) => element < BLS_MODULUS) ? elements : undefined;
}

/** compute_challenge: the point at which a blob is proved. */
function challenge(blob: Uint8Array, commitment: Uint8Array): bigint {
  const degree = Buffer.alloc(16);
  degree.writeUInt32BE(FIELD_ELEMENTS, 12);
  const hash = createHash('sha256')
    .update('FSBLOBVERIFY_V1_')
    .update(degree)
    .update(blob)
    .update(commitment)
    .digest('hex');
  return BigInt(`0x${hash}`) % BLS_MODULUS;
}

/** evaluate_polynomial_in_evaluation_form: with one inversion for all differences. */
function valueAt(elements: readonly bigint[], z: bigint): bigint {
  const roots = rootsOfUnity();
  const at = roots.indexOf(z);
  if (at >= 0) return elements[at] ?? 0n;
  const differences = roots.map((root) => (z - root + BLS_MODULUS) % BLS_MODULUS);
  const products: bigint[] = [];
  let product = 1n;
  for (const difference of differences) {
    products.push(product);
    product = (product * difference) % BLS_MODULUS;
  }
  let rest = power(product, BLS_MODULUS - 2n);
  let sum = 0n;
  for (let index = FIELD_ELEMENTS - 1; index >= 0; index--) {
    const inverse = (rest * (products[index] ?? 0n)) % BLS_MODULUS;
    rest = (rest * (differences[index] ?? 0n)) % BLS_MODULUS;
    const term = ((elements[index] ?? 0n) * (roots[index] ?? 0n)) % BLS_MODULUS;
    sum += (term * inverse) % BLS_MODULUS;
  }
  const degree = BigInt(FIELD_ELEMENTS);
  const factor = ((power(z, degree) - 1n + BLS_MODULUS) * power(degree, BLS_MODULUS - 2n)) % BLS_MODULUS;
  return ((sum % BLS_MODULUS) * factor) % BLS_MODULUS;
}

function bytes32(value: bigint): Uint8Array {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
}

function scalar(library: CurveLibrary, bytes: Uint8Array): InstanceType<CurveLibrary['Fr']> | undefined {
  if (bytes.length !== ORDER.length || Buffer.compare(bytes, ORDER) >= 0) return undefined;
  const element = new library.Fr();
  element.setBigEndianMod(bytes);
  return element;
}

const COMPRESSED = 0x80;
const INFINITY = 0x40;
const LARGER = 0x20;
const HALF = (BigInt(`0x${MODULUS.toString('hex')}`) - 1n) / 2n;

/** The point of the group at 48 bytes, in the form that the beacon chain has: flags in the first three bits, x, and y's sign. */
function decompressed(library: CurveLibrary, bytes: Uint8Array): G1 | undefined {
  if (bytes.length !== MODULUS.length) return undefined;
  const coordinate = Uint8Array.from(bytes);
  const flags = (coordinate[0] ?? 0) & 0xe0;
  coordinate[0] = (coordinate[0] ?? 0) & 0x1f;
  if (flags & INFINITY) {
    if (flags !== (COMPRESSED | INFINITY) || coordinate.some((byte) => byte !== 0)) return undefined;
    const point = new library.G1();
    point.clear();
    return point;
  }
  const x = flags & COMPRESSED ? fieldElement(library, coordinate, MODULUS) : undefined;
  if (x === undefined) return undefined;
  const four = new library.Fp();
  four.setInt(4);
  const [isSquare, root] = library.squareRoot(library.add(library.mul(library.sqr(x), x), four));
  if (!isSquare || root === null) return undefined;
  const isLarger = BigInt(`0x${root.getStr(16)}`) > HALF;
  return pointOfG1(library, x, isLarger === ((flags & LARGER) !== 0) ? root : library.neg(root));
}
