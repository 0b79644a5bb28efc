// Numbers from a seed, the same on every machine and every version of Node: xorshift32.

/** A number below `below` (at most 2^32), each call another. */
export type Random = (below: number) => number;

export function randomNumbers(seed: number): Random {
  let state = seed * 2654435761 + 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** One of the given. */
export function oneOf<T>(random: Random, choices: readonly T[]): T {
  const chosen = choices[random(choices.length)];
  if (chosen === undefined) throw new Error('nothing to choose from');
  return chosen;
}

const edges = [0n, 1n, -1n, 2n, 31n, 63n, 0x7fffffffn, -0x80000000n, 1n << 63n, (1n << 63n) - 1n, 0xffffffffn];

/** A 64-bit value, signed or not: one on the edge of something every other time. */
export function randomValue(random: Random): bigint {
  return edges[random(2 * edges.length)] ?? (BigInt(random(2 ** 32)) << 32n) | BigInt(random(2 ** 32));
}

export function randomBytes(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random(256));
}
