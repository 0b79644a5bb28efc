/**
 * LMDB's own locks let one process write at a time, but not open a database while another writes: whoever opens it notes the
 * number of the last transaction that it has found in the file, and where another process commits in between, the next transaction
 * takes the place of that one: what it wrote is lost, or the tree damaged (`mdb_env_open2` as lmdb 3.5.6 has it). So both are done
 * with the lock of a second database held, in which nothing is ever written and nothing can be lost. The system gives that lock
 * back when its holder dies.
 */
import { rmSync } from 'node:fs';
import type { open as openDatabase } from 'lmdb';
import { lmdbFault } from './lmdb-check.js';

/** What the second database's file adds to the name of the first one's. */
const GATE_SUFFIX = '-gate';

/** Runs a task while no other process or thread runs one on the same database; takes less than a microsecond of its own. */
export type Gate = <T>(task: () => T) => T;

/** The gate of the database `file`, made where it is missing and anew where it is damaged. Throws what the library throws. */
export function openGate(open: typeof openDatabase, file: string): Gate {
  const path = `${file}${GATE_SUFFIX}`;
  if (isDamaged(path)) for (const each of [path, `${path}-lock`]) rmSync(each, { force: true });
  const gate = open({ path, noSubdir: true, encoding: 'binary', keyEncoding: 'binary' });
  return (task) => gate.transactionSync(task);
}

/** The files that belong to the database `file` beside itself. */
export function companionsOf(file: string): string[] {
  return [`${file}-lock`, `${file}${GATE_SUFFIX}`, `${file}${GATE_SUFFIX}-lock`];
}

/** Another process may be making it: then it is whole a moment later. */
function isDamaged(path: string): boolean {
  for (let look = 0; look < LOOKS; look++) {
    if (look > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, MS_BETWEEN_LOOKS);
    if (lmdbFault(path, true) === undefined) return false;
  }
  return true;
}

const LOOKS = 3;
const MS_BETWEEN_LOOKS = 20;
