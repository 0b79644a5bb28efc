// The `asterisc` command: load-elf, run, witness, with the flags and exit codes of the reference's, and
// verify-step and disassemble.
import { Command, CommanderError } from 'commander';
import { DEBUG_FLAG, unknownFlagsFirst } from '../terminal/command-line.js';
import { messagesOf, UsageError } from '../terminal/failure.js';
import { type FlagKind, splitArguments } from './arguments.js';
import { runDisassemble } from './disassemble.js';
import { runLoadElf } from './load-elf.js';
import { defaultProfile } from './profile.js';
import { InterruptedError, runRun } from './run.js';
import { runVerifyStep } from './verify-step.js';
import { runWitness } from './witness.js';

const exitCodes = { failure: 1, unknownCommand: 3, interrupted: 130 };

/** Runs the command with the given arguments (without node and script) and returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const interrupt = new AbortController();
  const onSignal = () => interrupt.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const server: string[] = [];
  const program = commandLine(server, interrupt.signal);
  let debug = false;
  try {
    const split = splitArguments(args, (name) => flagsOf(program, name));
    server.push(...split.server);
    const { own } = split;
    debug = own.includes('--debug');
    if (own[0] === 'h') own[0] = 'help';
    const topic = own[0] === 'help' ? own[1] : undefined;
    if (topic !== undefined && !program.commands.some((command) => command.name() === topic)) {
      process.stderr.write(`error: there is no help for '${topic}'\n`);
      return exitCodes.unknownCommand;
    }
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
      process.stderr.write(`${error.message}\n`);
      return exitCodes.interrupted;
    }
    process.stderr.write(`error: ${messagesOf(error).join('\n  because: ')}\n`);
    if (debug && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    return exitCodes.failure;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

/** The flags of a command, read off its definition. */
function flagsOf(program: Command, name: string): ReadonlyMap<string, FlagKind> | undefined {
  const command = program.commands.find((one) => one.name() === name);
  // verify-step is ours alone, and takes an argument.
  if (command === undefined || command.registeredArguments.length > 0) return undefined;
  const kinds = command.options.map((option): [string, FlagKind] => [
    option.long?.slice(2) ?? '',
    option.isBoolean() ? 'switch' : option.optional ? 'optional' : 'value',
  ]);
  return new Map([...kinds, ['help', 'switch']]);
}

function commandLine(server: readonly string[], signal: AbortSignal): Command {
  const program = new Command('asterisc').description('RISC-V fault proof machine').exitOverride();
  const command = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .option(...DEBUG_FLAG)
      .exitOverride();

  command('load-elf', 'Load an ELF file into a prestate')
    .requiredOption('--path <file>', 'path to a 64-bit RISC-V ELF file')
    .option(
      '--out <file>',
      'where to write the state: .json, .bin, each with .gz; - is stdout, empty is none',
      'state.bin.gz',
    )
    .option('--meta <file>', 'where to write metadata for symbol look-up; empty is none', 'meta.json')
    .action(runLoadElf);

  command('witness', "Print a state's witness and state hash as JSON")
    .requiredOption('--input <file>', 'path of the state')
    .option('--output <file>', "where to write the witness's 362 bytes; empty is none", '')
    .action(runWitness);

  command('verify-step', 'Check a step proof: execute its step from witness and memory proofs alone')
    .argument('<proof>', 'proof file, as run --proof-at writes it')
    .action(runVerifyStep);

  command('disassemble', 'Print instructions as text, with what the machine does where it departs from the ISA')
    .option('--path <file>', 'path to a 64-bit RISC-V ELF file')
    .option('--input <file>', 'path of a state')
    .option('--meta <file>', "metadata for a state's symbols; empty is none", 'meta.json')
    .option('--symbol <name>', 'the function to print')
    .option('--start <address>', 'where to start; without it and --symbol: at pc')
    .option('--count <n>', 'how many instructions; without it a whole function, or 16')
    .action(runDisassemble);

  const steps = "step pattern: 'never', 'always', '=123' at step 123, '%123' at every 123rd";
  command('run', 'Run steps; what follows -- is the command of a pre-image server')
    .requiredOption('--input <file>', 'path of the input state')
    .option('--output <file>', 'where to write the output state; - is stdout, empty is none', 'out.json')
    .option('--proof-at <pattern>', `when to write a step proof, ${steps}`, 'never')
    .option('--proof-fmt <name>', 'file name of proofs (.gz compresses); - is stdout', 'proof-%d.json')
    .option('--snapshot-at <pattern>', `when to write a snapshot, ${steps}`, 'never')
    .option('--snapshot-fmt <name>', 'file name of snapshots', 'state-%d.json')
    .option('--stop-at <pattern>', `when to stop, ${steps}`, 'never')
    .option(
      '--stop-at-preimage <key>',
      'stop at the first read of a pre-image key with these first hex digits, @OFFSET, @STEP from which on',
    )
    .option(
      '--stop-at-preimage-type <type>',
      'stop at the first read of this type: local, keccak, sha256, blob, precompile, any',
      '',
    )
    .option(
      '--stop-at-preimage-larger-than <bytes>',
      'stop at the first read of a pre-image larger than this, 8-byte length included; with a key or type: of both',
      '0',
    )
    .option('--meta <file>', 'metadata for symbol look-up; empty is none', 'meta.json')
    .option('--info-at <pattern>', `when to log where the run is, ${steps}`, '%100000')
    .option(
      '--debug-info <file>',
      'where to write pages, memory, steps, instructions by class, pre-image requests and bytes as JSON; empty is none',
      '',
    )
    .option('--preimage-timeout <seconds>', 'longest wait for one answer of the pre-image server')
    .option(
      '--pprof.cpu [=file]',
      `write a CPU profile of the guest by function, for go tool pprof, to ${defaultProfile}`,
    )
    .option('--flamegraph <file>', 'write a flame graph of the guest (SVG)')
    .option('--max-memory <MiB>', "memory that the guest may touch; default: what fits this computer's")
    .action((options) => runRun(options, server, signal));
  unknownFlagsFirst(program);
  return program;
}
