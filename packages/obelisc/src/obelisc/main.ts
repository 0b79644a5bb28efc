// The `obelisc` command: validate, output, devnet, demo.
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { DevnetCommandOptions } from '../devnet/devnet.js';
import { NETWORK_FLAGS, urlList } from '../endpoints/network-flags.js';
import type { ValidateFlags } from '../validate/validate.js';
import { BLOCK_TAGS, type BlockTag } from '@obelisc/claims/block-tags';
import { DEBUG_FLAG, unknownFlagsFirst } from '../terminal/command-line.js';

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

function commandLine(end: (exitCode: number) => void): Command {
  const program = new Command('obelisc')
    .description('Checks output roots of OP Stack chains')
    .version('0.1.0')
    .exitOverride()
    .showHelpAfterError('(obelisc COMMAND --help tells the flags)');
  const command = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .option(...DEBUG_FLAG)
      .exitOverride();

  const validateCommand = command(
    'validate',
    'take a claimed output root and say whether it is right (exit code 0 right, 1 wrong, 2 could not tell)',
  )
    .requiredOption('--l1 <url>', 'L1 execution endpoint', url)
    .requiredOption('--l1.beacon <urls>', 'L1 beacon endpoint, or several separated by commas', urls('l1.beacon'))
    .requiredOption('--l2 <url>', 'L2 execution endpoint (debug namespace)', url)
    .requiredOption('--op-node <url>', 'op-node endpoint', url)
    .option('--to <block>', 'the L2 block that the claim is about: a number, safe, finalized or latest', numberOrTag)
    .option('--from <number>', 'the L2 block to start from (default: the one before)', blockNumber)
    .option('--claim <hash>', "the claimed output root (default: the op-node's own)", hash)
    .option('--l2.outputroot <hash>', "the agreed output root of --from (default: the op-node's)", hash)
    .option(
      '--game <address>',
      'judge the claim of this dispute game, in place of --from, --to, --claim and --l1.head',
      address,
    )
    .option(
      '--game-index <number>',
      'the same by its place in the factory, or the output of an L2OutputOracle (--game)',
      blockNumber,
    )
    .option('--game-factory <address>', 'the dispute game factory (default: that of a known chain)', address)
    .option('--l1.head <hash>', 'the newest L1 block to read (default: one that is late enough)', hash)
    .option('--l1.check <url>', 'a second L1 endpoint, which must have the same L1 head', url)
    .option('--l1.trustrpc', 'do not check what L1 sends against its hashes', false)
    .option('--network <name>', "a known chain, by name or chain id (default: the op-node's configuration)")
    .option('--rollup.config <file>', "rollup.json, in place of the op-node's configuration")
    .option('--l2.genesis <file>', "genesis-l2.json, in place of the L2 endpoint's chain configuration")
    .option(
      '--l1.chainconfig <file>',
      "L1's genesis.json, in place of the L1 endpoint's chain configuration (for an L1 that is not known)",
    )
    .option('--datadir <folder>', 'keep the pre-images here (default: in memory)')
    .addOption(new Option('--vm', 'run the claim in the fault-proof machine too (the default)').conflicts('native'))
    .option('--native', 'only natively, without the machine', false)
    .option(
      '--segment <blocks>',
      'derive a longer range in segments of so many blocks, several at a time (default: 100)',
      count,
    )
    .option('--workers <number>', 'processes that derive segments (default: one for each core)', count)
    .option('--json', 'print the verdict as JSON', false)
    .action(async (flags: ValidateFlags) => {
      const { runValidate } = await import('../validate/validate.js');
      end(await runValidate(flags));
    });
  for (const { name, value, help, ...more } of NETWORK_FLAGS) {
    validateCommand.addOption(
      new Option(`--${name} <${value}>`, 'default' in more ? `${help} (default: ${more.default})` : help),
    );
    if ('alias' in more) validateCommand.addOption(new Option(`--${more.alias} <${value}>`, help).hideHelp());
  }

  command('output', "print the op-node's output root at an L2 block as JSON (optimism_outputAtBlock)")
    .argument('<block>', 'number of the L2 block', blockNumber)
    .requiredOption('--op-node <url>', 'op-node endpoint', url)
    .option('--field <path>', 'print this field alone, e.g. outputRoot or blockRef.hash')
    .action(async (block: bigint, flags: { opNode: string; field?: string }) => {
      const { printOutput } = await import('./output.js');
      await printOutput(block, flags.opNode, flags.field);
    });

  command('devnet', 'run an embedded chain: L1, beacon, L2 and op-node endpoints on loopback, until interrupted')
    .option('--blocks <number>', 'L2 blocks to make (default: 16)')
    .option('--seed <text>', 'the chain is the same for the same seed')
    .option('--forks <fork>', 'the newest fork of the L2; all up to it are there (default: karst)')
    .option('--fork-at <fork=block,…>', 'forks that activate on the way, by their first L2 block: jovian=20,karst=40')
    .option('--l1-forks <fork>', 'the newest fork of the L1, from cancun to bpo2 (default: cancun)')
    .option('--l1-fork-at <fork=block,…>', 'the same for the L1, by L1 block')
    .option('--live', 'go on making blocks by time, of what is sent to the endpoints', false)
    .option('--block-time <seconds>', 'seconds between L2 blocks (default: 2)')
    .option('--propose-every <blocks>', 'propose an output root on L1 every so many L2 blocks, in a dispute game')
    .option('--false-claim <number>', 'one proposal in so many is false')
    .option(
      '--out <folder>',
      'write rollup.json, genesis-l2.json and l1-chainconfig.json here (default: a temporary folder)',
    )
    .option('--l1-port <port>', 'port of the L1 execution endpoint (default: any free one)')
    .option('--beacon-port <port>', 'port of the beacon endpoint')
    .option('--l2-port <port>', 'port of the L2 execution endpoint')
    .option('--op-node-port <port>', 'port of the op-node endpoint')
    .option('--json', 'print where everything is as JSON', false)
    .action(async (options: DevnetCommandOptions) => {
      const { devnetCommand } = await import('../devnet/devnet.js');
      await devnetCommand(options);
    });

  command('demo', 'walk the guide on an embedded chain, once with a true claim and once with a false one').action(
    async () => {
      const { demo } = await import('../demo/demo.js');
      await demo();
    },
  );
  unknownFlagsFirst(program);
  return program;
}

