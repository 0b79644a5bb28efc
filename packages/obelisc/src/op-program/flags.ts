/** The flags of op-program: one table for parsing, environment, help and errors. */
import { DATA_FORMATS, FOREIGN_DATA_FORMATS } from '@obelisc/preimage';
import { DIALECTS, LOG_LEVELS, RPC_KINDS } from '@obelisc/host/run';
import { NETWORK_FLAGS, type NetworkFlag } from '../endpoints/network-flags.js';
import { UsageError } from '../terminal/failure.js';
import { booleanOf, GENERAL } from '../terminal/flag-words.js';
import { LOG_FORMATS } from '../terminal/log-formats.js';
import { didYouMean, nearest } from '../terminal/nearest.js';

type FlagKind = 'text' | 'bool';

export type FlagSpec = {
  name: string;
  env: string;
  kind: FlagKind;
  /** Heading in --help. */
  group: string;
  /** What stands for the value in --help. */
  value: string;
  help: string;
  choices?: readonly string[];
  /** Values that are known, for an error that says more than the list of choices. */
  refused?: readonly string[];
  /** Other words for some of the choices. */
  synonyms?: Readonly<Record<string, string>>;
  /** The reference takes a list, one for each chain of a set; here all its values must be the same. */
  list?: boolean;
  default?: string;
  /** A second name, of later versions. */
  alias?: { name: string; env: string };
};

/** Levels as go-ethereum also writes them. */
const SHORT_LEVELS = { trce: 'trace', dbug: 'debug', eror: 'error' };

const ENV_PREFIX = 'OP_PROGRAM_';

/** Headings in --help. */
const CLAIM = 'The claim:';
const CHAIN = 'The chain:';
const PREIMAGES = 'Pre-images:';
const ENDPOINTS = 'Endpoints (all three to fetch, none to work offline from --datadir):';
const NETWORK = 'How endpoints are dealt with:';
const RUN = 'The run:';
const LOG = 'The log:';

