// What a user must mend before anything is watched.

/** A flag, a configuration file or a database that cannot be used: the message names it and the next step. */
export class WatchError extends Error {
  override name = 'WatchError';
}

/** What the database answered with, or why it could not be asked; the message names it and, where there is one, the next step. */
export class DatabaseError extends Error {
  override name = 'DatabaseError';
  /** The same may go well later: the database is away, starts, has no room or lets only read at the moment. */
  readonly isPassing: boolean;

  constructor(where: string, error: unknown) {
    const state = sqlState(error);
    const advice = ADVICE[state ?? ''];
    super(`--db ${where}: ${messageOf(error)}${advice === undefined ? '' : `: ${advice}`}`, { cause: error });
    this.isPassing = state === undefined || PASSING.test(state);
  }
}

/** By SQLSTATE (PostgreSQL's manual, appendix A). */
const ADVICE: Readonly<Record<string, string>> = {
  '25006': 'it lets only read; give one, and a user, that may write',
  '42501': 'its user may not do that; give one that may make schemas and write',
  '53100': 'make room where it keeps its data',
  '53300': 'allow its user, or the server, more of them: each process takes up to 8',
  '3D000': 'make it, then start again',
  '3F000': 'what was made there is gone; start again to make it anew',
  '42P01': 'what was made there is gone; start again to make it anew',
};
/** Connections, rollbacks by the server, resources, shut-downs and starts, its own troubles; and a standby that is not yet master. */
const PASSING = /^(?:08|40|53|57P|58)|^25006$/;

/** The error's SQLSTATE; undefined where it is none of the database's own: the network's. */
function sqlState(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  // Node's codes are words, of which EPIPE has five letters too.
  return /^(?!E)[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** What an error says. */
export function messageOf(error: unknown): string {
  // A connection refused at several addresses is an error of errors without a message.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join(', ');
  if (error instanceof Error)
    return error.message.startsWith('Aborted(')
      ? 'PostgreSQL in WebAssembly gave up: is its device full, or its folder damaged?'
      : error.message;
  // The file system of PostgreSQL in WebAssembly throws a number.
  const errno = typeof error === 'object' && error !== null && 'errno' in error ? Number(error.errno) : undefined;
  return errno === undefined ? String(error) : (FILE_FAULTS[errno] ?? `error ${errno} of its file system`);
}

/** By WASI's numbers (wasi_snapshot_preview1, errno). */
const FILE_FAULTS: Readonly<Record<number, string>> = {
  2: 'no permission',
  22: 'a file may not become so large',
  29: 'its device fails',
  51: 'no space is left on its device',
  69: 'its file system is read only',
};
