// Makes a database's folder one process' own: two in one would ruin it. The process that has it is named in the file `owner`.
import { readFileSync, readlinkSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFolder } from '@obelisc/host';
import { messageOf, WatchError } from './errors.js';

/** Milliseconds from one sign of life of the owner to the next, and how long who cannot see its process waits for one. */
const SIGN = 4000;
const PATIENCE = 10_000;

interface Owner {
  readonly pid: number;
  /** When the process began, by the system's count; numbers of processes come again. Undefined where that cannot be seen. */
  readonly began: string | undefined;
  /** Where the number counts: each container has its own. */
  readonly space: string | undefined;
}

/**
 * Takes the folder, which is made, until the returned function is called. Rejects with WatchError where it is another's; for a sign of one
 * in another container it waits for `patience` milliseconds.
 */
export async function lockFolder(folder: string, patience = PATIENCE): Promise<() => void> {
  const file = join(folder, 'owner');
  try {
    makeFolder(folder);
    for (let isSecondTry = false; ; isSecondTry = true) {
      try {
        writeFileSync(file, JSON.stringify(ownerOf(process.pid)), { flag: 'wx' });
        break;
      } catch (error) {
        if (isSecondTry || !(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      }
      const owner = readOwner(file);
      if (owner !== undefined && (await isAlive(owner, file, patience)))
        throw new WatchError(
          `--db ${folder}: process ${owner.pid} uses this folder; for several processes take --db postgres://…`,
        );
      // Who made it was killed.
      rmSync(file, { force: true });
    }
  } catch (error) {
    if (error instanceof WatchError) throw error;
    throw new WatchError(`--db ${folder}: no folder that can be written to (${messageOf(error)})`, { cause: error });
  }
  const living = setInterval(() => sign(file), SIGN).unref();
  return () => {
    clearInterval(living);
    rmSync(file, { force: true });
  };
}

function sign(file: string): void {
  try {
    const now = new Date();
    utimesSync(file, now, now);
  } catch {
    // A device that takes nothing more takes no second process' database either.
  }
}

/** What this process can see of one with that number. */
function ownerOf(pid: number): Owner {
  return { pid, began: statOf(pid)?.began, space: seen(() => readlinkSync('/proc/self/ns/pid')) };
}

function readOwner(file: string): Owner | undefined {
  const text = readFileSync(file, 'utf8');
  try {
    const value = JSON.parse(text) as Partial<Owner> | number;
    // Obelisc once wrote the number alone.
    const { pid, began, space } = typeof value === 'number' ? { pid: value } : value;
    return typeof pid === 'number' && Number.isInteger(pid) && pid > 0 ? { pid, began, space } : undefined;
  } catch {
    return undefined;
  }
}

async function isAlive(owner: Owner, file: string, patience: number): Promise<boolean> {
  const { pid, began, space } = owner;
  const here = ownerOf(pid);
  if (space !== undefined && here.space !== space) return signsWithin(patience, file);
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  // What has ended stays in the list until its parent has heard of it.
  return statOf(pid)?.state !== 'Z' && (began === undefined || here.began === undefined || began === here.began);
}

/** Whether a sign of life comes while one is waited for. Not by the clock, which may be another's. */
async function signsWithin(patience: number, file: string): Promise<boolean> {
  const before = seen(() => statSync(file).mtimeMs);
  const end = performance.now() + patience;
  while (performance.now() < end) {
    await sleep(500);
    if (seen(() => statSync(file).mtimeMs) !== before) return true;
  }
  return false;
}

/** State and beginning of a process, where the system shows them (proc(5), /proc/PID/stat: fields 3 and 22). */
function statOf(pid: number): { readonly state: string | undefined; readonly began: string | undefined } | undefined {
  const text = seen(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // The second field is the program's name in brackets, whatever is in it.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields && { state: fields[0], began: fields[19] };
}

/** What can be seen; undefined where it is not there. */
function seen<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
