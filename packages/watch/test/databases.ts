// The databases that tests run on: PGlite always, a server's where OBELISC_TEST_POSTGRES names one (a postgres:// URL of a
// database that may be made and dropped beside).
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase } from '../src/database.js';

export interface TestDatabase {
  readonly database: Database;
  /** What --db would say. */
  readonly where: string;
  drop(): Promise<void>;
}

/** URL of the server for tests. */
export const SERVER = process.env.OBELISC_TEST_POSTGRES;

export const KINDS: readonly ('folder' | 'server')[] = SERVER === undefined ? ['folder'] : ['folder', 'server'];

/** An empty database of this kind. */
export async function testDatabase(kind: 'folder' | 'server'): Promise<TestDatabase> {
  if (kind === 'folder' || SERVER === undefined) {
    const where = mkdtempSync(join(tmpdir(), 'obelisc-watch-'));
    const database = await openDatabase(where);
    return {
      database,
      where,
      async drop() {
        await database.close();
        rmSync(where, { recursive: true, force: true });
      },
    };
  }
  const name = `obelisc_test_${randomBytes(6).toString('hex')}`;
  const server = await openDatabase(SERVER);
  await server.run(`CREATE DATABASE ${name}`);
  const url = new URL(SERVER);
  url.pathname = `/${name}`;
  const where = url.toString();
  const database = await openDatabase(where);
  return {
    database,
    where,
    async drop() {
      await database.close();
      await server.run(`DROP DATABASE ${name} WITH (FORCE)`);
      await server.close();
    },
  };
}
