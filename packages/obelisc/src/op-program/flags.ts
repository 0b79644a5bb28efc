/** The flags of op-program: one table for parsing, environment, help and errors. */
import { DATA_FORMATS, FOREIGN_DATA_FORMATS } from '@obelisc/preimage';
import { LOG_LEVELS, RPC_KINDS } from '@obelisc/host';
import { NETWORK_FLAGS, type NetworkFlag } from '../endpoints/network-flags.js';
import { UsageError } from '../terminal/failure.js';

type FlagKind = 'text' | 'bool';

export type FlagSpec = {
  name: string;
  env: string;
  kind: FlagKind;
  help: string;
  choices?: readonly string[];
  /** Values that are known, for an error that says more than the list of choices. */
  refused?: readonly string[];
  default?: string;
  /** A second name, of later versions. */
  alias?: { name: string; env: string };
};

export const LOG_FORMATS = ['text', 'terminal', 'logfmt', 'json'] as const;

const ENV_PREFIX = 'OP_PROGRAM_';

export const FLAGS = [
  flag('l1.head', 'Hash of the L1 block up to which derivation may read', { required: true }),
  flag('l2.head', 'Hash of the L2 block at l2.outputroot, where derivation starts', { required: true }),
  flag('l2.outputroot', 'Agreed L2 output root to start from', { env: 'L2_OUTPUT_ROOT', required: true }),
  flag('l2.claim', 'Claimed L2 output root', { required: true }),
  flag('l2.blocknumber', 'Number of the L2 block that the claim is about', {
    env: 'L2_BLOCK_NUM',
    alias: { name: 'l2.sequencenumber', env: 'OP_PROGRAM_L2_SEQUENCE_NUMBER' },
    required: true,
  }),
  flag('network', 'Known chain, by name or chain id'),
  flag('rollup.config', 'File with the rollup configuration of a chain that is not known (rollup.json)'),
  flag('l2.genesis', 'File with the L2 genesis of a chain that is not known (genesis-l2.json)'),
  flag(
    'l1.chainconfig',
    'File with the configuration of an L1 chain that is not known: says what blobs cost there (its genesis.json)',
    { alias: { name: 'l1.genesis', env: 'OP_PROGRAM_L1_GENESIS' } },
  ),
  flag(
    'l2.custom',
    'Give the program the configurations of --rollup.config and --l2.genesis (as it always does with these)',
    {
      env: 'L2_CHAINID',
      kind: 'bool',
    },
  ),
  flag('datadir', 'Directory that keeps the pre-images; without it they are kept in memory'),
  flag('data.format', 'Format of a new datadir', {
    choices: DATA_FORMATS,
    refused: FOREIGN_DATA_FORMATS,
    default: 'directory',
  }),
  flag('l1', 'L1 JSON-RPC endpoint', { env: 'L1_RPC' }),
  flag('l1.beacon', 'L1 beacon API endpoint, or several separated by commas', { env: 'L1_BEACON_API' }),
  flag('l1.trustrpc', 'Do not check L1 data against its hashes', { env: 'L1_TRUST_RPC', kind: 'bool' }),
  flag('l1.rpckind', 'Kind of L1 endpoint, which decides how receipts are fetched', {
    env: 'L1_RPC_KIND',
    choices: RPC_KINDS,
    default: 'standard',
  }),
  flag('l2', 'L2 JSON-RPC endpoint (eth and debug namespaces)', { env: 'L2_RPC' }),
  flag('l2.experimental', 'L2 endpoint with debug_executionWitness: fetches the state of a block in one call', {
    env: 'L2_RPC_EXPERIMENTAL_RPC',
  }),
  ...NETWORK_FLAGS.map((spec: NetworkFlag) =>
    flag(spec.name, spec.help, {
      env: variableOf(spec.name),
      ...(spec.default === undefined ? {} : { default: spec.default }),
      ...(spec.alias === undefined ? {} : { alias: { name: spec.alias, env: ENV_PREFIX + variableOf(spec.alias) } }),
    }),
  ),
  flag('exec', 'Run this client program as a process of its own, instead of the built-in one'),
  flag('server', 'Serve pre-images on file descriptors 3 to 6 and run no client', { kind: 'bool' }),
  flag('log.level', 'Lowest level that is logged', { choices: LOG_LEVELS, default: 'info' }),
  flag('log.format', 'Format of the log', { choices: LOG_FORMATS, default: 'text' }),
  flag('log.color', 'Colours in the log', { kind: 'bool' }),
  flag('log.pid', 'Process id in the log', { kind: 'bool' }),
  flag('debug', 'Print the JavaScript stack of errors', { kind: 'bool' }),
] satisfies readonly (FlagSpec & { required: boolean })[];

/** Flags of the reference that are about sets of chains (interop), and those that name several chains when repeated. */
const INTEROP_FLAGS = ['depset.config', 'l2.agreed-prestate'];
const ONE_CHAIN_FLAGS = ['network', 'rollup.config', 'l2.genesis'];

/** Flags that were given, by flag or environment; a flag of kind bool holds `true` or `false`. */
export type FlagValues = {
  get(name: string): string | undefined;
  isTrue(name: string): boolean;
  has(name: string): boolean;
};

export type ParsedArguments =
  { kind: 'help' } | { kind: 'version' } | { kind: 'run'; flags: FlagValues; warnings: string[] };

/**
 * Reads arguments (`--flag value`, `--flag=value`, one dash or two; `--bool`, `--bool=false`) and environment; an argument
 * wins over the environment, and an empty value counts as not given. Throws UsageError.
 */