export const FLAGS = [
  flag('l1.head', 'Hash of the L1 block up to which derivation may read', {
    group: CLAIM,
    value: 'hash',
    required: true,
  }),
  flag('l2.head', 'Hash of the L2 block at l2.outputroot, where derivation starts', {
    group: CLAIM,
    value: 'hash',
    required: true,
  }),
  flag('l2.outputroot', 'Agreed L2 output root to start from', {
    group: CLAIM,
    value: 'hash',
    env: 'L2_OUTPUT_ROOT',
    required: true,
  }),
  flag('l2.claim', 'Claimed L2 output root', { group: CLAIM, value: 'hash', required: true }),
  flag('l2.blocknumber', 'Number of the L2 block that the claim is about', {
    group: CLAIM,
    value: 'number',
    env: 'L2_BLOCK_NUM',
    alias: { name: 'l2.sequencenumber', env: 'OP_PROGRAM_L2_SEQUENCE_NUMBER' },
    required: true,
  }),
  flag('network', 'Known chain, by name or chain id', { group: CHAIN, value: 'name', list: true }),
  flag('rollup.config', 'File with the rollup configuration of a chain that is not known (rollup.json)', {
    group: CHAIN,
    value: 'file',
    list: true,
  }),
  flag('l2.genesis', 'File with the L2 genesis of a chain that is not known (genesis-l2.json)', {
    group: CHAIN,
    value: 'file',
    list: true,
  }),
  flag(
    'l1.chainconfig',
    'File with the configuration of an L1 chain that is not known: says what blobs cost there (its genesis.json)',
    { group: CHAIN, value: 'file', alias: { name: 'l1.genesis', env: 'OP_PROGRAM_L1_GENESIS' } },
  ),
  flag(
    'l2.custom',
    'Give the program the configurations of --rollup.config and --l2.genesis (as it always does with these)',
    { group: CHAIN, env: 'L2_CHAINID', kind: 'bool' },
  ),
  flag('datadir', 'Directory that keeps the pre-images; without it they are kept in memory', {
    group: PREIMAGES,
    value: 'folder',
  }),
  flag('data.format', 'Format of a new datadir', {
    group: PREIMAGES,
    value: 'format',
    choices: DATA_FORMATS,
    refused: FOREIGN_DATA_FORMATS,
    default: 'directory',
  }),
  flag('l1', 'L1 JSON-RPC endpoint', { group: ENDPOINTS, value: 'url', env: 'L1_RPC' }),
  flag('l1.beacon', 'L1 beacon API endpoint, or several separated by commas', {
    group: ENDPOINTS,
    value: 'urls',
    env: 'L1_BEACON_API',
  }),
  flag('l1.trustrpc', "Taken, and of no effect: L1's data are checked against their hashes either way, at no cost", {
    group: ENDPOINTS,
    env: 'L1_TRUST_RPC',
    kind: 'bool',
  }),
  flag('l1.rpckind', 'Kind of L1 endpoint, which decides how receipts are fetched', {
    group: ENDPOINTS,
    value: 'kind',
    env: 'L1_RPC_KIND',
    choices: RPC_KINDS,
    default: 'standard',
  }),
  flag('l2', 'L2 JSON-RPC endpoint (eth and debug namespaces)', {
    group: ENDPOINTS,
    value: 'url',
    env: 'L2_RPC',
    list: true,
  }),
  flag('l2.experimental', 'L2 endpoint with debug_executionWitness: fetches the state of a block in one call', {
    group: ENDPOINTS,
    value: 'url',
    env: 'L2_RPC_EXPERIMENTAL_RPC',
    list: true,
  }),
  ...NETWORK_FLAGS.map((spec: NetworkFlag) =>
    flag(spec.name, spec.help, {
      group: NETWORK,
      value: spec.value,
      env: variableOf(spec.name),
      ...(spec.default === undefined ? {} : { default: spec.default }),
      ...(spec.alias === undefined ? {} : { alias: { name: spec.alias, env: ENV_PREFIX + variableOf(spec.alias) } }),
    }),
  ),
  flag('exec', 'Run this client program as a process of its own, instead of the built-in one', {
    group: RUN,
    value: 'file',
  }),
  flag('server', 'Serve pre-images on file descriptors 3 to 6 and run no client', { group: RUN, kind: 'bool' }),
  flag('client', "Whose client --server or --exec serves: a chain that is not built in is told to kona's otherwise", {
    group: RUN,
    value: 'name',
    choices: DIALECTS,
    default: 'op-program',
  }),
  flag('log.level', 'Lowest level that is logged', {
    group: LOG,
    value: 'level',
    choices: LOG_LEVELS,
    synonyms: SHORT_LEVELS,
    default: 'info',
  }),
  flag('log.format', 'Format of the log', { group: LOG, value: 'format', choices: LOG_FORMATS, default: 'text' }),
  flag('log.color', 'Colours in the log', { group: LOG, kind: 'bool' }),
  flag('log.pid', 'Process id in the log', { group: LOG, kind: 'bool' }),
  flag('quiet', 'Print the verdict and errors, and nothing else', { group: GENERAL, kind: 'bool' }),
  flag('verbose', 'Tell more of what is done: --log.level debug', { group: GENERAL, kind: 'bool' }),
  flag('debug', 'Print the JavaScript stack of errors', { group: GENERAL, kind: 'bool' }),
] satisfies readonly (FlagSpec & { required: boolean })[];

/** Flags of the reference that are about sets of chains (interop): one is refused, the other has no bearing on one chain. */
const AGREED_PRESTATE = { name: 'l2.agreed-prestate', env: `${ENV_PREFIX}L2_AGREED_PRESTATE` };
const DEPENDENCY_SET = { name: 'depset.config', env: `${ENV_PREFIX}DEPSET_CONFIG` };

/** What becomes of these, for the table of flags. */
export const INTEROP_FLAGS: readonly { name: string; does: string }[] = [
  { name: AGREED_PRESTATE.name, does: `refused by name: a claim of interop [$${AGREED_PRESTATE.env}]` },
  { name: DEPENDENCY_SET.name, does: `taken with a warning, and of no effect: interop [$${DEPENDENCY_SET.env}]` },
];

