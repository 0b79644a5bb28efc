/**
 * op-program: gathers pre-images, runs the client on them, or serves them to a machine.
 * Exit codes: 0 the claim is valid (or the server's work is done), 1 it is wrong, 2 whatever else: the client could not
 * tell, the command cannot be carried out as typed, the server failed (the reference's 1, which is that of a wrong claim).
 */
import { existsSync } from 'node:fs';
import { type Chain, type Log, type LogLevel, openHost } from '@obelisc/host';
import { messagesOf } from '../terminal/failure.js';
import { makeFolder } from '../terminal/folder.js';
import { runDetached } from './exec.js';
import { type FlagValues, helpText, parseArguments } from './flags.js';
import { logger } from './logger.js';
import { runNative } from './native.js';
import { type Options, readOptions } from './options.js';
import { serve } from './server.js';

export type Io = { stdout: (bytes: Uint8Array | string) => void; stderr: (bytes: Uint8Array | string) => void };

const COULD_NOT = 2;

const processIo: Io = {
  stdout: (output) => void process.stdout.write(output),
  stderr: (output) => void process.stderr.write(output),
};

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
      io.stdout(helpText());
      return 0;
    }
    if (parsed.kind === 'version') {
      io.stdout('op-program (Obelisc) 0.1.0\n');
      return 0;
    }
    log = loggerOf(parsed.flags, io.stderr);
    debug = parsed.flags.isTrue('debug');
    for (const warning of parsed.warnings) log('warn', warning);
    return await run(
      readOptions(parsed.flags, caller?.chain),
      { log, clientLog: loggerOf(parsed.flags, io.stdout, false) },
      io,
    );
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
type Logs = { log: Log; clientLog: Log };

async function run(options: Options, { log, clientLog }: Logs, io: Io): Promise<number> {
  const { mode, ...hostOptions } = options;
  const { datadir, endpoints } = options;
  if (endpoints !== undefined && datadir !== undefined && !existsSync(datadir)) makeFolder('--datadir', datadir);
  const host = openHost({ ...hostOptions, log });
  try {
    switch (mode.kind) {
      case 'server':
        await serve(host.oracle, log);
        return 0;
      case 'exec':
        return await runDetached(mode.file, host.oracle, log);
      case 'native':
        try {
          return await runNative(host, clientLog, io);
        } catch (error) {
          throw new UndecidedError('the claim could not be decided', { cause: error });
        }
    }
  } finally {
    await host.close();
  }
}

function loggerOf(flags: FlagValues, write: Io['stdout'], timed = true): Log {
  return logger({
    level: (flags.get('log.level') ?? 'info') as LogLevel,
    format: flags.get('log.format') ?? 'text',
    color: flags.isTrue('log.color'),
    pid: flags.isTrue('log.pid'),
    write,
    timed,
  });
}
