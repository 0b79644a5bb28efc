/**
 * A pre-image server as a child process, and its end of the wire. The server finds the hint channel at file descriptors
 * 3 (read) and 4 (write), the pre-image channel at 5 (read) and 6 (write).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { describeHint } from './hints.js';
import { describeKey } from './keys.js';
import type { Oracle } from './oracle.js';
import { oracleOver } from './wire.js';

/** The server cannot be started, has died, or takes too long. The message says which server, and how it ended. */
export class PreimageServerError extends Error {
  override name = 'PreimageServerError';
}

/** The wait for an answer was given up because `signal` asked for it. */
export class WaitInterruptedError extends Error {
  override name = 'WaitInterruptedError';
}

export type PreimageServerOptions = {
  /** Ends the wait for an answer with WaitInterruptedError. */
  signal?: AbortSignal;
  /** Longest time for one answer, in milliseconds; without it the server is waited for as long as it lives. */
  timeout?: number;
  /** Told each time that an answer has taken another `noticeEvery` milliseconds. */
  onSlow?: (notice: string) => void;
  noticeEvery?: number;
};

export type PreimageServer = {
  oracle: Oracle;
  /**
   * Closes the channels; the server gets a second to end by itself, then SIGINT, after ten more SIGKILL. Resolves when
   * it is gone, with how it ended if it failed by itself.
   */
  close(): Promise<string | undefined>;
};

const GRACE_BEFORE_INTERRUPT = 1_000;
const GRACE_BEFORE_KILL = 10_000;
/** The channels close a little before the exit of their process is known. */
const GRACE_FOR_EXIT_CODE = 2_000;
const NOTICE_EVERY = 15_000;

/** Starts a server. Its output goes where ours goes. Rejects with PreimageServerError when there is no such program. */
export async function startPreimageServer(
  command: string,
  args: readonly string[],
  options: PreimageServerOptions = {},
): Promise<PreimageServer> {
  const server = `the pre-image server ${nameOf(command, args)}`;
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'pipe', 'pipe', 'pipe', 'pipe'] });
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) =>
      resolve(code === null ? `was ended by ${signal}` : `exited with code ${code}`),
    );
  });
  try {
    await once(child, 'spawn');
  } catch (error) {
    throw new PreimageServerError(`cannot start ${server}: ${whyNotStarted(error)}`, { cause: error });
  }
  const [hintWriter, hintReader, preimageWriter, preimageReader] = channels(child);
  const wire = oracleOver({ hintReader, hintWriter, preimageReader, preimageWriter }, server);
  let ended: string | undefined;
  let onEnd: ((how: string) => void) | undefined;
  void exited.then((how) => {
    ended = how;
    onEnd?.(how);
  });

  /** An answer, unless the server dies or takes too long. `what` names the question; there is one at a time. */
  const answered = async <T>(what: string, question: Promise<T>): Promise<T> => {
    const start = Date.now();
    const seconds = () => ((Date.now() - start) / 1000).toFixed(1);
    let fail: (error: Error) => void = () => undefined;
    const failure = new Promise<never>((_, reject) => (fail = reject));
    failure.catch(() => undefined);
    onEnd = (how) => fail(new PreimageServerError(`${server} ${how}: ${what} stays unanswered after ${seconds()} s`));
    if (ended !== undefined) onEnd(ended);
    const notices = setInterval(
      () => options.onSlow?.(`still waiting for ${server}: ${what}, ${seconds()} s so far`),
      options.noticeEvery ?? NOTICE_EVERY,
    );
    const { timeout, signal } = options;
    const onAbort = (): void => fail(new WaitInterruptedError(`interrupted while waiting for ${server}: ${what}`));
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    const limit =
      timeout === undefined
        ? undefined
        : setTimeout(() => {
            fail(
              new PreimageServerError(
                `${server} did not answer within ${timeout / 1000} s: ${what} (--preimage-timeout sets the limit)`,
              ),
            );
          }, timeout);
    try {
      return await Promise.race([question, failure]);
    } catch (error) {
      if (error instanceof PreimageServerError || error instanceof WaitInterruptedError) throw error;
      const message = `${error instanceof Error ? error.message : String(error)}, after ${seconds()} s`;
      clearTimeout(limit);
      // The channel broke: if that is because the server died, its exit says more.
      await Promise.race([failure, delay(GRACE_FOR_EXIT_CODE, undefined, { ref: false })]);
      throw new PreimageServerError(message, { cause: error });
    } finally {
      onEnd = undefined;
      signal?.removeEventListener('abort', onAbort);
      clearInterval(notices);
      clearTimeout(limit);
    }
  };

  return {
    oracle: {
      hint: (text) => answered(`hint ${describeHint(text)}`, wire.hint(text)),
      get: (key) => answered(`key ${describeKey(key)}`, wire.get(key)),
    },
    close: async () => {
      const failure = ended === 'exited with code 0' ? undefined : ended;
      for (const channel of [hintWriter, hintReader, preimageWriter, preimageReader]) channel.destroy();
      for (const [grace, signal] of [
        [GRACE_BEFORE_INTERRUPT, 'SIGINT'],
        [GRACE_BEFORE_KILL, 'SIGKILL'],
      ] as const) {
        if (await within(grace, exited)) return failure;
        child.kill(signal);
      }
      await exited;
      return failure;
    },
  };
}

/** The command, with its first argument where that is no flag (a script, say). The others may hold endpoints' keys. */
function nameOf(command: string, [first]: readonly string[]): string {
  return first === undefined || first.startsWith('-') ? command : `${command} ${first}`;
}

function whyNotStarted(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT') return 'there is no such program (spawn ENOENT)';
  if (code === 'EACCES') return 'it is not an executable file (spawn EACCES)';
  return error instanceof Error ? error.message : String(error);
}

function channels(child: ChildProcess): [Duplex, Duplex, Duplex, Duplex] {
  const [hintWriter, hintReader, preimageWriter, preimageReader] = child.stdio.slice(3) as Duplex[];
  if (!hintWriter || !hintReader || !preimageWriter || !preimageReader) {
    throw new PreimageServerError('the pre-image server has no channels');
  }
  for (const channel of [hintWriter, hintReader, preimageWriter, preimageReader]) {
    // What is broken shows up in the question that it breaks.
    channel.on('error', () => undefined);
  }
  return [hintWriter, hintReader, preimageWriter, preimageReader];
}

async function within(milliseconds: number, event: Promise<unknown>): Promise<boolean> {
  const stop = new AbortController();
  const late = delay(milliseconds, 'late', { signal: stop.signal }).catch(() => 'late');
  const first = await Promise.race([event.then(() => 'event'), late]);
  stop.abort();
  return first === 'event';
}
