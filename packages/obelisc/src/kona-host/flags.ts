/** The flags and variables of kona's host (1.6.0, `kona-host single`): one table for parsing, environment, help and errors. */
import { DATA_FORMATS } from '@obelisc/preimage';
import { UsageError } from '../terminal/failure.js';
import { didYouMean, nearest } from '../terminal/nearest.js';

export type KonaFlag = {
  /** The name, then other names. */
  names: readonly [string, ...string[]];
  env?: string;
  kind?: 'switch';
  choices?: readonly string[];
  help: string;
  /** op-program's flag for the same. */
  to?: string;
  /** Why the flag makes no difference here. */
  without?: string;
};

const FORMATS = ['full', 'json', 'pretty', 'compact', 'logfmt'];
const NO_FILES = 'no log files are written: redirect stderr instead';

export const KONA_FLAGS: readonly KonaFlag[] = [
  { names: ['l1-head'], to: 'l1.head', help: 'Hash of the L1 block up to which derivation may read' },
  { names: ['agreed-l2-head-hash', 'l2-head'], to: 'l2.head', help: 'Hash of the L2 block of the agreed output root' },
  { names: ['agreed-l2-output-root', 'l2-output-root'], to: 'l2.outputroot', help: 'Agreed L2 output root' },
  { names: ['claimed-l2-output-root', 'l2-claim'], to: 'l2.claim', help: 'Claimed L2 output root' },
  { names: ['claimed-l2-block-number', 'l2-block-number'], to: 'l2.blocknumber', help: 'L2 block of the claim' },
  { names: ['l2-node-address', 'l2'], to: 'l2', help: 'L2 JSON-RPC endpoint' },
  { names: ['l1-node-address', 'l1'], to: 'l1', help: 'L1 JSON-RPC endpoint' },
  { names: ['l1-beacon-address', 'beacon'], to: 'l1.beacon', help: 'L1 beacon API endpoint' },
  { names: ['data-dir', 'db'], to: 'datadir', help: 'Directory that keeps the pre-images' },
  {
    names: ['data-format'],
    to: 'data.format',
    choices: DATA_FORMATS,
    help: 'Format of a new --data-dir (rocksdb is not covered)',
  },
  { names: ['l2-chain-id'], help: 'Chain id of a chain that is built in' },
  { names: ['rollup-config-path', 'rollup-cfg'], help: 'File with the rollup configuration of any other chain' },
  { names: ['l1-config-path', 'l1-cfg'], help: 'File with the configuration of an L1 chain that is not known' },
  {
    names: ['enable-experimental-witness-endpoint'],
    kind: 'switch',
    without: 'how state is gathered follows from what --l2-node-address offers',
    help: 'Of older versions, still sent by op-challenger; no effect',
  },
  { names: ['native'], kind: 'switch', env: '', help: 'Run the client here' },
  { names: ['server'], kind: 'switch', env: '', help: 'Serve pre-images on file descriptors 3 to 6' },
  {
    names: ['logs.stdout.quiet'],
    kind: 'switch',
    env: 'KONA_STDOUT_LOG_QUIET',
    help: 'No log; failures and the verdict are told (-q)',
  },
  { names: ['logs.stdout.format'], env: 'KONA_LOG_STDOUT_FORMAT', choices: FORMATS, help: 'Format of the log' },
  { names: ['logs.file.directory'], env: 'KONA_LOG_FILE_DIRECTORY', without: NO_FILES, help: 'Not covered' },
  {
    names: ['logs.file.format'],
    env: 'KONA_LOG_FILE_FORMAT',
    choices: FORMATS,
    without: NO_FILES,
    help: 'Not covered',
  },
  { names: ['logs.file.rotation'], env: 'KONA_LOG_FILE_ROTATION', without: NO_FILES, help: 'Not covered' },
  {
    names: ['debug'],
    kind: 'switch',
    env: '',
    to: 'debug',
    help: "Not kona's: print the JavaScript stack of errors",
  },
  {
    names: ['client'],
    env: '',
    choices: ['kona', 'op-program'],
    help: "Not kona's: whose client --server serves (default kona). Obelisc's own in a machine takes op-program",
  },
];

export const REQUIRED: readonly string[] = [
  'l1-head',
  'agreed-l2-head-hash',
  'agreed-l2-output-root',
  'claimed-l2-output-root',
  'claimed-l2-block-number',
];
/** -v by its count; without any it is info. */
const DEBUG_VERBOSITY = 4;
const LEVELS = ['info', 'error', 'warn', 'info', 'debug', 'trace'];

export type KonaArguments =
  | { kind: 'help' }
  | { kind: 'version' }
  | { kind: 'run'; get: (name: string) => string | undefined; level: string; warnings: string[] };

