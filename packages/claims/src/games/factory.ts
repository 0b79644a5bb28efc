// The dispute game factory on L1: which games there are.
import { addressOf, type ContractViews } from '@obelisc/host';

/** A game as its factory lists it. */
export interface ListedGame {
  readonly index: bigint;
  readonly type: number;
  /** Seconds. */
  readonly createdAt: bigint;
  /** 0x-hex. */
  readonly address: string;
}

/** How many games the factory has made. Rejects with FactoryError where the contract is none, and with EndpointError. */
export async function gameCount(views: ContractViews, factory: string): Promise<bigint> {
  const [count] = await views.read([{ address: factory, signature: 'gameCount()' }]);
  if (count?.[0] !== undefined) return count[0];
  const what = (await views.isContract(factory))
    ? 'is no dispute game factory: it has no gameCount()'
    : 'is no contract';
  throw new FactoryError(`the game factory ${factory} ${what} at ${views.name}`);
}

/** The factory's contract is none. */
export class FactoryError extends Error {
  override name = 'FactoryError';
}

/** Games `from` to `to` (not included) of the factory's list. Rejects with FactoryError where one is missing or is none, and with EndpointError. */
export async function listGames(
  views: ContractViews,
  factory: string,
  from: bigint,
  to: bigint,
): Promise<ListedGame[]> {
  const indices = Array.from({ length: Number(to - from) }, (_, i) => from + BigInt(i));
  const answers = await views.read(
    indices.map((index) => ({ address: factory, signature: 'gameAtIndex(uint256)', args: [index] })),
  );
  return answers.map((words, i) => {
    const index = indices[i] ?? 0n;
    const [type, createdAt, address] = words ?? [];
    if (type === undefined || createdAt === undefined || address === undefined)
      throw new FactoryError(`the game factory ${factory} has no game ${index}`);
    if (type >= 1n << 32n || createdAt >= 1n << 64n || address === 0n || address >= 1n << 160n)
      throw new FactoryError(
        `the game factory ${factory} says of its game ${index} what is no type, time and address: is it one, of a version that is known?`,
      );
    return { index, type: Number(type), createdAt, address: addressOf(address) };
  });
}
