// The commands of `obelisc`: their flags, their help, and what each of them runs.
import { FORK_NAMES, L1_FORK_NAMES } from '@obelisc/devnet/fork-names';
import { Argument, Command, Option } from 'commander';
import type { DoctorFlags } from '../doctor/command.js';
import type { DevnetCommandOptions } from '../devnet/devnet.js';
import { addNetworkFlags } from '../endpoints/commander-values.js';
import { endpointUrl, urlList } from '../endpoints/network-flags.js';
import type { WatchDemoFlags } from '../demo/watch-demo.js';
import { choiceOption, examples, finishCommandLine, paragraph } from '../terminal/command-line.js';
import { SHELLS } from '../terminal/completion.js';
import { UsageError } from '../terminal/failure.js';
import type { OutputFlags } from './output.js';
import { addWatchCommands } from '../watch/command.js';
import type { ValidateFlags } from '../validate/validate.js';
import { address, blockNumber, count, hash, numberOrTag, wholeNumber } from './values.js';

/** Beginning of the environment variables that stand for flags. */
export const VARIABLES = 'OBELISC_';

const INTERRUPTED = 'an interrupted command ends by its signal, which a shell shows as 130 (Ctrl-C) or 143';

/** The command line; `end` is told the exit code of what was run. */
export function commandLine(end: (exitCode: number) => void): Command {
  const program = new Command('obelisc')
    .description('Checks output roots of OP Stack chains')
    .usage('COMMAND [flags]')
    .exitOverride()
    .showHelpAfterError('(obelisc COMMAND --help tells the flags)')
    .addHelpText(
      'after',
      examples({
        'Is the output root that the op-node has for block 12345 right?':
          'obelisc validate --l1 URL --l1.beacon URL --l2 URL --op-node URL --to 12345',
        'Are these endpoints good enough?': 'obelisc doctor --l1 URL --l1.beacon URL --l2 URL --op-node URL',
        'See it work, without any endpoint': 'obelisc demo',
      }),
    )
    .addHelpText(
      'after',
      paragraph('Variables:', [
        "each flag's environment variable stands in brackets behind its help; a flag wins over its variable",
      ]),
    );
  const command = (name: string, description: string): Command =>
    program.command(name).description(description).exitOverride();
  validateCommand(command, end);
  doctorCommand(command, end);
  addWatchCommands(command, end);
  outputCommand(command);
  clientCommand(command);
  compileCommand(command);
  devnetCommand(command);
  demoCommand(command);
  completionCommand(command);
  finishCommandLine(program, { variables: () => VARIABLES });
  return program;
}

type Define = (name: string, description: string) => Command;

const url = (flag: string) => (text: string) => endpointUrl(flag, text);
const urls = (flag: string) => (text: string) => urlList(flag, text);

/** The four endpoints of a chain. */
function endpointFlags(command: Command): Command {
  return command
    .optionsGroup('Endpoints:')
    .requiredOption('--l1 <url>', 'L1 execution endpoint', url('l1'))
    .requiredOption('--l1.beacon <urls>', 'L1 beacon endpoint, or several separated by commas', urls('l1.beacon'))
    .requiredOption('--l2 <url>', 'L2 execution endpoint (debug namespace)', url('l2'))
    .requiredOption('--op-node <url>', 'op-node endpoint', url('op-node'));
}

