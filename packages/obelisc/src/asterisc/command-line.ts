// The commands of `asterisc`: the reference's flags, and ours.
import { Argument, Command } from 'commander';
import { examples, finishCommandLine, paragraph } from '../terminal/command-line.js';
import type { Interrupt } from '../terminal/interrupt.js';
import type { Verbosity } from '../terminal/verbosity.js';
import type { FlagKind } from './arguments.js';
import { runDisassemble } from './disassemble.js';
import { runLoadElf } from './load-elf.js';
import { limitLog, type LogLevel } from './log.js';
import { defaultProfile } from './profile.js';
import { type RunOptions, runRun } from './run.js';
import { runVerifyStep } from './verify-step.js';
import { runWitness } from './witness.js';

/** The flags of a command, read off its definition. */
export function flagsOf(program: Command, name: string): ReadonlyMap<string, FlagKind> | undefined {
  const command = program.commands.find((one) => one.name() === name);
  // verify-step is ours alone, and takes an argument.
  if (command === undefined || command.registeredArguments.length > 0) return undefined;
  const kinds = command.options.map((option): [string, FlagKind] => [
    option.long?.slice(2) ?? '',
    option.isBoolean() ? 'switch' : option.optional ? 'optional' : 'value',
  ]);
  return new Map([...kinds, ['help', 'switch']]);
}

/** The command line; `server` is the command of the pre-image server, `interrupt` stops a run. */
export function commandLine(server: readonly string[], interrupt: Interrupt): Command {
  const program = new Command('asterisc')
    .description('RISC-V fault proof machine')
    .usage('COMMAND [flags]')
    .exitOverride()
    .addHelpText(
      'after',
      examples({
        'A program as a first state': 'asterisc load-elf --path program.elf --out prestate.json --meta meta.json',
        'Run it with a pre-image server':
          'asterisc run --input prestate.json --meta meta.json -- op-program <flags> --server',
        'A proof of one step': 'asterisc run --input prestate.json --proof-at =1000 --stop-at =1001',
      }),
    )
    .addHelpText(
      'after',
      paragraph('Exit code:', [
        '0 done, whatever the guest ended with (witness tells it); 1 a failure; 3 no such command; 130 a run was interrupted',
        'and has written its state (a second Ctrl-C ends it at once)',
      ]),
    );
  const command = (name: string, description: string) => program.command(name).description(description).exitOverride();
  loadElfCommand(command);
  runCommand(command, server, interrupt);
  witnessCommand(command);
  verifyStepCommand(command);
  disassembleCommand(command);
  finishCommandLine(program, { variables: variablesOf });
  program.hook('preAction', (_, action) => limitLog(logLimitOf(action.opts<Verbosity>())));
  return program;
}

/** `ASTERISC_RUN_INPUT`: each command has its own, since one that is set for a run has no meaning for another. */
function variablesOf(command: Command): string {
  return `ASTERISC_${command.name().replaceAll('-', '_').toUpperCase()}_`;
}

function logLimitOf({ quiet = false, verbose = false }: Verbosity): LogLevel {
  if (quiet) return 'error';
  return verbose ? 'debug' : 'info';
}

type Define = (name: string, description: string) => Command;

function loadElfCommand(define: Define): void {
  define('load-elf', 'Load an ELF file into a prestate')
    .requiredOption('--path <file>', 'path to a 64-bit RISC-V ELF file')
    .option(
      '--out <file>',
      'where to write the state: .json, .bin, each with .gz; - is stdout, empty is none',
      'state.bin.gz',
    )
    .option('--meta <file>', 'where to write metadata for symbol look-up; empty is none', 'meta.json')
    .addHelpText(
      'after',
      examples({
        'The released program': 'asterisc load-elf --path bin/op-program-client-riscv.elf --out prestate.json',
      }),
    )
    .action(runLoadElf);
}

function witnessCommand(define: Define): void {
  define('witness', "Print a state's witness and state hash as JSON")
    .requiredOption('--input <file>', 'path of the state')
    .option('--output <file>', "where to write the witness's 362 bytes; empty is none", '')
    .addHelpText('after', examples({ 'The hash of a first state': 'asterisc witness --input prestate.json' }))
    .action(runWitness);
}

function verifyStepCommand(define: Define): void {
  define('verify-step', 'Check a step proof: execute its step from witness and memory proofs alone')
    .addArgument(new Argument('<proof>', 'proof file, as run --proof-at writes it'))
    .addHelpText('after', examples({ 'A proof that run has written': 'asterisc verify-step proof-1000.json' }))
    .action(runVerifyStep);
}

function disassembleCommand(define: Define): void {
  define('disassemble', 'Print instructions as text, with what the machine does where it departs from the ISA')
    .option('--path <file>', 'path to a 64-bit RISC-V ELF file')
    .option('--input <file>', 'path of a state')
    .option('--meta <file>', "metadata for a state's symbols; empty is none", 'meta.json')
    .option('--symbol <name>', 'the function to print')
    .option('--start <address>', 'where to start; without it and --symbol: at pc')
    .option('--count <n>', 'how many instructions; without it a whole function, or 16')
    .addHelpText(
      'after',
      examples({
        'A function of a program': 'asterisc disassemble --path program.elf --symbol main',
        'Where a state stands': 'asterisc disassemble --input state.json --count 32',
      }),
    )
    .action(runDisassemble);
}

function runCommand(define: Define, server: readonly string[], interrupt: Interrupt): void {
  const steps = "step pattern: 'never', 'always', '=123' at step 123, '%123' at every 123rd";
  define('run', 'Run steps; what follows -- is the command of a pre-image server')
    .usage('[flags] [-- SERVER ARGUMENTS…]')
    .optionsGroup('States:')
    .requiredOption('--input <file>', 'path of the input state')
    .option('--output <file>', 'where to write the output state; - is stdout, empty is none', 'out.json')
    .option('--meta <file>', 'metadata for symbol look-up; empty is none', 'meta.json')
    .optionsGroup('Proofs and snapshots:')
    .option('--proof-at <pattern>', `when to write a step proof, ${steps}`, 'never')
    .option('--proof-fmt <name>', 'file name of proofs (.gz compresses); - is stdout', 'proof-%d.json')
    .option('--snapshot-at <pattern>', `when to write a snapshot, ${steps}`, 'never')
    .option('--snapshot-fmt <name>', 'file name of snapshots', 'state-%d.json')
    .optionsGroup('When to stop:')
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
    .optionsGroup('The run:')
    .option('--info-at <pattern>', `when to log where the run is, ${steps}`, '%100000')
    .option('--preimage-timeout <seconds>', 'longest wait for one answer of the pre-image server')
    .option('--max-memory <MiB>', "memory that the guest may touch; default: what fits this computer's")
    .optionsGroup('What it cost:')
    .option(
      '--debug-info <file>',
      'where to write pages, memory, steps, instructions by class, pre-image requests and bytes as JSON; empty is none',
      '',
    )
    .option(
      '--pprof.cpu [=file]',
      `write a CPU profile of the guest by function, for go tool pprof, to ${defaultProfile}`,
    )
    .option('--flamegraph <file>', 'write a flame graph of the guest (SVG)')
    .addHelpText(
      'after',
      examples({
        'A claim in the machine':
          'asterisc run --input prestate.json --meta meta.json --info-at %100000000 -- op-program <flags> --server',
        'A snapshot every billion steps': 'asterisc run --input prestate.json --snapshot-at %1000000000',
      }),
    )
    .action((options: RunOptions) => runRun(options, server, interrupt));
}
