/** The messages of `error` and its causes, outermost first; what an earlier one says already is left out. One at least. */
export function messagesOf(error: unknown): string[] {
  const messages: string[] = [];
  for (let cause: unknown = error, depth = 0; cause !== undefined && depth < 8; depth++) {
    // What is thrown that is no error and no text (PostgreSQL's file system in WebAssembly does) says nothing to anybody.
    if (typeof cause === 'object' && !(cause instanceof Error)) break;
    const message = cause instanceof Error ? cause.message : String(cause);
    if (messages.every((earlier) => !earlier.includes(message))) messages.push(message);
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return messages.length === 0 ? ['unknown error'] : messages;
}
