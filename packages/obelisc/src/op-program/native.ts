/** op-program without --server and --exec: runs the built-in client in this process. */
import type { Host, Log } from '@obelisc/host';
import { runProgram } from '@obelisc/program';
import type { Io } from '../terminal/io.js';
import { progressDisplay } from '../terminal/progress.js';
import { clientLines } from './client-lines.js';
import { DerivationProgress } from './derivation-progress.js';

/**
 * The client's exit code: 0 the claim is valid, 1 it is not, 2 the client could not tell. Its log goes to `log`, all else
 * that it says to stdout, the verdict last. Rejects when a pre-image cannot be had.
 */
export async function runNative(host: Host, log: Log, io: Io, showProgress: boolean): Promise<number> {
  const { oracle, store } = host;
  const progress = new DerivationProgress(host);
  const lines = clientLines(
    log,
    (line) => io.stdout(`${line}\n`),
    (line) => progress.see(line),
  );
  const stop = progress.showOn(progressDisplay(showProgress));
  try {
    return await runProgram({
      oracle,
      nearby: store.nearby?.(),
      stdout: lines.write,
      stderr: io.stderr,
    });
  } finally {
    stop();
    lines.end();
  }
}
