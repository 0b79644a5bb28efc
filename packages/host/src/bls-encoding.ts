/**
 * How the precompiles on BLS12-381 have points and field elements in bytes, to and from a WebAssembly library's.
 * Specification: EIP-2537. Field elements are 64 bytes, of which the first 16 are zero; the point at infinity is all zero.
 */
import type { Fp, G1, G2 } from 'mcl-wasm';
import { type CurveLibrary, pointOfG1, pointOfG2 } from './pairing-curves.js';

export const FP_BYTES = 64;
export const G1_BYTES = 2 * FP_BYTES;
export const G2_BYTES = 4 * FP_BYTES;
/** Modulus of the base field. */
const MODULUS = Buffer.from(
  '1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab',
  'hex',
);

/** Bytes of the modulus, and of an element that is not padded. */
export const MODULUS_BYTES = MODULUS.length;

/** The point at the beginning of `bytes`; undefined where there is none that the library takes. */
export function readG1(library: CurveLibrary, bytes: Uint8Array): G1 | undefined {
  const [x, y] = [0, 1].map((part) => readFp(library, bytes, part));
  return x && y && pointOfG1(library, x, y);
}

/** As readG1. */
export function readG2(library: CurveLibrary, bytes: Uint8Array): G2 | undefined {
  const [x0, x1, y0, y1] = [0, 1, 2, 3].map((part) => readFp(library, bytes, part));
  return x0 && x1 && y0 && y1 && pointOfG2(library, [x0, x1], [y0, y1]);
}

/** The field element of that number; undefined where it is none. */
export function readFp(library: CurveLibrary, bytes: Uint8Array, part: number): Fp | undefined {
  const padded = bytes.subarray(part * FP_BYTES, (part + 1) * FP_BYTES);
  if (!isFp(padded)) return undefined;
  const element = new library.Fp();
  element.setBigEndianMod(padded.subarray(FP_BYTES - MODULUS.length));
  return element;
}

/** Whether the 64 bytes are a field element. */
export function isFp(padded: Uint8Array): boolean {
  for (let i = 0; i < FP_BYTES - MODULUS.length; i++) if (padded[i] !== 0) return false;
  return Buffer.compare(padded.subarray(FP_BYTES - MODULUS.length), MODULUS) < 0;
}

/** The point's bytes. It is normalized. */
export function writeG1(point: G1 | undefined): Uint8Array | undefined {
  if (point === undefined || point.isZero()) return point && new Uint8Array(G1_BYTES);
  point.normalize();
  return writeFps([point.getX(), point.getY()]);
}

/** As writeG1. */
export function writeG2(point: G2 | undefined): Uint8Array | undefined {
  if (point === undefined || point.isZero()) return point && new Uint8Array(G2_BYTES);
  point.normalize();
  const [x, y] = [point.getX(), point.getY()];
  return writeFps([x.get_a(), x.get_b(), y.get_a(), y.get_b()]);
}

function writeFps(values: readonly Fp[]): Uint8Array {
  const bytes = new Uint8Array(values.length * FP_BYTES);
  // The library has the lowest byte first.
  for (const [part, value] of values.entries())
    bytes.set(value.serialize().toReversed(), (part + 1) * FP_BYTES - MODULUS.length);
  return bytes;
}
