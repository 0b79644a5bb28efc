// What need not be waited for any more once the process is to end.

/** As `asked`, or rejects with the signal's reason as soon as it is aborted; what was asked goes on, and nobody waits for it. */
export function stoppable<T>(asked: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return asked;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    asked.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** The same object, whose methods are all of this kind. */
export function stoppableMethods<T extends object>(object: T, signal: AbortSignal | undefined): T {
  return new Proxy(object, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== 'function') return member;
      return (...values: unknown[]) => stoppable(member.apply(target, values) as Promise<unknown>, signal);
    },
  });
}
