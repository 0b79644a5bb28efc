// The names under which files are written before they are renamed, and the removal of what a killed run has left.
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** Process ids mean something on their own host only: a shared folder may hold files of another one. */
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
/** Tells this process from an earlier one with its id, as in a container that starts anew. */
const PROCESS = `${process.pid}-${randomBytes(4).toString('hex')}`;
const PATTERN = /^\.obelisc-([0-9a-f]{8})-((\d+)-[0-9a-f]{8})-\d+\.tmp$/;
let made = 0;

/** A name in the folder that no other file has. */
export function temporaryPath(folder: string): string {
  made += 1;
  return join(folder, `.obelisc-${HOST}-${PROCESS}-${made}.tmp`);
}

/**
 * Removes the temporary files of processes of this host that are gone. Best effort: a folder that cannot be read, or a
 * file that another run removes at the same time, is no reason to fail; what stands in the way of writing is said by the
 * write.
 */
export function removeLeftOvers(folder: string): void {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return;
  }
  for (const name of names) {
    const [, host, process, id] = PATTERN.exec(name) ?? [];
    if (host !== HOST || process === PROCESS || id === undefined || isAlive(Number(id))) continue;
    try {
      rmSync(join(folder, name), { force: true });
    } catch {
      // Not ours to remove: another user's.
    }
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: there is one, of another user.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
