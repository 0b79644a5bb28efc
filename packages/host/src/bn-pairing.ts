/** The pairing check on alt_bn128, address 0x08. Specification: EIP-197. */
import { bn254Library, fieldElement, pairingProductIsOne, pointOfG1, pointOfG2 } from './pairing-curves.js';

const PAIR_BYTES = 192;
/** Modulus of the base field. */
const MODULUS = Buffer.from('30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47', 'hex');

/** 1 or 0 as 32 bytes; undefined where the input is no list of pairs of points in their groups. */
export async function bn256Pairing(input: Uint8Array): Promise<Uint8Array | undefined> {
  if (input.length % PAIR_BYTES !== 0) return undefined;
  const library = await bn254Library();
  const pairs = [];
  for (let at = 0; at < input.length; at += PAIR_BYTES) {
    const words = [0, 1, 2, 3, 4, 5].map((word) =>
      fieldElement(library, input.subarray(at + 32 * word, at + 32 * word + 32), MODULUS),
    );
    const [x, y, xi, xr, yi, yr] = words;
    if (!x || !y || !xi || !xr || !yi || !yr) return undefined;
    const g1 = pointOfG1(library, x, y);
    // EIP-197 has the imaginary part first.
    const g2 = g1 && pointOfG2(library, [xr, xi], [yr, yi]);
    if (!g1 || !g2) return undefined;
    pairs.push({ g1, g2 });
  }
  const result = new Uint8Array(32);
  result[31] = pairingProductIsOne(library, pairs) ? 1 : 0;
  return result;
}
