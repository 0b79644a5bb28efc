// The database: PostgreSQL, in a folder by default (PGlite, in this process) or a server's. The same SQL either way.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { Pool, type PoolClient } from 'pg';
import { DatabaseError, messageOf, WatchError } from './errors.js';
import { lockFolder } from './folder-lock.js';

/** What runs SQL: the database, or a transaction in it. Whatever goes wrong rejects with DatabaseError. */
export interface Sql {
  /** The rows of one statement; `$1` and on are `values`. */
  query<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Statements without values, several in a text. */
  run(text: string): Promise<void>;
}

export interface Database extends Sql {
  /** For messages; without a password. */
  readonly place: string;
  /** Whether other processes may use it at the same time. */
  readonly isShared: boolean;
  /** All or nothing: what `work` throws undoes all that it did. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Opens a `postgres://` URL, or a folder, which is made. Rejects with WatchError. */
export async function openDatabase(where: string): Promise<Database> {
  if (where === '') throw new WatchError('--db is empty: give a folder or a postgres:// URL');
  if (isServer(where)) return openServer(where);
  // What was meant as a URL may have a password in it, and is not to become a folder of that name.
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(where) ?? /^(postgres(?:ql)?|jdbc):/i.exec(where) ?? [];
  if (scheme !== undefined)
    throw new WatchError(`--db begins with ${scheme}: and is no postgres:// URL: give one, or a folder`);
  return openFolder(where);
}

/** Whether `--db` names a server's database. */
export function isServer(where: string): boolean {
  return /^postgres(?:ql)?:\/\//i.test(where);
}

/**
 * The modes of TLS that ask for it, as the library takes them today: the server's certificate is checked, and its name. Said by another
 * name than `verify-full` it warns of what these will mean one day. `uselibpqcompat=true` has PostgreSQL's own, weaker meaning.
 */
function strictly(url: string): string {
  if (/[?&]uselibpqcompat=true(?:[&#]|$)/.test(url)) return url;
  return url.replace(/([?&]sslmode=)(?:prefer|require|verify-ca)(?=[&#]|$)/g, '$1verify-full');
}

async function openServer(url: string): Promise<Database> {
  const place = withoutPassword(url);
  const pool = new Pool({
    connectionString: strictly(url),
    application_name: 'obelisc',
    max: 8,
    connectionTimeoutMillis: 10_000,
  });
  // An idle connection that breaks is replaced; the next query tells whether the server is gone.
  pool.on('error', () => {});
  try {
    await pool.query('SELECT 1');
  } catch (error) {
    await pool.end();
    throw new WatchError(`--db ${place}: the database cannot be reached: ${messageOf(error)}`, { cause: error });
  }
  const named = naming(place);
  const sqlOf = (client: Pool | PoolClient): Sql => ({
    query: async <Row>(text: string, values: readonly unknown[] = []) =>
      (await named(client.query(text, [...values]))).rows as Row[],
    run: async (text) => void (await named(client.query(text))),
  });
  return {
    ...sqlOf(pool),
    place,
    isShared: true,
    async transaction(work) {
      const client = await named(pool.connect());
      let broken: Error | undefined;
      const note = (error: Error): void => {
        broken = error;
      };
      client.on('error', note);
      try {
        await named(client.query('BEGIN'));
        const result = await work(sqlOf(client));
        await named(client.query('COMMIT'));
        return result;
      } catch (error) {
        await client.query('ROLLBACK').catch(note);
        throw error;
      } finally {
        client.off('error', note);
        client.release(broken);
      }
    },
    close: () => pool.end(),
  };
}

async function openFolder(folder: string): Promise<Database> {
  const unlock = await lockFolder(folder);
  const data = join(folder, 'data');
  const isNew = !existsSync(data);
  let lite: PGlite;
  try {
    lite = await PGlite.create(data);
  } catch (error) {
    // What was begun here is nobody's database.
    if (isNew) rmSync(data, { recursive: true, force: true });
    unlock();
    throw new WatchError(`--db ${folder}: the database in this folder cannot be opened: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const named = naming(folder);
  const sqlOf = (sql: Pick<PGlite, 'query' | 'exec'>): Sql => ({
    query: async <Row>(text: string, values: readonly unknown[] = []) =>
      (await named(sql.query<Row>(text, [...values]))).rows,
    run: async (text) => void (await named(sql.exec(text))),
  });
  return {
    ...sqlOf(lite),
    place: `the folder ${folder}`,
    isShared: false,
    transaction: (work) => lite.transaction((sql) => work(sqlOf(sql))),
    async close() {
      await lite.close();
      unlock();
    },
  };
}

/** Gives the errors of what is asked the name of the database. */
function naming(where: string): <T>(asked: Promise<T>) => Promise<T> {
  return (asked) =>
    asked.catch((error: unknown) => {
      throw new DatabaseError(where, error);
    });
}

function withoutPassword(url: string): string {
  try {
    const parsed = new URL(url);
    if (parsed.password !== '') parsed.password = '***';
    // Parameters may hold passwords as well.
    parsed.search = '';
    parsed.hash = '';
    // A password with a slash that was not encoded makes a path of its rest.
    return parsed.pathname.includes('@') ? 'postgres://…' : parsed.toString();
  } catch {
    return 'postgres://…';
  }
}