function validateCommand(define: Define, end: (exitCode: number) => void): void {
  const command = define('validate', 'take a claimed output root and say whether it is right');
  endpointFlags(command)
    .option('--l1.check <url>', 'a second L1 endpoint, which must have the same L1 head', url('l1.check'))
    .option(
      '--l1.trustrpc',
      "taken, and of no effect: L1's data are checked against their hashes either way, at no cost",
      false,
    )
    .optionsGroup('The claim:')
    .option('--to <block>', 'the L2 block that the claim is about: a number, safe, finalized or latest', numberOrTag)
    .option('--from <number>', 'the L2 block to start from (default: the one before)', blockNumber)
    .option('--claim <hash>', "the claimed output root (default: the op-node's own)", hash)
    .option('--l2.outputroot <hash>', "the agreed output root of --from (default: the op-node's)", hash)
    .option('--l1.head <hash>', 'the newest L1 block to read (default: one that is late enough)', hash)
    .optionsGroup('A dispute game, in place of --from, --to, --claim and --l1.head:')
    .option('--game <address>', 'judge the claim of this dispute game', address)
    .option(
      '--game-index <number>',
      'the same by its place in the factory, or the output of an L2OutputOracle (--game)',
      wholeNumber,
    )
    .option('--game-factory <address>', 'the dispute game factory (default: that of a known chain)', address)
    .optionsGroup('The chain:')
    .option('--network <name>', "a known chain, by name or chain id (default: the op-node's configuration)")
    .option('--rollup.config <file>', "rollup.json, in place of the op-node's configuration")
    .option('--l2.genesis <file>', "genesis-l2.json, in place of the L2 endpoint's chain configuration")
    .option(
      '--l1.chainconfig <file>',
      "L1's genesis.json, in place of the L1 endpoint's chain configuration (for an L1 that is not known)",
    )
    .optionsGroup('The run:')
    .option('--datadir <folder>', 'keep the pre-images here (default: in memory)')
    .addOption(new Option('--vm', 'run the claim in the fault-proof machine too (the default)').conflicts('native'))
    .option('--native', 'only natively, without the machine', false)
    .option(
      '--segment <blocks>',
      'derive a longer range in segments of so many blocks, several at a time (default: a share for each worker, 50 to 1000)',
      count,
    )
    .option('--workers <number>', 'processes that derive segments (default: one for each core)', count)
    .option('--json', 'print the verdict as JSON', false);
  addNetworkFlags(command)
    .addHelpText(
      'after',
      examples({
        "Check the op-node's own root of a block, natively and in the machine":
          'obelisc validate --l1 URL --l1.beacon URL --l2 URL --op-node URL --to 12345',
        'Check a claim about a range, with an object as answer':
          'obelisc validate … --from 12300 --to 12345 --claim 0x… --json',
        'Judge what a dispute game claims': 'obelisc validate … --game-index 4711',
        'Endpoints from the environment':
          'OBELISC_L1=URL OBELISC_L1_BEACON=URL OBELISC_L2=URL OBELISC_OP_NODE=URL obelisc validate --to safe',
      }),
    )
    .addHelpText(
      'after',
      paragraph('Exit code:', ['0 the claim is right, 1 it is wrong, 2 it could not be told', INTERRUPTED]),
    )
    .action(async (flags: ValidateFlags) => {
      const { runValidate } = await import('../validate/validate.js');
      end(await runValidate(flags));
    });
}

function doctorCommand(define: Define, end: (exitCode: number) => void): void {
  const command = define('doctor', 'ask each endpoint for what a run will need, and say what to change');
  endpointFlags(command).optionsGroup('The report:').option('--json', 'print what was found as JSON', false);
  addNetworkFlags(command)
    .addHelpText(
      'after',
      examples({
        'Are these endpoints good enough?': 'obelisc doctor --l1 URL --l1.beacon URL --l2 URL --op-node URL',
        'What is wrong, for a script': 'obelisc doctor … --json | jq \'.checks[] | select(.outcome != "ok")\'',
      }),
    )
    .addHelpText('after', paragraph('Exit code:', ['0 they will do (there may be warnings), 2 they will not']))
    .action(async (flags: DoctorFlags) => {
      const { runDoctor } = await import('../doctor/command.js');
      end(await runDoctor(flags));
    });
}

function outputCommand(define: Define): void {
  const command = define('output', "print the op-node's output root at an L2 block as JSON (optimism_outputAtBlock)");
  command
    .addArgument(new Argument('<block>', 'number of the L2 block').argParser(blockNumber))
    .requiredOption('--op-node <url>', 'op-node endpoint', url('op-node'))
    .option('--field <path>', 'print this field alone, e.g. outputRoot or blockRef.hash');
  addNetworkFlags(command, ['retry.for'])
    .addHelpText(
      'after',
      examples({
        'All that the op-node says': 'obelisc output 12345 --op-node URL',
        'The output root alone': 'obelisc output 12345 --op-node URL --field outputRoot',
      }),
    )
    .action(async (block: bigint, flags: OutputFlags) => {
      const { printOutput } = await import('./output.js');
      await printOutput(block, flags);
    });
}

function clientCommand(define: Define): void {
  define('client', "print where the released client's ELF is, after a check of its hash")
    .option('--json', 'print its version, prestate and hash as well, as JSON', false)
    .addHelpText(
      'after',
      examples({ "The machine's first state": 'asterisc load-elf --path "$(obelisc client)" --out prestate.bin.gz' }),
    )
    .action(async ({ json }: { json: boolean }) => {
      const { printClient } = await import('./guest.js');
      printClient(json);
    });
}