function urls(flag: string): (text: string) => readonly string[] {
  return (text) => {
    try {
      return urlList(flag, text);
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
    }
  };
}

function numberOrTag(text: string): bigint | BlockTag {
  const tag = BLOCK_TAGS.find((known) => known === text);
  if (tag !== undefined) return tag;
  if (isBlockNumber(text)) return BigInt(text);
  throw new InvalidArgumentError('It takes the number of a block, safe, finalized or latest.');
}

function url(text: string): string {
  if (/^https?:\/\/./.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError('It takes an http:// or https:// URL.');
}

function hash(text: string): Uint8Array {
  if (/^0x[0-9a-fA-F]{64}$/.test(text)) return Uint8Array.from(Buffer.from(text.slice(2), 'hex'));
  throw new InvalidArgumentError('It takes a hash: 0x and 64 hexadecimal digits.');
}

function count(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It takes a whole number from 1 on.');
}

function address(text: string): string {
  if (/^0x[0-9a-fA-F]{40}$/.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError('It takes an address: 0x and 40 hexadecimal digits.');
}

function blockNumber(text: string): bigint {
  if (isBlockNumber(text)) return BigInt(text);
  throw new InvalidArgumentError('It takes the number of a block.');
}

function isBlockNumber(text: string): boolean {
  return /^(?:\d+|0x[0-9a-fA-F]+)$/.test(text) && BigInt(text) < 1n << 64n;
}
