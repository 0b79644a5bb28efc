/**
 * The names under which a datadir's files are written before they get their own, and the removal of what a killed run has left. Should
 * a file be removed that is still written (a process id means nothing on another host), its writer writes it again.
 */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** This host's part of the names, and this thread's. */
let parts: { readonly host: string; readonly thread: string } | undefined;

// Node's modules for it take 5 ms to load, and a server that answers from a datadir writes nothing.
function ownParts(): { readonly host: string; readonly thread: string } {
  if (parts !== undefined) return parts;
  const { createHash } = process.getBuiltinModule('node:crypto');
  const { threadId } = process.getBuiltinModule('node:worker_threads');
  parts = {
    host: createHash('sha256').update(hostname()).digest('hex').slice(0, 8),
    thread: `${process.pid}-${threadId}-${Math.random().toString(36).slice(2)}`,
  };
  return parts;
}

/** A value, the format or a database. Before the host was part of the name it had the rest alone. */
const PATTERN =
  /^(?:(?:0x)?[0-9a-f]{60,64}\.txt|kvformat|preimages\.lmdb)\.(?:([0-9a-f]{8})-)?(\d+)-\d+-[0-9a-z]+\.tmp$/;

/** Whoever wrote it: no value takes so long, in milliseconds. */
const ABANDONED_AFTER = 24 * 60 * 60 * 1000;

/**
 * What `target` is called while it is written: beside its place, and never again. In the datadir's own folder, or under one name
 * for all, a file costs 200 to 600 µs of system time on an ext4 that has many (50 to 110 so): where the folder's
 * part of the disk is full, a free inode is looked for anew each time.
 */
export function temporaryOf(target: string): string {
  const { host, thread } = ownParts();
  return `${target}.${host}-${thread}.tmp`;
}

/**
 * Removes from the folder those temporary files that nobody writes any more. `names`: its entries, if they are known. Best effort:
 * they are never read, and what stands in the way of writing is said by the write.
 */
export function removeLeftOvers(folder: string, names: readonly string[] = namesIn(folder)): void {
  for (const name of names) {
    const [, host, pid] = PATTERN.exec(name) ?? [];
    if (pid === undefined) continue;
    const file = join(folder, name);
    try {
      const written = statSync(file).mtimeMs;
      const isLeft = host === ownParts().host && !isWriting(Number(pid), written);
      if (isLeft || Date.now() - written > ABANDONED_AFTER) rmSync(file, { force: true });
    } catch {
      // Another run has removed it, or it is another user's.
    }
  }
}

/** The folder's entries; none where it cannot be read. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Whether the process may still write what it wrote to at `time`. In a container, one that starts anew may get the same id. */
function isWriting(pid: number, time: number): boolean {
  if (pid === process.pid) return time >= Date.now() - 1000 * process.uptime();
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: there is one, of another user.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