function compileCommand(define: Define): void {
  define('compile', 'make a program for the machine of a WebAssembly module (docs/own-programs.md)')
    .argument('<module>', 'the module, a file')
    .requiredOption('--out <file>', 'the ELF to write')
    .addHelpText('after', examples({ 'A guest of your own': 'obelisc compile guest.wasm --out guest.elf' }))
    .action(async (module: string, { out }: { out: string }) => {
      const { compileModule } = await import('./guest.js');
      await compileModule(module, out);
    });
}

function devnetCommand(define: Define): void {
  define('devnet', 'run an embedded chain: L1, beacon, L2 and op-node endpoints on loopback, until interrupted')
    .optionsGroup('The chain:')
    .option('--blocks <number>', 'L2 blocks to make (default: 16)')
    .option('--seed <text>', 'the chain is the same for the same seed')
    .addOption(
      choiceOption('--forks <fork>', 'the newest fork of the L2; all up to it are there (default: karst)', FORK_NAMES),
    )
    .option('--fork-at <fork=block,…>', 'forks that activate on the way, by their first L2 block: jovian=20,karst=40')
    .addOption(choiceOption('--l1-forks <fork>', 'the newest fork of the L1 (default: cancun)', L1_FORK_NAMES))
    .option('--l1-fork-at <fork=block,…>', 'the same for the L1, by L1 block')
    .option('--live', 'go on making blocks by time, of what is sent to the endpoints', false)
    .option('--block-time <seconds>', 'seconds between L2 blocks (default: 2)')
    .option('--propose-every <blocks>', 'propose an output root on L1 every so many L2 blocks, in a dispute game')
    .option('--false-claim <number>', 'one proposal in so many is false')
    .optionsGroup('Where it is:')
    .option(
      '--out <folder>',
      'write rollup.json, genesis-l2.json and l1-chainconfig.json here (default: a temporary folder)',
    )
    .option('--l1-port <port>', 'port of the L1 execution endpoint (default: any free one)')
    .option('--beacon-port <port>', 'port of the beacon endpoint')
    .option('--l2-port <port>', 'port of the L2 execution endpoint')
    .option('--op-node-port <port>', 'port of the op-node endpoint')
    .option('--json', 'print where everything is as JSON', false)
    .addHelpText(
      'after',
      examples({
        'A chain of 30 blocks on known ports':
          'obelisc devnet --blocks 30 --l1-port 9545 --beacon-port 9546 --l2-port 9547 --op-node-port 9548',
        'A chain that goes on, for cast or viem': 'obelisc devnet --live --l1-port 9545 --l2-port 9547',
        'A fork on the way': 'obelisc devnet --fork-at jovian=10,karst=20',
      }),
    )
    .addHelpText('after', paragraph('Exit code:', ['0 when interrupted while it serves; before that, by the signal']))
    .action(async (options: DevnetCommandOptions) => {
      const { devnetCommand: run } = await import('../devnet/devnet.js');
      await run(options);
    });
}

function demoCommand(define: Define): void {
  define('demo', 'walk the guide on an embedded chain, once with a true claim and once with a false one')
    .option('--watch', 'show the watch instead, on a chain that goes on, one claim in three false', false)
    .option('--claims <number>', 'with --watch, end after so many verdicts (default: when interrupted)', count)
    .option('--demo-db <database>', 'with --watch, the postgres:// URL of an empty database, for workers as processes')
    .action(async ({ watch, ...flags }: WatchDemoFlags & { readonly watch: boolean }) => {
      if (!watch && (flags.claims !== undefined || flags.demoDb !== undefined))
        throw new UsageError('--claims and --demo-db are for --watch');
      if (watch) await (await import('../demo/watch-demo.js')).watchDemo(flags);
      else await (await import('../demo/demo.js')).demo(flags);
    });
}

function completionCommand(define: Define): void {
  define('completion', 'print the completion of all commands for a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText(
      'after',
      examples({
        'bash, in ~/.bashrc': 'source <(obelisc completion bash)',
        'zsh, in ~/.zshrc': 'source <(obelisc completion zsh)',
        fish: 'obelisc completion fish > ~/.config/fish/completions/obelisc.fish',
      }),
    )
    .action(async (shell: (typeof SHELLS)[number]) => {
      const { printCompletion } = await import('./completion.js');
      await printCompletion(shell);
    });
}
