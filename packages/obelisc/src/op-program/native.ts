/** op-program without --server and --exec: runs the built-in client in this process. */
import type { Host } from '@obelisc/host';
import { runProgram } from '@obelisc/program';
import type { Io } from './main.js';

/**
 * The client's exit code: 0 the claim is valid, 1 it is not, 2 the client could not tell. Its own lines go to stdout, the
 * verdict last. Rejects when a pre-image cannot be had.
 */
export async function runNative({ oracle, store }: Host, io: Io): Promise<number> {
  return runProgram({ oracle, nearby: store.nearby?.(), stdout: io.stdout, stderr: io.stderr });
}
