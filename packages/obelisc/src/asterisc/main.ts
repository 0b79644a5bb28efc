// The `asterisc` command: load-elf, run, witness, with the flags and exit codes of the reference's, and
// verify-step and disassemble.
import { CommanderError } from 'commander';
import { messagesOf } from '@obelisc/claims/messages';
import { UsageError } from '../terminal/failure.js';
import { Interrupt, INTERRUPTED, InterruptedError } from '../terminal/interrupt.js';
import { tell } from '../terminal/line-batch.js';
import { splitArguments } from './arguments.js';
import { commandLine, flagsOf } from './command-line.js';

const exitCodes = { failure: 1, unknownCommand: 3, interrupted: INTERRUPTED };

/** Runs the command with the given arguments (without node and script) and returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const server: string[] = [];
  const program = commandLine(server, new Interrupt());
  let debug = false;
  try {
    const split = splitArguments(args, (name) => flagsOf(program, name));
    server.push(...split.server);
    const { own } = split;
    debug = own.includes('--debug');
    if (own[0] === 'h') own[0] = 'help';
    // Behind a flag that is not known anything may stand: Commander tells of the flag.
    const known = flagsOf(program, own[0] ?? '');
    const isMisspelt = own.some(
      (arg) => arg.startsWith('--') && known?.has(arg.slice(2).split('=')[0] ?? '') === false,
    );
    if (own[0] !== 'run' && server.length > 0 && !isMisspelt) {
      throw new UsageError(`${own[0]} takes flags only: what is ${JSON.stringify(server[0])} for?`);
    }
    if (own.length === 0) {
      program.outputHelp();
      return 0;
    }
    await program.parseAsync(own, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has said what is wrong; help and version are not errors.
      if (error.exitCode === 0) return 0;
      return error.code === 'commander.unknownCommand' ? exitCodes.unknownCommand : exitCodes.failure;
    }
    if (error instanceof InterruptedError) {
      tell(`${error.message}\n`);
      return exitCodes.interrupted;
    }
    tell(`error: ${messagesOf(error).join('\n  because: ')}\n`);
    if (debug && error instanceof Error) tell(`${error.stack}\n`);
    return exitCodes.failure;
  }
}
