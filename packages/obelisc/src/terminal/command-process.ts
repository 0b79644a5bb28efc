// A command as a process: its exit code is its own answer or, however else it ends, that of a failure.
import { written } from './answer.js';
import { FailureReport } from './failure.js';
import { INTERRUPTED, isInterrupt, onEarlyInterrupt } from './interrupt.js';
import { flushTold } from './line-batch.js';
import { removeStatus } from './status-line.js';

export interface CommandProcess {
  /** The command's name, as its errors begin. */
  readonly name: string;
  /** Exit code for whatever is not the command's own answer. */
  readonly failure: number;
  /** Loads the command; its `main` resolves to the exit code. */
  readonly load: () => Promise<{ readonly main: (args: readonly string[]) => Promise<number> }>;
}

/** stdout or stderr does not take what is written to it. */
export class BrokenOutputError extends Error {
  override readonly name = 'BrokenOutputError';
}

/**
 * Runs the command with the process' arguments and ends the process. A stream that breaks ends it as a failure even where
 * the command has its answer: nobody may have read it.
 */
export async function runAsProcess({ name, failure, load }: CommandProcess): Promise<never> {
  const args = process.argv.slice(2);
  const report = new FailureReport(name, args);
  const fail = (error: unknown): never => {
    removeStatus();
    flushTold();
    report.write(error);
    process.exit(isInterrupt(error) ? INTERRUPTED : failure);
  };
  // What was set until here; Commander takes it for the exit code of its help.
  process.exitCode = undefined;
  process.removeAllListeners('uncaughtException').removeAllListeners('unhandledRejection');
  process.on('uncaughtException', fail).on('unhandledRejection', fail);
  // With nothing left to wait for Node would end, with an answer that nobody gave.
  process.once('beforeExit', () => fail(new Error('it ended before it had an answer: please report this')));
  process.stdout.on('error', (error) => fail(brokenOutput('stdout', error)));
  process.stderr.on('error', (error) => fail(brokenOutput('stderr', error)));
  // Scripts that read an object get one; whoever reads words sees that he has pressed Ctrl-C.
  if (report.owesObject) onEarlyInterrupt(fail);
  let code: number;
  try {
    code = await (await load()).main(args);
  } catch (error) {
    return fail(error);
  }
  flushTold();
  await Promise.all([written(process.stdout), written(process.stderr)]);
  process.exit(code);
}

function brokenOutput(stream: string, error: NodeJS.ErrnoException): BrokenOutputError {
  const reasons: Record<string, string> = {
    EPIPE: 'what reads it has ended',
    ENOSPC: 'no space is left on its device',
  };
  return new BrokenOutputError(`cannot write to ${stream}: ${reasons[error.code ?? ''] ?? error.message}`);
}
