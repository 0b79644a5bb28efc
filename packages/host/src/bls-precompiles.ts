/**
 * The precompiles on BLS12-381 that add and map, addresses 0x0b, 0x0d, 0x10 and 0x11.
 * Specification: EIP-2537. Field elements are 64 bytes, of which the first 16 are zero; the point at infinity is all zero.
 */
import { bls12_381 } from '@noble/curves/bls12-381.js';

const { Fp, Fp2 } = bls12_381.fields;
const G1 = bls12_381.G1.Point;
const G2 = bls12_381.G2.Point;
type G1Point = typeof G1.BASE;
type G2Point = typeof G2.BASE;

const FP_BYTES = 64;
const G1_BYTES = 2 * FP_BYTES;
const G2_BYTES = 4 * FP_BYTES;

/** Output, or undefined where the input is not one of the precompile's. */
export type BlsPrecompile = (input: Uint8Array) => Uint8Array | undefined;

export const g1Add: BlsPrecompile = (input) => add(input, G1_BYTES, readG1, writeG1);
export const g2Add: BlsPrecompile = (input) => add(input, G2_BYTES, readG2, writeG2);

// The library's types say that mapToCurve takes a list of scalars; for G1 it takes a single one.
const mapToG1 = bls12_381.G1.mapToCurve as unknown as (u: bigint) => { x: bigint; y: bigint };

export const mapFpToG1: BlsPrecompile = (input) => {
  const u = input.length === FP_BYTES ? readFp(input) : undefined;
  if (u === undefined) return undefined;
  const { x, y } = mapToG1(u);
  return writeFps([x, y]);
};

export const mapFp2ToG2: BlsPrecompile = (input) => {
  if (input.length !== 2 * FP_BYTES) return undefined;
  const [c0, c1] = [readFp(input.subarray(0, FP_BYTES)), readFp(input.subarray(FP_BYTES))];
  if (c0 === undefined || c1 === undefined) return undefined;
  const { x, y } = bls12_381.G2.mapToCurve([c0, c1]);
  return writeFps([x.c0, x.c1, y.c0, y.c1]);
};

type Point<P> = { add(other: P): P };

/** The sum of two points of the curve, which need not be in the subgroup. */
function add<P extends Point<P>>(
  input: Uint8Array,
  size: number,
  read: (bytes: Uint8Array) => P | undefined,
  write: (point: P) => Uint8Array,
): Uint8Array | undefined {
  if (input.length !== 2 * size) return undefined;
  const [a, b] = [read(input.subarray(0, size)), read(input.subarray(size))];
  return a === undefined || b === undefined ? undefined : write(a.add(b));
}

/** A point of the curve, or undefined. */
function readG1(bytes: Uint8Array): G1Point | undefined {
  const [x, y] = [readFp(bytes.subarray(0, FP_BYTES)), readFp(bytes.subarray(FP_BYTES))];
  if (x === undefined || y === undefined) return undefined;
  if (x === 0n && y === 0n) return G1.ZERO;
  return Fp.eql(Fp.sqr(y), Fp.add(Fp.mul(Fp.sqr(x), x), 4n)) ? G1.fromAffine({ x, y }) : undefined;
}

function readG2(bytes: Uint8Array): G2Point | undefined {
  const parts = [0, 1, 2, 3].map((part) => readFp(bytes.subarray(part * FP_BYTES, (part + 1) * FP_BYTES)));
  const [x0, x1, y0, y1] = parts;
  if (x0 === undefined || x1 === undefined || y0 === undefined || y1 === undefined) return undefined;
  if ([x0, x1, y0, y1].every((part) => part === 0n)) return G2.ZERO;
  const [x, y] = [Fp2.create({ c0: x0, c1: x1 }), Fp2.create({ c0: y0, c1: y1 })];
  const right = Fp2.add(Fp2.mul(Fp2.sqr(x), x), Fp2.create({ c0: 4n, c1: 4n }));
  return Fp2.eql(Fp2.sqr(y), right) ? G2.fromAffine({ x, y }) : undefined;
}

function readFp(bytes: Uint8Array): bigint | undefined {
  const value = toBigInt(bytes);
  return value < Fp.ORDER ? value : undefined;
}

function writeG1(point: G1Point): Uint8Array {
  if (point.is0()) return new Uint8Array(G1_BYTES);
  const { x, y } = point.toAffine();
  return writeFps([x, y]);
}

function writeG2(point: G2Point): Uint8Array {
  if (point.is0()) return new Uint8Array(G2_BYTES);
  const { x, y } = point.toAffine();
  return writeFps([x.c0, x.c1, y.c0, y.c1]);
}

function writeFps(values: bigint[]): Uint8Array {
  return Buffer.from(values.map((value) => value.toString(16).padStart(2 * FP_BYTES, '0')).join(''), 'hex');
}

function toBigInt(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}
