// How a command that failed says so: one line per error, from the outermost to its cause, on stderr.

/** An error in what the user asked for: the message names the flag or file and the next step. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** The messages of `error` and its causes, outermost first; one that repeats the one before is left out. */
export function messagesOf(error: unknown): string[] {
  const messages: string[] = [];
  for (let cause: unknown = error; cause !== undefined && messages.length < 8;) {
    const message = cause instanceof Error ? cause.message : String(cause);
    if (messages.every((earlier) => !earlier.includes(message))) messages.push(message);
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return messages;
}

/** Writes `command: message` and the causes to stderr. */
export function reportFailure(command: string, error: unknown): void {
  const [first, ...causes] = messagesOf(error);
  process.stderr.write(`${command}: ${first}\n${causes.map((cause) => `  because: ${cause}\n`).join('')}`);
}
