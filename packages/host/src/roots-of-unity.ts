/** The points at which a blob's field elements are the values of its polynomial. Specification: EIP-4844, EIP-7594. */

export const FIELD_ELEMENTS = 4096;

/** Order of the scalar field of BLS12-381: every field element of a blob is below it. */
export const BLS_MODULUS = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n;

/** 7 generates the multiplicative group of the field (EIP-4844 PRIMITIVE_ROOT_OF_UNITY). */
const GENERATOR = 7n;

let roots: readonly bigint[] | undefined;

/** The 4096 roots of unity in bit-reversed order: element i of a blob is the polynomial's value at root i. */
export function rootsOfUnity(): readonly bigint[] {
  if (roots !== undefined) return roots;
  const primitive = power(GENERATOR, (BLS_MODULUS - 1n) / BigInt(FIELD_ELEMENTS));
  const table = Array.from({ length: FIELD_ELEMENTS }, () => 0n);
  let root = 1n;
  for (let exponent = 0; exponent < FIELD_ELEMENTS; exponent++) {
    table[reverseBits(exponent)] = root;
    root = (root * primitive) % BLS_MODULUS;
  }
  roots = table;
  return table;
}

/** `base` to the power of `exponent` in the scalar field. */
function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % BLS_MODULUS;
    square = (square * square) % BLS_MODULUS;
  }
  return result;
}

function reverseBits(index: number): number {
  let reversed = 0;
  for (let bit = 1; bit < FIELD_ELEMENTS; bit <<= 1) reversed = (reversed << 1) | ((index & bit) === 0 ? 0 : 1);
  return reversed;
}
