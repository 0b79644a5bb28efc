// `obelisc retry`: claims without a verdict that a watch is to judge once more.
import { existsSync } from 'node:fs';
import { type GivenUp, isServer, judgeAgain, migrate, openDatabase } from '@obelisc/watch';
import { UsageError } from '../terminal/failure.js';

export interface RetryFlags {
  readonly undecided: boolean;
  readonly uncovered: boolean;
  readonly chain?: string;
  readonly db?: string;
}

/** Puts the claims back to those that wait, and names them. */
export async function runRetry(
  games: readonly string[],
  { undecided, uncovered, chain, db }: RetryFlags,
): Promise<number> {
  const states: GivenUp[] = [
    ...(undecided ? ['undecided' as const] : []),
    ...(uncovered ? ['uncovered' as const] : []),
  ];
  if (games.length === 0 && states.length === 0)
    throw new UsageError('nothing to judge again: give addresses of games, --undecided or --uncovered');
  const where = db ?? './obelisc-db';
  // A mistyped folder is not to become a database.
  if (!isServer(where) && !where.includes(':') && !existsSync(where))
    throw new UsageError(`--db ${where}: there is no such folder; give the one of the watch, or its postgres:// URL`);
  const database = await openDatabase(where);
  try {
    await migrate(database);
    const again = await judgeAgain(database, { chain, games, states });
    for (const game of again) process.stdout.write(`${game.chain} ${game.address}\n`);
    const count = `${again.length} ${again.length === 1 ? 'claim waits' : 'claims wait'}`;
    process.stderr.write(`${count} to be judged again, which a watch does from its next look at L1 on\n`);
    return 0;
  } finally {
    await database.close();
  }
}
