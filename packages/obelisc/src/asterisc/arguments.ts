// The command line as Go's flag package reads it, brought to the form that commander reads.

/** A flag that takes no value, one that does, or one that takes a value only behind `=` and is `true` without. */
export type FlagKind = 'switch' | 'value' | 'optional';

/** The command's flags by name, without dashes; undefined for a command that is not known. */
export type FlagsOf = (command: string) => ReadonlyMap<string, FlagKind> | undefined;

const FLAG = /^--?([a-z][\w.-]*)(?:=([^]*))?$/i;

/**
 * Flags may have one dash or two, and a value behind `=` or as the next argument, whatever that looks like, but for the name of
 * another flag, which Go's would take and nobody means; a switch may have `=true` or `=false`. They end at `--`, or at the first argument that is neither: from there on stands the command of
 * the pre-image server.
 */
export function splitArguments(args: readonly string[], flagsOf: FlagsOf): { own: string[]; server: string[] } {
  const [command = '', ...rest] = args;
  const flags = flagsOf(command);
  if (flags === undefined) return { own: args.map((arg) => withTwoDashes(arg)), server: [] };
  const own = [command];
  while (rest.length > 0) {
    const arg = rest.shift() ?? '';
    if (arg === '--') break;
    const [, name, value] = FLAG.exec(arg) ?? [];
    if (name === undefined) {
      rest.unshift(arg);
      break;
    }
    const kind = flags.get(name);
    if (kind === 'switch') own.push(...switched(name, value));
    else if (kind === 'optional') own.push(`--${name}=${value ?? 'true'}`);
    else if (kind === 'value' && value === undefined && rest.length > 0 && !isFlag(rest[0] ?? '', flags))
      own.push(`--${name}=${rest.shift()}`);
    else own.push(withTwoDashes(arg));
  }
  return { own, server: rest };
}

/** A flag, or their end, where a value is expected; commander tells of it. */
function isFlag(arg: string, flags: ReadonlyMap<string, FlagKind>): boolean {
  if (arg === '--') return true;
  const [, name] = arg.startsWith('--') ? (FLAG.exec(arg) ?? []) : [];
  return name !== undefined && flags.has(name);
}

/** A switch as commander knows it: there or not. Words as Go's strconv.ParseBool takes them. */
function switched(name: string, value: string | undefined): string[] {
  if (value === undefined || /^(?:1|t|T|true|TRUE|True)$/.test(value)) return [`--${name}`];
  return /^(?:0|f|F|false|FALSE|False)$/.test(value) ? [] : [`--${name}=${value}`];
}

/** A flag of more than one letter gets two dashes. */
function withTwoDashes(arg: string): string {
  return /^-[a-z][\w.-]/.test(arg) ? `-${arg}` : arg;
}
