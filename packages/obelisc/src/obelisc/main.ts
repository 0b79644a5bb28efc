// The `obelisc` command: validate, watch, worker, output, client, compile, devnet, demo, completion.
import { CommanderError } from 'commander';
import { commandLine } from './command-line.js';

/** Runs the command with the given arguments (without node and script) and returns the exit code; rejects with what prevents it. */
export async function main(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = commandLine((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Help and version are not errors.
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    throw error;
  }
}
