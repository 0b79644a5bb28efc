/** op-program --exec: runs a client program as a process of its own, with the oracle on its descriptors 3 to 6. */
import { spawn } from 'node:child_process';
import { Readable, Writable } from 'node:stream';
import type { Log } from '@obelisc/host';
import {
  HINT_READ_FD,
  HINT_WRITE_FD,
  type Oracle,
  PREIMAGE_READ_FD,
  PREIMAGE_WRITE_FD,
  serveOracle,
} from '@obelisc/preimage';
import { UsageError } from '../terminal/failure.js';

/**
 * Runs `file`, which takes no arguments, and returns its exit code, or 2 when a signal ended it. Rejects when it cannot be
 * started, and with the oracle's error when a request could not be answered, whatever the client made of it.
 */
export async function runDetached(file: string, oracle: Oracle, log: Log): Promise<number> {
  const child = spawn(file, [], { stdio: ['ignore', 'inherit', 'inherit', 'pipe', 'pipe', 'pipe', 'pipe'] });
  const exit = new Promise<number>((resolve, reject) => {
    child.once('error', (error) =>
      reject(new UsageError(`--exec names a program that cannot be started: ${error.message}`, { cause: error })),
    );
    child.once('close', (code, signal) => {
      if (code === null) log('error', 'The client program was ended by a signal', { signal: signal ?? 'unknown' });
      resolve(code ?? 2);
    });
  });
  let failure: unknown;
  // The types of child_process know five descriptors; this child has seven.
  const stdio: readonly (Readable | Writable | null | undefined)[] = child.stdio;
  const streams = {
    hintReader: childOutput(stdio[HINT_WRITE_FD]),
    hintWriter: childInput(stdio[HINT_READ_FD]),
    preimageReader: childOutput(stdio[PREIMAGE_WRITE_FD]),
    preimageWriter: childInput(stdio[PREIMAGE_READ_FD]),
  };
  const served = serveOracle(streams, oracle)
    .catch((error: unknown) => {
      failure = error;
    })
    // The client sees its channels close, and can end.
    .finally(() => Object.values(streams).forEach((stream) => stream.destroy()));
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

function childOutput(stream: Readable | Writable | null | undefined): Readable {
  if (stream instanceof Readable) return stream;
  throw new TypeError('a channel of the client program is not readable');
}

function childInput(stream: Readable | Writable | null | undefined): Writable {
  if (stream instanceof Writable) return stream;
  throw new TypeError('a channel of the client program is not writable');
}
