// A folder for the time of a task, in the system's place for such.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ScratchFolder {
  readonly path: string;
  /** Removes it with all that lies in it: ten thousands of pre-images take a second or more. */
  remove(): Promise<void>;
}

/**
 * Makes a folder whose name begins with `prefix`. A process that ends before it was removed leaves that to a process of its own:
 * nobody who interrupts a command waits for it.
 */
export async function scratchFolder(prefix: string): Promise<ScratchFolder> {
  const path = await mkdtemp(join(tmpdir(), prefix));
  const leave = (): void => void spawn('rm', ['-rf', '--', path], { detached: true, stdio: 'ignore' }).unref();
  process.on('exit', leave);
  return {
    path,
    remove: async () => {
      await rm(path, { recursive: true, force: true });
      process.off('exit', leave);
    },
  };
}
