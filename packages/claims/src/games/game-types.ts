// The kinds of dispute games, by their number on chain.

export interface GameType {
  readonly name: string;
  /** Why its claims are not judged here. */
  readonly notCovered?: string;
}

const SUPER = 'its claim is a super root, of several chains at a time';
const ALPHABET = 'it is played over the alphabet, for tests, and not over a chain';

/** Numbers and names as op-challenger has them (ethereum-optimism/optimism, op-challenger/game/types, commit 023af8d3, MIT). */
const GAME_TYPES: Readonly<Record<number, GameType>> = {
  0: { name: 'cannon' },
  1: { name: 'permissioned' },
  2: { name: 'asterisc' },
  3: { name: 'asterisc-kona' },
  4: { name: 'super-cannon', notCovered: SUPER },
  5: { name: 'super-permissioned', notCovered: SUPER },
  6: { name: 'op-succinct' },
  7: { name: 'super-asterisc-kona', notCovered: SUPER },
  8: { name: 'cannon-kona' },
  9: { name: 'super-cannon-kona', notCovered: SUPER },
  10: { name: 'optimistic-zk' },
  254: { name: 'fast', notCovered: ALPHABET },
  255: { name: 'alphabet', notCovered: ALPHABET },
  1337: { name: 'kailua' },
};

/** Types whose claims are never judged here. */
export const UNCOVERED_TYPES: readonly number[] = Object.entries(GAME_TYPES)
  .filter(([, { notCovered }]) => notCovered !== undefined)
  .map(([number]) => Number(number));

/** A game's type; a number that is not known counts as covered if the contract has the views. */
export function gameType(number: number): GameType {
  return GAME_TYPES[number] ?? { name: `type ${number}` };
}
