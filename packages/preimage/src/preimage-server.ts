/**
 * A pre-image server as a child process, and its end of the wire. The server finds the hint channel at file descriptors
 * 3 (read) and 4 (write), the pre-image channel at 5 (read) and 6 (write).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { childChannels } from './child-channels.js';
import { describeHint } from './hints.js';
import { describeKey } from './keys.js';
import type { Oracle } from './oracle.js';
import { PreimageServerError, questionWatch, type QuestionWatchOptions } from './question-watch.js';
import { closeEnds, oracleOver } from './wire.js';

export type PreimageServerOptions = QuestionWatchOptions;

export type PreimageServer = {
  oracle: Oracle;
  /**
   * Closes the channels; the server gets a second to end by itself, then SIGINT, after ten more SIGKILL; where `signal` is
   * aborted, a tenth of that. Resolves when it is gone, with how it ended if it failed by itself.
   */
  close(): Promise<string | undefined>;
};

const GRACE_BEFORE_INTERRUPT = 1_000;
const GRACE_BEFORE_KILL = 10_000;
/** Of an interrupted run nobody wants the rest, and what ends at once was interrupted too. */
const HURRY = 10;

/** Starts a server. Its output goes where ours goes. Rejects with PreimageServerError when there is no such program. */
export async function startPreimageServer(
  command: string,
  args: readonly string[],
  options: PreimageServerOptions = {},
): Promise<PreimageServer> {
  const server = `the pre-image server ${nameOf(command, args)}`;
  const channels = await childChannels();
  let child: ChildProcess;
  let exited: Promise<string>;
  try {
    // Some failures are thrown, others come as an event.
    child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', ...channels.stdio] });
    exited = exitOf(child);
    await once(child, 'spawn');
  } catch (error) {
    channels.abandon();
    throw new PreimageServerError(`cannot start ${server}: ${whyNotStarted(error)}`, { cause: error });
  }
  const ends = channels.attach(child, server);
  const wire = oracleOver(ends, server);
  const watch = questionWatch(server, options);
  let ended: string | undefined;
  void exited.then((how) => {
    ended = how;
    watch.end(how);
  });

  return {
    oracle: {
      hint: (text) => watch.answered(() => `hint ${describeHint(text)}`, wire.hint(text)),
      get: (key) => watch.answered(() => `key ${describeKey(key)}`, wire.get(key)),
    },
    close: async () => {
      const isInterrupted = options.signal?.aborted === true;
      const failure = isInterrupted || ended === 'exited with code 0' ? undefined : ended;
      watch.close();
      closeEnds(ends);
      for (const [grace, signal] of [
        [GRACE_BEFORE_INTERRUPT, 'SIGINT'],
        [GRACE_BEFORE_KILL, 'SIGKILL'],
      ] as const) {
        if (await within(isInterrupted ? grace / HURRY : grace, exited)) return failure;
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

function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) =>
      resolve(code === null ? `was ended by ${signal}` : `exited with code ${code}`),
    );
  });
}

function whyNotStarted(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT') return 'there is no such program (spawn ENOENT)';
  if (code === 'EACCES') return 'it is not an executable file (spawn EACCES)';
  if (code === 'ENOTDIR') return 'it lies in what is no folder (spawn ENOTDIR)';
  if (code === 'ENAMETOOLONG') return 'its name is too long (spawn ENAMETOOLONG)';
  return error instanceof Error ? error.message : String(error);
}

async function within(milliseconds: number, event: Promise<unknown>): Promise<boolean> {
  const stop = new AbortController();
  const late = delay(milliseconds, 'late', { signal: stop.signal }).catch(() => 'late');
  const first = await Promise.race([event.then(() => 'event'), late]);
  stop.abort();
  return first === 'event';
}
