/**
 * kona-host: takes the flags and variables of kona's host (1.6.0) and does what op-program does with them. Exit codes are
 * op-program's: what is no verdict ends with 2, where kona's host has 1.
 */
import { main as opProgram } from '../op-program/main.js';
import { messagesOf, UsageError } from '../terminal/failure.js';

/** kona-host's flags with their second names, and op-program's for each; without one, `single` deals with the flag itself. */
const FLAGS: readonly { names: readonly string[]; to?: string; required?: true }[] = [
  { names: ['l1-head'], to: 'l1.head', required: true },
  { names: ['agreed-l2-head-hash', 'l2-head'], to: 'l2.head', required: true },
  { names: ['agreed-l2-output-root', 'l2-output-root'], to: 'l2.outputroot', required: true },
  { names: ['claimed-l2-output-root', 'l2-claim'], to: 'l2.claim', required: true },
  { names: ['claimed-l2-block-number', 'l2-block-number'], to: 'l2.blocknumber', required: true },
  { names: ['l2-node-address', 'l2'], to: 'l2' },
  { names: ['l1-node-address', 'l1'], to: 'l1' },
  { names: ['l1-beacon-address', 'beacon'], to: 'l1.beacon' },
  { names: ['data-dir', 'db'], to: 'datadir' },
  { names: ['data-format'], to: 'data.format' },
  { names: ['l2-chain-id'], to: 'network', required: true },
  { names: ['rollup-config-path', 'rollup-cfg'] },
  { names: ['l1-config-path', 'l1-cfg'] },
];
/** -v by its count. */
const LEVELS = ['info', 'error', 'warn', 'info', 'debug', 'trace'];

/** Runs the command and returns its exit code. */
export async function main(
  args: readonly string[],
  env: Record<string, string | undefined> = process.env,
): Promise<number> {
  try {
    return await opProgram(translate(args, env), {});
  } catch (error) {
    process.stderr.write(`kona-host: ${messagesOf(error).join('\n  because: ')}\n`);
    return 2;
  }
}

/** op-program's arguments for kona-host's. Throws UsageError. */
export function translate(args: readonly string[], env: Record<string, string | undefined>): string[] {
  const rest = args.flatMap((arg) => arg.split(/^(--[^=]+)=/s).filter((part) => part !== ''));
  const values = new Map<string, string>();
  for (const { names } of FLAGS) {
    const [name = ''] = names;
    const value = env[name.replaceAll('-', '_').toUpperCase()];
    if (value !== undefined) values.set(name, value);
  }
  const modes = new Set<string>();
  let [verbosity, mode] = [0, ''];
  while (rest.length > 0) {
    const arg = rest.shift() ?? '';
    if (/^-v+$/.test(arg)) verbosity += arg.length - 1;
    else if (arg === '--native' || arg === '--server') modes.add(arg);
    else if (arg === '--help' || arg === '-h' || arg === '--version' || arg === '-V')
      return [arg.toLowerCase() === '-v' ? '--version' : arg];
    else if (!arg.startsWith('-') && mode === '') mode = arg;
    else {
      const flag = FLAGS.find(({ names }) => names.includes(arg.replace(/^--/, '')));
      const value = rest.shift();
      if (flag === undefined) throw new UsageError(`unknown flag ${arg}; the flags are those of kona-host 1.6.0`);
      if (value === undefined) throw new UsageError(`flag ${arg} needs a value`);
      values.set(flag.names[0] ?? '', value);
    }
  }
  if (mode !== 'single')
    throw new UsageError(`the mode is ${JSON.stringify(mode)}: single is what is covered, super is of interop`);
  if (modes.size !== 1) throw new UsageError('give one of --native and --server');
  if (values.has('rollup-config-path') || values.has('l1-config-path')) {
    throw new UsageError(
      '--rollup-config-path and --l1-config-path are not covered: for a chain that is not built in run op-program with --rollup.config and --l2.genesis',
    );
  }
  const missing = FLAGS.filter(({ names, required }) => required === true && !values.has(names[0] ?? ''));
  if (missing.length > 0)
    throw new UsageError(`required flags are missing: ${missing.map(({ names }) => `--${names[0]}`).join(', ')}`);
  const own = FLAGS.flatMap(({ names, to }) => {
    const value = values.get(names[0] ?? '');
    return value === undefined || to === undefined ? [] : [`--${to}=${value}`];
  });
  return [...own, ...(modes.has('--server') ? ['--server'] : []), `--log.level=${LEVELS[Math.min(verbosity, 5)]}`];
}