/** Reads arguments and environment; an argument wins. Throws UsageError. */
export function parseKonaArguments(args: readonly string[], env: Record<string, string | undefined>): KonaArguments {
  const given = new Map<string, string>();
  let [verbosity, mode] = [0, ''];
  const rest = args.flatMap((arg) => attached(arg));
  const typed = new Map<string, () => string>();
  while (rest.length > 0) {
    const arg = rest.shift() ?? '';
    if (['--help', '-h', 'help'].includes(arg)) return { kind: 'help' };
    if (arg === '--version' || arg === '-V') return { kind: 'version' };
    if (arg === '--quiet') given.set('logs.stdout.quiet', 'true');
    else if (arg === '--verbose') verbosity = Math.max(verbosity, DEBUG_VERBOSITY);
    else if (/^-[vq]+$/.test(arg)) {
      verbosity += arg.split('v').length - 1;
      if (arg.includes('q')) given.set('logs.stdout.quiet', 'true');
    } else if (!arg.startsWith('-') && mode === '') mode = arg;
    else {
      if (!arg.startsWith('-'))
        throw new UsageError(`unexpected argument ${JSON.stringify(arg)}: ${mode} takes flags only`);
      const flag = flagOf(arg);
      if (flag === undefined) throw new UsageError(unknown(arg));
      const [name] = flag.names;
      if (typed.has(name)) throw new UsageError(`--${name} is given twice`);
      const value = flag.kind === 'switch' ? 'true' : rest.shift();
      if (value === undefined || flagOf(value) !== undefined) throw new UsageError(`flag ${arg} needs a value`);
      typed.set(name, () => checked(flag, value, `flag ${arg}`));
    }
  }
  if (mode !== 'single')
    throw new UsageError(
      mode === ''
        ? 'give the mode first: kona-host single …'
        : `the mode is ${JSON.stringify(mode)}: single is what is covered, super is of interop${didYouMean(mode, ['single'])}`,
    );
  // What is unknown was told before any value that is wrong.
  for (const [name, value] of typed) given.set(name, value());
  for (const flag of KONA_FLAGS) {
    const variable = variableOfFlag(flag);
    const value = variable === '' ? undefined : env[variable];
    if (value === undefined || value === '' || given.has(flag.names[0])) continue;
    given.set(flag.names[0], checked(flag, value, `the environment variable ${variable}`));
  }
  const isOn = (name: string) => given.get(name) === 'true';
  checkTogether(given, isOn);
  const warnings = KONA_FLAGS.flatMap(({ names: [name], without }) =>
    without === undefined || !given.has(name) ? [] : [`--${name} has no effect: ${without}`],
  );
  if (verbosity === 0) verbosity = verbosityOf(env['KONA_LOG_LEVEL']);
  const level = isOn('logs.stdout.quiet') ? 'crit' : (LEVELS[Math.min(verbosity, LEVELS.length - 1)] ?? 'info');
  return { kind: 'run', get: (name) => given.get(name), level, warnings };
}

/** kona-host's names in place of op-program's flags. */
export function inKonaWords(text: string): string {
  return text.replaceAll(/--([a-z][a-z0-9.]*[a-z0-9])(?![\w-])/g, (flag, name: string) => {
    const own = KONA_FLAGS.find(({ to }) => to === name);
    return own === undefined ? flag : `--${own.names[0]}`;
  });
}

function flagOf(arg: string): KonaFlag | undefined {
  return KONA_FLAGS.find(({ names }) => names.some((name) => arg === `--${name}`));
}

/** `--flag=value` as two. */
function attached(arg: string): string[] {
  const [, flag, value] = /^(--[^=]+)=(.*)$/s.exec(arg) ?? [];
  return flag === undefined || value === undefined ? [arg] : [flag, value];
}

function checkTogether(given: ReadonlyMap<string, string>, isOn: (name: string) => boolean): void {
  if (isOn('native') === isOn('server')) throw new UsageError('give one of --native and --server');
  if (isOn('native') && given.get('client') === 'kona')
    throw new UsageError("--client kona goes with --server: natively Obelisc's own client runs");
  if (given.has('l2-chain-id') && given.has('rollup-config-path'))
    throw new UsageError('--l2-chain-id and --rollup-config-path exclude each other');
  const missing = REQUIRED.filter((name) => !given.has(name)).map((name) => `--${name}`);
  if (!given.has('l2-chain-id') && !given.has('rollup-config-path'))
    missing.push('--l2-chain-id (or --rollup-config-path)');
  if (missing.length === 0) return;
  throw new UsageError(
    `${missing.length === 1 ? 'a required flag is' : 'required flags are'} missing: ${missing.join(', ')}`,
  );
}

function checked({ kind, choices }: KonaFlag, value: string, origin: string): string {
  if (kind === 'switch') {
    if (value === 'true' || value === 'false') return value;
    throw new UsageError(`${origin} is ${JSON.stringify(value)}, which is neither true nor false`);
  }
  if (choices === undefined || choices.includes(value)) return value;
  throw new UsageError(`${origin} is ${JSON.stringify(value)}; it takes one of: ${choices.join(', ')}`);
}

function verbosityOf(text: string | undefined): number {
  if (text === undefined || text === '') return 0;
  if (!/^\d{1,3}$/.test(text))
    throw new UsageError(
      `the environment variable KONA_LOG_LEVEL is ${JSON.stringify(text)}; it takes a number from 1 to 5`,
    );
  return Number(text);
}

/** A name that was meant: one of ours that is near, or op-program's. */
function unknown(arg: string): string {
  const named = KONA_FLAGS.flatMap(({ names, to }) =>
    [...names, ...(to === undefined ? [] : [to])].map((name) => [name, names[0]] as const),
  );
  const meant = nearest(
    arg,
    named.map(([name]) => name),
  );
  const flag = named.find(([name]) => name === meant)?.[1];
  const advice = flag === undefined ? 'the flags are those of kona-host 1.6.0 (--help)' : `did you mean --${flag}?`;
  return `unknown flag ${arg}; ${advice}`;
}

/** The environment variable of a flag; empty for none. */
export function variableOfFlag({ names: [name], env }: KonaFlag): string {
  return env ?? variableOf(name);
}

function variableOf(name: string): string {
  return name.replaceAll('-', '_').toUpperCase();
}
