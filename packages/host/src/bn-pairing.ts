/** The pairing check on alt_bn128, address 0x08. Specification: EIP-197. */
import { bn254Library, fieldElement, pairingCheck, pointOfG1, pointOfG2 } from './pairing-curves.js';

const PAIR_BYTES = 192;
/** Modulus of the base field. */
const MODULUS = Buffer.from('30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47', 'hex');

/** 1 or 0 as 32 bytes; undefined where the input is no list of pairs of points in their groups. */
export async function bn256Pairing(input: Uint8Array): Promise<Uint8Array | undefined> {
  if (input.length % PAIR_BYTES !== 0) return undefined;
  const library = await bn254Library();
  const isOne = pairingCheck(library, input.length / PAIR_BYTES, (index) => {
    const pair = input.subarray(PAIR_BYTES * index, PAIR_BYTES * (index + 1));
    const word = (at: number) => fieldElement(library, pair.subarray(32 * at, 32 * at + 32), MODULUS);
    const [x, y] = [word(0), word(1)];
    return {
      g1: x && y && pointOfG1(library, x, y),
      encoded: pair.subarray(64),
      g2: () => {
        // EIP-197 has the imaginary part first.
        const [xi, xr, yi, yr] = [word(2), word(3), word(4), word(5)];
        return xi && xr && yi && yr && pointOfG2(library, [xr, xi], [yr, yi]);
      },
    };
  });
  if (isOne === undefined) return undefined;
  const result = new Uint8Array(32);
  result[31] = isOne ? 1 : 0;
  return result;
}
