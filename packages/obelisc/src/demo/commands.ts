// Runs the project's own commands as a user would type them: child processes, with their output passed on or read.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { root } from '@obelisc/guest';

/** The root of the repository or of the installed package: `bin/` and what the guide's commands name lie there. */
export const repositoryRoot = root;

export interface CommandOutcome {
  readonly code: number;
  /** Everything the command wrote to stdout. */
  readonly stdout: string;
}

/** A command that ended with an exit code its caller didn't expect. */
export class CommandFailedError extends Error {
  override name = 'CommandFailedError';
}

/**
 * Runs `bin/NAME ARGS…` at the root and returns its exit code and stdout. Each line of its stderr goes to
 * `onStory`. Rejects when the command can't be started or ends by a signal; `signal` ends it.
 */
export async function runCommand(
  name: string,
  args: readonly string[],
  onStory: (line: string) => void,
  signal?: AbortSignal,
): Promise<CommandOutcome> {
  signal?.throwIfAborted();
  const child = spawn(process.execPath, [`bin/${name}`, ...args], {
    cwd: repositoryRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // At once: nobody needs what it would write now.
  const end = (): void => void child.kill('SIGKILL');
  signal?.addEventListener('abort', end);
  const closed = new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    // What it started has ended as well then.
    child.on('close', (code, endedBy) => {
      signal?.removeEventListener('abort', end);
      if (signal?.aborted === true) reject(signal.reason as Error);
      else if (code === null) reject(new CommandFailedError(`bin/${name} was ended by ${endedBy}`));
      else resolve(code);
    });
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  createInterface({ input: child.stderr }).on('line', onStory);
  return { code: await closed, stdout };
}

/**
 * A command as the user would type it, in the repository by its path, elsewhere by its name; where it is long, each flag
 * stands on a line of its own.
 */
export function asTyped(name: string, args: readonly string[], folder = process.cwd()): string {
  const typed = (word: string): string => (folder === root ? word : word.replace(/^\.\/bin\//, ''));
  const words = [`./bin/${name}`, ...args].map(typed);
  const oneLine = words.join(' ');
  if (oneLine.length <= 120) return oneLine;
  return words.reduce((text, word) => `${text}${word.startsWith('-') ? ' \\\n      ' : ' '}${word}`);
}
