// The command line as Go's flag package reads it, brought to the form that commander reads.

/** Flags that are true by their name alone, and take a value only behind `=`. */
const booleans = new Set(['--pprof.cpu']);

/** Flags with one dash get two, as Go takes both; what follows the first `--` is the pre-image server's command. */
export function splitArguments(args: readonly string[]): { own: string[]; server: string[] } {
  const end = args.indexOf('--');
  const own = (end < 0 ? args : args.slice(0, end))
    .map((arg) => (/^-[a-z][\w.-]/.test(arg) ? `-${arg}` : arg))
    .map((arg) => (booleans.has(arg) ? `${arg}=true` : arg));
  return { own, server: end < 0 ? [] : args.slice(end + 1) };
}
