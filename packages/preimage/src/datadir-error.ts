/** The datadir cannot be used: the message names the path, and `cause` is the system's error where there was one. */
export class DatadirError extends Error {
  override name = 'DatadirError';
}

/** Whether `error` is the system's error of one of these codes. */
export function isErrno(error: unknown, ...codes: readonly string[]): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
