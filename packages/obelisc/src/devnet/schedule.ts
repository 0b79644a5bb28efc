// Forks as the command line names them: `--forks karst`, `--fork-at jovian=20,karst=40`.
import { FORK_NAMES, L1_FORK_NAMES } from '@obelisc/devnet';
import { UsageError } from '../terminal/failure.js';
import { didYouMean } from '../terminal/nearest.js';

/** The flags that make a schedule, and the forks that they may name, oldest first. */
interface Flags<Name extends string> {
  readonly newest: string;
  readonly at: string;
  readonly names: readonly Name[];
}

const L2: Flags<(typeof FORK_NAMES)[number]> = { newest: '--forks', at: '--fork-at', names: FORK_NAMES };
const L1: Flags<(typeof L1_FORK_NAMES)[number]> = { newest: '--l1-forks', at: '--l1-fork-at', names: L1_FORK_NAMES };

/**
 * When L2's forks activate, in seconds after genesis. Every fork up to the newest is there; those that `at` names come
 * with a block of their own, the others with the fork before them: from genesis on, where none is named before them.
 * Throws `UsageError`.
 */
export function l2Schedule(
  newest: string | undefined,
  at: string | undefined,
  blockTime: bigint,
): Partial<Record<(typeof FORK_NAMES)[number], bigint>> {
  return schedule(L2, newest, at, blockTime, 'karst');
}

/** The same for L1; Cancun is always there from genesis. */
export function l1Schedule(
  newest: string | undefined,
  at: string | undefined,
  blockTime: bigint,
): Partial<Record<Exclude<(typeof L1_FORK_NAMES)[number], 'cancun'>, bigint>> {
  const { cancun: first, ...others } = schedule(L1, newest, at, blockTime, 'cancun');
  if (first !== undefined && first > 0n) throw new UsageError('--l1-fork-at cancun: it is there from genesis');
  return others;
}

function schedule<Name extends string>(
  { newest: newestFlag, at: atFlag, names }: Flags<Name>,
  newest: string | undefined,
  at: string | undefined,
  blockTime: bigint,
  otherwise: Name,
): Partial<Record<Name, bigint>> {
  const known = (name: string, flag: string): Name => {
    const found = names.find((one) => one === name.toLowerCase());
    if (found === undefined)
      throw new UsageError(`${flag} ${name}: give one of ${names.join(', ')}${didYouMean(name, names)}`);
    return found;
  };
  const placed = new Map<Name, bigint>();
  for (const part of at === undefined ? [] : at.split(',')) {
    const [name = '', block = ''] = part.split('=');
    if (!/^\d+$/.test(block)) throw new UsageError(`${atFlag} ${part}: give FORK=BLOCK, as in ${names.at(-1)}=40`);
    placed.set(known(name.trim(), atFlag), BigInt(block) * blockTime);
  }
  const last = [...placed.keys()].reduce((most, name) => Math.max(most, names.indexOf(name)), -1);
  const named = newest === undefined ? undefined : names.indexOf(known(newest, newestFlag));
  if (named !== undefined && last > named) {
    throw new UsageError(`${atFlag} names ${names[last]}, which is newer than ${newestFlag} ${newest}`);
  }
  const until = named ?? (last >= 0 ? last : names.indexOf(otherwise));
  const times: Partial<Record<Name, bigint>> = {};
  let before = 0n;
  for (const name of names.slice(0, until + 1)) {
    const time = placed.get(name) ?? (before > 0n ? before : 0n);
    if (time < before) throw new UsageError(`${atFlag} ${name}: it comes before the fork in front of it`);
    times[name] = time;
    before = time;
  }
  return times;
}