/** kona-host's names for what op-program calls otherwise than with other dots and dashes. */
const KONA_NAMES: Readonly<Record<string, string>> = {
  'agreed-l2-head-hash': 'l2.head',
  'agreed-l2-output-root': 'l2.outputroot',
  'claimed-l2-output-root': 'l2.claim',
  'claimed-l2-block-number': 'l2.blocknumber',
  'l1-node-address': 'l1',
  'l1-beacon-address': 'l1.beacon',
  beacon: 'l1.beacon',
  'l2-node-address': 'l2',
  db: 'datadir',
  'l2-chain-id': 'network',
  'rollup-config-path': 'rollup.config',
  'rollup-cfg': 'rollup.config',
  'l1-config-path': 'l1.chainconfig',
  'l1-cfg': 'l1.chainconfig',
};

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
  // What is unknown is told before any value that is wrong, wherever they stand.
  const typed = readArguments(args);
  if (typed === 'help' || typed === 'version') return { kind: typed };
  const given = new Map<string, string>();
  const warnings: string[] = [];
  checkInterop(AGREED_PRESTATE.env in env && env[AGREED_PRESTATE.env] !== '' ? AGREED_PRESTATE.env : undefined);
  if (env[DEPENDENCY_SET.env] !== undefined) warnings.push(noDependencySet(DEPENDENCY_SET.env));
  for (const spec of FLAGS) {
    for (const variable of variablesOf(spec)) {
      const value = env[variable];
      if (value === undefined || value === '') continue;
      given.set(spec.name, checked(spec, [value], `the environment variable ${variable}`));
    }
  }
  const values = new Map<string, string[]>();
  for (const { name, spec, value } of typed) {
    if (spec === undefined) {
      warnings.push(noDependencySet(`--${name}`));
      continue;
    }
    const before = spec.list === true ? (values.get(spec.name) ?? []) : [];
    values.set(spec.name, value === '' ? [] : [...before, value]);
    if (value === '') given.delete(spec.name);
    else given.set(spec.name, checked(spec, [...before, value], `flag --${name}`));
  }
  const flags: FlagValues = {
    get: (name) => given.get(name) ?? FLAGS.find((spec) => spec.name === name)?.default,
    isTrue: (name) => given.get(name) === 'true',
    has: (name) => given.has(name),
  };
  checkVerbosity(flags);
  return { kind: 'run', flags, warnings: [...warnings, ...unknownVariables(env)] };
}

/** A flag as it was typed; without `spec` it is the one that has no effect. */
type TypedFlag = { name: string; spec: FlagSpec | undefined; value: string };

/** Takes arguments apart into flags that are known and their values, which are not looked at. */
function readArguments(args: readonly string[]): TypedFlag[] | 'help' | 'version' {
  const typed: TypedFlag[] = [];
  for (let at = 0; at < args.length; at++) {
    const argument = args[at] ?? '';
    if (argument === '--help' || argument === '-h' || argument === '-help' || argument === 'help') return 'help';
    if (argument === '--version' || argument === '-v' || argument === '-version') return 'version';
    const match = /^--?([^=-][^=]*)(?:=(.*))?$/s.exec(argument);
    if (match === null) throw new UsageError(notAFlag(argument));
    const [, name = '', attached] = match;
    const spec = findFlag(name);
    checkInterop(name === AGREED_PRESTATE.name ? `--${name}` : undefined);
    if (spec === undefined && name !== DEPENDENCY_SET.name) {
      throw new UsageError(`unknown flag --${name}${suggestion(name)}`);
    }
    let value = attached;
    if (value === undefined && spec?.kind === 'bool') value = 'true';
    if (value === undefined) {
      at += 1;
      value = args[at];
      if (value === undefined) throw new UsageError(`flag --${name} needs a value`);
      if (value.startsWith('--') && findFlag(value.slice(2).split('=')[0] ?? '') !== undefined)
        throw new UsageError(`flag --${name} needs a value: ${value} behind it is a flag`);
    }
    typed.push({ name, spec, value });
  }
  return typed;
}

function notAFlag(argument: string): string {
  if (argument === 'configs')
    return 'op-program configs is not covered: which chains are built in is told where --network names another';
  const advice =
    booleanOf(argument) === undefined ? '' : ' (a switch takes its value behind =, as in --l1.trustrpc=true)';
  return `unexpected argument ${JSON.stringify(argument)}: op-program takes flags only${advice}`;
}

