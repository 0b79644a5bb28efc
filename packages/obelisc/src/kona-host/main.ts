/**
 * kona-host: takes the flags and variables of kona's host and does what op-program does with them. As a server it speaks to
 * kona's client, natively it runs ours. Exit codes are op-program's: what is no verdict ends with 2, where kona's host has 1.
 */
import {
  type Chain,
  customChain,
  findChain,
  impliedChainConfig,
  knownChainOf,
  knownL1ChainConfig,
  MOST_CONFIGURATION,
  MOST_GENESIS,
  parseKonaRollupConfig,
  parseL1ChainConfig,
  whyUnknown,
} from '@obelisc/host';
import { main as opProgram } from '../op-program/main.js';
import { messagesOf } from '@obelisc/claims/messages';
import { readNamedFile } from '../endpoints/named-file.js';
import { UsageError } from '../terminal/failure.js';
import { type Io, processIo } from '../terminal/io.js';
import { versionText } from '../terminal/version.js';
import { commandLine } from './command-line.js';
import { inKonaWords, type KonaArguments, KONA_FLAGS, parseKonaArguments } from './flags.js';

type Given = Extract<KonaArguments, { kind: 'run' }>;

/** kona's formats of a log by the nearest of op-program's. */
const LOG_FORMATS: Readonly<Record<string, string>> = {
  json: 'json',
  logfmt: 'logfmt',
  pretty: 'terminal',
  compact: 'terminal',
};

/** Runs the command and returns its exit code. */
export async function main(
  args: readonly string[],
  env: Record<string, string | undefined> = process.env,
  io: Io = processIo,
): Promise<number> {
  try {
    const given = parseKonaArguments(args, env);
    switch (given.kind) {
      case 'help':
        commandLine().configureOutput({ writeOut: io.stdout }).outputHelp();
        return 0;
      case 'version':
        io.stdout(`${versionText('kona-host')}\n`);
        return 0;
      case 'run':
        for (const warning of given.warnings) io.stderr(`kona-host: ${warning}\n`);
        return await opProgram(opProgramArguments(given), {}, io, {
          chain: () => readChain(given),
          wording: inKonaWords,
        });
    }
  } catch (error) {
    io.stderr(`kona-host: ${messagesOf(error).join('\n  because: ')}\n`);
    if (args.includes('--debug') && error instanceof Error) io.stderr(`${error.stack}\n`);
    return 2;
  }
}

/** op-program's arguments for kona-host's, but for those that say which chain it is. */
export function opProgramArguments({ get, level }: Given): string[] {
  const own = KONA_FLAGS.flatMap(({ names: [name], to }) => {
    const value = get(name);
    return value === undefined || to === undefined ? [] : [`--${to}=${value}`];
  });
  const server = get('server') === 'true' ? ['--server', `--client=${get('client') ?? 'kona'}`] : [];
  const format = LOG_FORMATS[get('logs.stdout.format') ?? ''] ?? 'text';
  return [...own, ...server, `--log.level=${level}`, `--log.format=${format}`];
}

/** The chain by its id or its files. Throws UsageError and ConfigurationError. */
function readChain({ get }: Given): Chain {
  const id = get('l2-chain-id');
  if (id !== undefined) {
    const known = /^\d+$/.test(id) ? findChain(id) : undefined;
    if (known !== undefined) return known;
    const why = /^\d+$/.test(id) ? whyUnknown(id) : 'is no chain id';
    throw new UsageError(
      `--l2-chain-id ${JSON.stringify(id)} ${why}; other chains take --rollup-config-path in its place`,
    );
  }
  const [rollupPath, l1Path] = [get('rollup-config-path') ?? '', get('l1-config-path')];
  const rollupConfig = parseKonaRollupConfig(
    readNamedFile('rollup-config-path', rollupPath, MOST_CONFIGURATION).toString('utf8'),
    rollupPath,
  );
  const known = knownChainOf(rollupConfig, rollupPath);
  if (known !== undefined) return known;
  // kona's host knows no more of how the chain executes than this.
  const chainConfig = impliedChainConfig(rollupConfig);
  if (chainConfig === undefined) throw new TypeError('the base fee has its parameters, if only kona’s standard ones');
  const l1ChainConfig =
    l1Path === undefined
      ? knownL1ChainConfig(rollupConfig.l1ChainId)
      : parseL1ChainConfig(readNamedFile('l1-config-path', l1Path, MOST_GENESIS), l1Path);
  return customChain({
    rollupConfig,
    chainConfig,
    l1ChainConfig,
    names: {
      rollupConfig: '--rollup-config-path',
      chainConfig: 'what --rollup-config-path implies',
      l1ChainConfig: '--l1-config-path',
    },
  });
}
