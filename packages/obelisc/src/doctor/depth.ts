// How far back an endpoint has something: looked for at a few ages, from the newest on.

/** An age at which something is looked for. */
export interface Depth {
  readonly name: string;
  readonly number: bigint;
}

const DAY = 86_400n;

/** Blocks at ages of up to `days`, none before `first`; `first` itself is the last where it is near enough or asked for. */
export function depths(
  newest: bigint,
  first: bigint,
  blockSeconds: bigint,
  days: readonly bigint[],
  andFirst: boolean,
): Depth[] {
  const found = days.flatMap((age): Depth[] => {
    const number = newest - (age * DAY) / blockSeconds;
    return number > first ? [{ name: age === 1n ? 'a day ago' : `${age} days ago`, number }] : [];
  });
  const isYoung = found.length < days.length;
  return [
    { name: 'now', number: newest },
    ...found,
    ...(andFirst || isYoung ? [{ name: "the chain's beginning", number: first }] : []),
  ];
}

/** The oldest of the depths, in their order, where `has` holds, and the first where it does not. */
export async function reach(
  list: readonly Depth[],
  has: (depth: Depth) => Promise<boolean>,
): Promise<{ oldest: Depth | undefined; missing: Depth | undefined }> {
  let oldest: Depth | undefined;
  for (const depth of list) {
    if (!(await has(depth))) return { oldest, missing: depth };
    oldest = depth;
  }
  return { oldest, missing: undefined };
}