type FlagOptions = {
  group: string;
  value?: string;
  alias?: { name: string; env: string };
  env?: string;
  kind?: FlagKind;
  choices?: readonly string[];
  refused?: readonly string[];
  synonyms?: Readonly<Record<string, string>>;
  list?: boolean;
  default?: string;
  required?: true;
};

function flag(name: string, help: string, options: FlagOptions): FlagSpec & { required: boolean } {
  const { env = variableOf(name), kind = 'text', value = '', required = false, ...rest } = options;
  return { name, env: ENV_PREFIX + env, kind, value, help, required, ...rest };
}

function findFlag(name: string): (FlagSpec & { required: boolean }) | undefined {
  return FLAGS.find((known: FlagSpec) => known.name === name || known.alias?.name === name);
}

function variableOf(name: string): string {
  return name.replaceAll(/[.-]/g, '_').toUpperCase();
}

function variablesOf(spec: FlagSpec): string[] {
  return spec.alias === undefined ? [spec.env] : [spec.env, spec.alias.env];
}

/** The value of a flag that was given these values: the last one, or for a list the only one. */
function checked(spec: FlagSpec, values: readonly string[], origin: string): string {
  const value = spec.list === true ? onlyOne(spec, values) : (values.at(-1) ?? '');
  if (spec.kind === 'bool') {
    const isSet = booleanOf(value);
    if (isSet !== undefined) return String(isSet);
    throw new UsageError(`${origin} is ${JSON.stringify(value)}, which is neither true nor false`);
  }
  const word = spec.synonyms?.[value.toLowerCase()] ?? value.toLowerCase();
  const choice = [...(spec.choices ?? []), ...(spec.refused ?? [])].find((known) => known === word);
  if (spec.choices !== undefined && choice === undefined) {
    throw new UsageError(
      `${origin} is ${JSON.stringify(value)}; it takes one of: ${spec.choices.join(', ')}${didYouMean(value, spec.choices)}`,
    );
  }
  return choice ?? value;
}

function onlyOne(spec: FlagSpec, values: readonly string[]): string {
  const parts = values.flatMap((value) => value.split(',')).map((part) => part.trim());
  const [first = '', second] = new Set(parts.filter((part) => part !== ''));
  if (second === undefined) return first;
  throw new UsageError(
    `--${spec.name} names several chains, a set of interop, which is not covered: a claim is about one chain, with ${JSON.stringify(first)} or ${JSON.stringify(second)}`,
  );
}

function checkVerbosity(flags: FlagValues): void {
  const given = ['quiet', 'verbose'].filter((name) => flags.isTrue(name)).map((name) => `--${name}`);
  if (given.length > 0 && flags.has('log.level')) given.push('--log.level');
  if (given.length > 1) throw new UsageError(`${given.join(' and ')} exclude each other`);
}

function checkInterop(origin: string | undefined): void {
  if (origin === undefined) return;
  throw new UsageError(
    `${origin} is of interop, which is not covered: a claim is about one chain, with --l2.head and --l2.outputroot`,
  );
}

function noDependencySet(origin: string): string {
  return `${origin} has no effect: a dependency set is of interop, and a claim about one chain does not depend on it`;
}

/** A name that a user may have meant: kona-host's for the same, or the nearest. */
function suggestion(name: string): string {
  const kona = nearest(name, Object.keys(KONA_NAMES));
  const own = nearest(name, [...FLAGS.map((spec) => spec.name), 'help', 'version']);
  const meant = kona !== undefined && isSame(kona, name) ? KONA_NAMES[kona] : own;
  return meant === undefined ? '; --help lists them' : `; did you mean --${meant}?`;
}

function isSame(a: string, b: string): boolean {
  const plain = (text: string) => text.replace(/[.\-_]/g, '').toLowerCase();
  return plain(a) === plain(b);
}

function unknownVariables(env: Record<string, string | undefined>): string[] {
  return Object.keys(env)
    .filter(
      (name) =>
        name.startsWith(ENV_PREFIX) &&
        name !== DEPENDENCY_SET.env &&
        !FLAGS.some((spec) => variablesOf(spec).includes(name)),
    )
    .map((name) => `the environment variable ${name} is none of op-program's and has no effect`);
}
