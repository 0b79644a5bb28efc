// Blobs of an attacker's making. Nothing here or in the client knows KZG: a commitment is 48 bytes that the host answers for.
import { createHash } from 'node:crypto';
import { RLP } from '@ethereumjs/rlp';
import { concat, fixed, hashOf, integer, sign } from '../derivation/encoding.js';

const ELEMENTS = 4096;
const MODULUS = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n;

/** Most data that a blob holds. */
export const MOST_BLOB_DATA = 127 * 1024 - 4;

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let left = exponent, factor = base; left > 0n; left >>= 1n, factor = (factor * factor) % MODULUS) {
    if ((left & 1n) === 1n) result = (result * factor) % MODULUS;
  }
  return result;
}

let roots: Uint8Array[] | undefined;

/** The points that a blob's elements are the values at, in the elements' order. */
function points(): Uint8Array[] {
  if (roots !== undefined) return roots;
  const root = power(7n, (MODULUS - 1n) / BigInt(ELEMENTS));
  const inOrder: Uint8Array[] = [];
  for (let i = 0, value = 1n; i < ELEMENTS; i++, value = (value * root) % MODULUS) inOrder.push(fixed(value, 32));
  roots = inOrder.map((_, i) => {
    const reversed = parseInt(i.toString(2).padStart(12, '0').split('').toReversed().join(''), 2);
    return inOrder[reversed] ?? new Uint8Array(32);
  });
  return roots;
}

/** Encodes at most MOST_BLOB_DATA bytes (specs: protocol/derivation.md#blob-encoding): bits in a row, 254 to an element. */
export function encodeBlob(data: Uint8Array): Uint8Array {
  const blob = new Uint8Array(32 * ELEMENTS);
  const padded = new Uint8Array(4 + 127 * 1024);
  padded.set([0, data.length >> 16, data.length >> 8, data.length]);
  padded.set(data, 4);
  for (let round = 0, from = 0; round < 1024; round++, from += 127) {
    const part = padded.subarray(from, from + 127);
    const tops = [part[31] ?? 0, part[63] ?? 0, part[95] ?? 0];
    const [x = 0, y = 0, z = 0] = tops;
    for (let k = 0; k < 4; k++) blob.set(part.subarray(32 * k, 32 * k + 31), 128 * round + 32 * k + 1);
    blob[128 * round] = x & 0x3f;
    blob[128 * round + 32] = (y & 0x0f) | ((x & 0xc0) >> 2);
    blob[128 * round + 64] = z & 0x3f;
    blob[128 * round + 96] = ((z & 0xc0) >> 2) | ((y & 0xf0) >> 4);
  }
  return blob;
}

/** A blob's versioned hash, and all that an oracle has of it by key in hex; `seed` makes its commitment. */
export function blobValues(blob: Uint8Array, seed: number): { hash: Uint8Array; values: [string, Uint8Array][] } {
  const commitment = fixed(seed, 48);
  const digest = createHash('sha256').update(commitment).digest();
  const hash = concat([1], digest.subarray(1));
  const values: [string, Uint8Array][] = [[`04${digest.toString('hex').slice(2)}`, commitment]];
  points().forEach((point, i) => {
    const key = Buffer.from(hashOf(concat(commitment, point))).toString('hex');
    values.push([`05${key.slice(2)}`, blob.subarray(32 * i, 32 * i + 32)]);
  });
  return { hash, values };
}

/** A transaction of blobs by their versioned hashes. */
export function blobTransaction(
  key: Uint8Array,
  chainId: number,
  nonce: number,
  to: Uint8Array,
  hashes: Uint8Array[],
): Uint8Array {
  const fields = [
    integer(chainId), integer(nonce), integer(1), integer(2), integer(21000), to, integer(0), new Uint8Array(0), [],
    integer(1), hashes,
  ]; // prettier-ignore
  const signature = sign(key, concat([3], RLP.encode(fields)));
  return concat([3], RLP.encode([...fields, integer(signature.parity), integer(signature.r), integer(signature.s)]));
}