export function parseArguments(args: readonly string[], env: Record<string, string | undefined>): ParsedArguments {
  const given = new Map<string, string>();
  for (const spec of FLAGS) {
    for (const variable of variablesOf(spec)) {
      const value = env[variable];
      if (value === undefined || value === '') continue;
      given.set(spec.name, checked(spec, value, `the environment variable ${variable}`));
    }
  }
  const chainFlags = new Map<string, string>();
  for (let at = 0; at < args.length; at++) {
    const argument = args[at] ?? '';
    if (argument === '--help' || argument === '-h' || argument === '-help' || argument === 'help')
      return { kind: 'help' };
    if (argument === '--version' || argument === '-v' || argument === '-version') return { kind: 'version' };
    const match = /^--?([^=-][^=]*)(?:=(.*))?$/s.exec(argument);
    if (match === null)
      throw new UsageError(`unexpected argument ${JSON.stringify(argument)}: op-program takes flags only`);
    const [, name = '', attached] = match;
    const spec = FLAGS.find((known) => known.name === name || known.alias?.name === name);
    if (INTEROP_FLAGS.includes(name)) {
      throw new UsageError(
        `--${name} is of interop, which is not covered: a claim is about one chain, with --l2.head and --l2.outputroot`,
      );
    }
    if (spec === undefined) throw new UsageError(`unknown flag --${name}${suggestion(name)}`);
    let value = attached;
    if (value === undefined && spec.kind === 'bool') value = 'true';
    if (value === undefined) {
      at += 1;
      value = args[at];
      if (value === undefined) throw new UsageError(`flag --${name} needs a value`);
    }
    if (ONE_CHAIN_FLAGS.includes(spec.name)) {
      const before = chainFlags.get(spec.name);
      if ((before !== undefined && before !== value) || (name === 'network' && value.includes(','))) {
        throw new UsageError(
          `--${name} names several chains, a set of interop, which is not covered: a claim is about one chain`,
        );
      }
      chainFlags.set(spec.name, value);
    }
    if (value === '') given.delete(spec.name);
    else given.set(spec.name, checked(spec, value, `flag --${name}`));
  }
  const flags: FlagValues = {
    get: (name) => given.get(name) ?? FLAGS.find((spec) => spec.name === name)?.default,
    isTrue: (name) => given.get(name) === 'true',
    has: (name) => given.has(name),
  };
  return { kind: 'run', flags, warnings: unknownVariables(env) };
}

export function helpText(): string {
  const lines = FLAGS.map((spec) => {
    const choices = spec.choices === undefined ? '' : ` (${spec.choices.join(', ')})`;
    const standard = spec.default === undefined ? '' : `; default ${spec.default}`;
    return `  --${`${spec.name}${spec.kind === 'bool' ? '' : ' VALUE'}`.padEnd(24)} ${spec.help}${choices}${standard} [$${spec.env}]`;
  });
  return [
    'op-program: derives an L2 chain from L1 data and says whether a claimed output root is right',
    '',
    'Usage: op-program --l1.head 0x… --l2.head 0x… --l2.outputroot 0x… --l2.claim 0x… --l2.blocknumber N \\',
    '         (--network NAME | --rollup.config FILE --l2.genesis FILE) [--datadir DIR] \\',
    '         [--l1 URL --l1.beacon URL --l2 URL] [--server | --exec FILE]',
    '',
    'Without --l1, --l1.beacon and --l2 all pre-images come from --datadir.',
    '',
    ...lines,
    '',
  ].join('\n');
}

type FlagOptions = {
  alias?: { name: string; env: string };
  env?: string;
  kind?: FlagKind;
  choices?: readonly string[];
  refused?: readonly string[];
  default?: string;
  required?: true;
};

function flag(name: string, help: string, options: FlagOptions = {}): FlagSpec & { required: boolean } {
  const { env = variableOf(name), kind = 'text', required = false, ...rest } = options;
  return { name, env: ENV_PREFIX + env, kind, help, required, ...rest };
}

function variableOf(name: string): string {
  return name.replaceAll(/[.-]/g, '_').toUpperCase();
}

function variablesOf(spec: FlagSpec): string[] {
  return spec.alias === undefined ? [spec.env] : [spec.env, spec.alias.env];
}

function checked(spec: FlagSpec, value: string, origin: string): string {
  if (spec.kind === 'bool') {
    if (/^(1|t|true)$/i.test(value)) return 'true';
    if (/^(0|f|false)$/i.test(value)) return 'false';
    throw new UsageError(`${origin} is ${JSON.stringify(value)}, which is neither true nor false`);
  }
  const choice = [...(spec.choices ?? []), ...(spec.refused ?? [])].find((known) => known === value.toLowerCase());
  if (spec.choices !== undefined && choice === undefined) {
    throw new UsageError(`${origin} is ${JSON.stringify(value)}; it takes one of: ${spec.choices.join(', ')}`);
  }
  return choice ?? value;
}

/** A name that a user may have meant: the same without regard to dots, dashes and case. */
function suggestion(name: string): string {
  const plain = (text: string) => text.replace(/[.\-_]/g, '').toLowerCase();
  const meant = FLAGS.find((spec) => plain(spec.name) === plain(name));
  return meant === undefined ? '; --help lists them' : `; did you mean --${meant.name}?`;
}

function unknownVariables(env: Record<string, string | undefined>): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith(ENV_PREFIX) && !FLAGS.some((spec) => variablesOf(spec).includes(name)))
    .map((name) => `the environment variable ${name} is none of op-program's and has no effect`);
}
