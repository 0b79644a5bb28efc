/**
 * op-program: gathers pre-images, runs the client on them, or serves them to a machine.
 * Exit codes: 0 the claim is valid (or the server's work is done), 1 it is wrong, 2 whatever else: the client could not
 * tell, the command cannot be carried out as typed, the server failed (the reference's 1, which is that of a wrong claim).
 */
import { existsSync, statSync } from 'node:fs';
import { type Chain, LOG_LEVELS, type Log, type LogLevel, openHost } from '@obelisc/host/run';
import { messagesOf } from '@obelisc/claims/messages';
import { UsageError } from '../terminal/failure.js';
import { makeFolder } from '../terminal/folder.js';
import { type Io, processIo } from '../terminal/io.js';
import { logLevelOf } from '../terminal/verbosity.js';
import { versionText } from '../terminal/version.js';
import { type FlagValues, parseArguments } from './flags.js';
import { logger } from './logger.js';
import { type Options, readOptions } from './options.js';

const COULD_NOT = 2;

/** What another command that takes other flags puts in. */
export type Caller = {
  /** The chain, as that command's flags say. Throws UsageError and ConfigurationError. */
  chain: () => Chain;
  /** A failure in that command's words. */
  wording: (failure: string) => string;
};

/** Runs the command and returns its exit code. */
export async function main(
  args: readonly string[],
  env: Record<string, string | undefined> = process.env,
  io: Io = processIo,
  caller?: Caller,
): Promise<number> {
  let debug = false;
  let log = logger({ level: 'info', format: 'text', color: false, pid: false, write: io.stderr });
  try {
    const parsed = parseArguments(args, env);
    if (parsed.kind === 'help') {
      const { commandLine } = await import('./command-line.js');
      commandLine().configureOutput({ writeOut: io.stdout }).outputHelp();
      return 0;
    }
    if (parsed.kind === 'version') {
      io.stdout(`${versionText('op-program')}\n`);
      return 0;
    }
    log = loggerOf(parsed.flags, io, 'stderr');
    debug = parsed.flags.isTrue('debug');
    for (const warning of parsed.warnings) log('warn', warning);
    const { flags } = parsed;
    const logs = { log, clientLog: () => loggerOf(flags, io, 'stdout') };
    const showProgress = LOG_LEVELS.indexOf(levelOf(parsed.flags)) <= LOG_LEVELS.indexOf('info');
    return await run(readOptions(parsed.flags, caller?.chain), logs, io, showProgress);
  } catch (error) {
    const [message = 'unknown error', ...causes] = messagesOf(error).map(caller?.wording ?? ((failure) => failure));
    log('crit', 'Application failed', { err: message });
    for (const cause of causes) log('crit', 'because', { err: cause });
    if (debug && error instanceof Error) io.stderr(`${error.stack}\n`);
    return COULD_NOT;
  }
}

/** The client ran and could not come to a verdict. */
class UndecidedError extends Error {
  override name = 'UndecidedError';
}

/** The host's log and the client's, which differ in where they go. */
type Logs = { log: Log; clientLog: () => Log };

async function run(options: Options, { log, clientLog }: Logs, io: Io, showProgress: boolean): Promise<number> {
  const { mode, ...hostOptions } = options;
  const { datadir, endpoints } = options;
  if (datadir !== undefined && isFile(datadir)) throw new UsageError(`--datadir ${datadir} is a file, not a folder`);
  if (endpoints !== undefined && datadir !== undefined && !existsSync(datadir)) makeFolder('--datadir', datadir);
  const host = await openHost({ ...hostOptions, log });
  let release = () => {};
  try {
    switch (mode.kind) {
      case 'server': {
        const { endSignals, serve } = await import('./server.js');
        const signals = endSignals();
        release = signals.release;
        await serve(host.oracle, signals, log);
        return 0;
      }
      case 'exec': {
        const { runDetached } = await import('./exec.js');
        return await runDetached(mode.file, host.oracle, log);
      }
      case 'native': {
        const { runNative } = await import('./native.js');
        try {
          return await runNative(host, clientLog(), io, showProgress);
        } catch (error) {
          throw new UndecidedError('the claim could not be decided', { cause: error });
        }
      }
    }
  } finally {
    await host.close();
    // A machine gives its server little time to end, and what was fetched is being written.
    release();
  }
}

function isFile(path: string): boolean {
  return existsSync(path) && !statSync(path).isDirectory();
}

/** The log of the host on stderr, or the client's on stdout: that one is the same in each run, and so without times. */
function loggerOf(flags: FlagValues, io: Io, stream: 'stdout' | 'stderr'): Log {
  return logger({
    level: levelOf(flags),
    format: flags.get('log.format') ?? 'text',
    color: flags.has('log.color') ? flags.isTrue('log.color') : io.colours?.[stream] === true,
    pid: flags.isTrue('log.pid'),
    write: io[stream],
    timed: stream === 'stderr',
  });
}

function levelOf(flags: FlagValues): LogLevel {
  if (flags.has('log.level')) return flags.get('log.level') as LogLevel;
  return logLevelOf({ quiet: flags.isTrue('quiet'), verbose: flags.isTrue('verbose') });
}
