/** op-program --exec: runs a client program as a process of its own, with the oracle on its descriptors 3 to 6. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Log } from '@obelisc/host';
import { childChannels, closeEnds, type Oracle, serveOracle } from '@obelisc/preimage';
import { UsageError } from '../terminal/failure.js';

/**
 * Runs `file`, which takes no arguments, and returns its exit code, or 2 when a signal ended it. Rejects when it cannot be
 * started, and with the oracle's error when a request could not be answered, whatever the client made of it.
 */
export async function runDetached(file: string, oracle: Oracle, log: Log): Promise<number> {
  const channels = await childChannels();
  let child: ChildProcess;
  try {
    child = spawn(file, [], { stdio: ['ignore', 'inherit', 'inherit', ...channels.stdio] });
  } catch (error) {
    // Of some names that is thrown, of others it comes as an event.
    channels.abandon();
    throw notStarted(error);
  }
  const exit = new Promise<number>((resolve, reject) => {
    child.once('error', (error) => reject(notStarted(error)));
    child.once('close', (code, signal) => {
      if (code === null) log('error', 'The client program was ended by a signal', { signal: signal ?? 'unknown' });
      resolve(code ?? 2);
    });
  });
  let failure: unknown;
  const ends = channels.attach(child, file);
  const served = serveOracle(ends, oracle)
    .catch((error: unknown) => {
      failure = error;
    })
    // The client sees its channels close, and can end.
    .finally(() => closeEnds(ends));
  const code = await exit;
  await served;
  if (failure !== undefined && !isBrokenPipe(failure)) throw failure;
  log('debug', 'Client program ended', { code });
  return code;
}

/** The client went away in the middle of an answer: its exit code says more. */
function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EPIPE' || error.code === 'ECONNRESET');
}

function notStarted(error: unknown): UsageError {
  const why = error instanceof Error ? error.message : String(error);
  return new UsageError(`--exec names a program that cannot be started: ${why}`, { cause: error });
}
