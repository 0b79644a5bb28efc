// How the specification names the elements of a blob (fault-proof/index.md#type-5-global-eip-4844-point-evaluation-key).
import { fromHex } from './module.js';

const modulus = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n;

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let e = exponent, b = base; e > 0n; e >>= 1n, b = (b * b) % modulus) if (e & 1n) result = (result * b) % modulus;
  return result;
}

const primitive = power(7n, (modulus - 1n) / 4096n);
const roots: bigint[] = [1n];
for (let i = 1; i < 4096; i++) roots.push(((roots[i - 1] ?? 0n) * primitive) % modulus);

/** The 80 bytes that name element `i` of a blob. */
export function elementKey(commitment: Uint8Array, i: number): Uint8Array {
  const reversed = parseInt(i.toString(2).padStart(12, '0').split('').toReversed().join(''), 2);
  const root = (roots[reversed] ?? 0n).toString(16).padStart(64, '0');
  return Uint8Array.from([...commitment, ...fromHex(root)]);
}
