// The tables beside the queue's, and how they came to be.
import type { WatchedChain } from './chain-settings.js';
import type { Database } from './database.js';
import { WatchError } from './errors.js';

/** The steps in order; a database has done the first so many of them. Steps are added and never changed. */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE obelisc.games (
    chain text NOT NULL,
    address text NOT NULL,
    -- Place in the factory's list; of a game that vanished the one that it had.
    index bigint NOT NULL,
    type bigint NOT NULL,
    type_name text NOT NULL,
    root_claim text,
    block_number bigint,
    l1_head text,
    l1_number bigint,
    start_block bigint,
    start_root text,
    proposer text,
    created_at bigint NOT NULL,
    -- What the contract says.
    status text NOT NULL DEFAULT 'in progress',
    resolved_at bigint NOT NULL DEFAULT 0,
    -- Seconds that each side has.
    max_clock bigint,
    -- waiting for confirmations, queued, judged, uncovered, undecided (no verdict after all tries), vanished
    state text NOT NULL DEFAULT 'waiting',
    reason text,
    seen_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (chain, address)
  );
  CREATE INDEX games_by_state ON obelisc.games (chain, state);
  CREATE INDEX games_by_age ON obelisc.games (chain, created_at DESC);
  CREATE TABLE obelisc.verdicts (
    chain text NOT NULL,
    address text NOT NULL,
    -- In the order of writing: clocks jump.
    number bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    answer text NOT NULL CHECK (answer IN ('valid', 'invalid')),
    -- The object that obelisc validate --json prints.
    verdict jsonb NOT NULL,
    log text NOT NULL DEFAULT '',
    worker text NOT NULL,
    tries integer NOT NULL,
    began_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (chain, address),
    FOREIGN KEY (chain, address) REFERENCES obelisc.games (chain, address)
  );
  CREATE TABLE obelisc.workers (
    name text PRIMARY KEY,
    -- Chains that it has endpoints for.
    chains text[] NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE obelisc.alerts (
    event text PRIMARY KEY,
    body jsonb NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz,
    tries integer NOT NULL DEFAULT 0
  );
  `,
  `
  CREATE TABLE obelisc.progress (
    chain text NOT NULL,
    address text NOT NULL,
    try integer NOT NULL,
    worker text NOT NULL,
    began_at timestamptz NOT NULL DEFAULT now(),
    -- The worker's last word.
    said_at timestamptz NOT NULL DEFAULT now(),
    segments jsonb NOT NULL DEFAULT '[]',
    log text NOT NULL DEFAULT '',
    PRIMARY KEY (chain, address),
    FOREIGN KEY (chain, address) REFERENCES obelisc.games (chain, address)
  );
  `,
  `
  ALTER TABLE obelisc.alerts
    -- When the next try is due.
    ADD COLUMN due_at timestamptz NOT NULL DEFAULT now(),
    -- Which targets have it.
    ADD COLUMN posted boolean NOT NULL DEFAULT false,
    ADD COLUMN ran boolean NOT NULL DEFAULT false;
  `,
  `
  CREATE TABLE obelisc.chains (
    name text PRIMARY KEY,
    -- Address of the game factory, in lower case.
    factory text NOT NULL
  );
  `,
  `
  -- What contracts say are numbers of 64 bits without a sign, whatever sense they make.
  ALTER TABLE obelisc.games
    ALTER COLUMN block_number TYPE numeric(20),
    ALTER COLUMN start_block TYPE numeric(20),
    ALTER COLUMN created_at TYPE numeric(20),
    ALTER COLUMN resolved_at TYPE numeric(20),
    ALTER COLUMN max_clock TYPE numeric(20);
  `,
  `
  -- What the registry makes of a game: registry, isRespected, isBlacklisted, isRetired, each where it is known.
  ALTER TABLE obelisc.games ADD COLUMN standing jsonb;
  `,
];

/**
 * Notes whose factory a chain's name stands for. Rejects with WatchError where it is another's: the games of the one would be taken for
 * vanished games of the other.
 */
export async function claimNames(database: Database, chains: readonly WatchedChain[]): Promise<void> {
  for (const { name, factory } of chains) {
    await database.query('INSERT INTO obelisc.chains VALUES ($1, $2) ON CONFLICT (name) DO NOTHING', [name, factory]);
    const [known] = await database.query<{ factory: string }>('SELECT factory FROM obelisc.chains WHERE name = $1', [
      name,
    ]);
    if (known !== undefined && known.factory !== factory)
      throw new WatchError(
        `in ${database.place} the name ${name} stands for the chain whose game factory is ${known.factory}, not ${factory}: give this one another --name, or another --db`,
      );
  }
}

/** Of the tables that this version makes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** Brings the tables to this version, which several processes may do at once. Rejects with WatchError for a newer database. */
export async function migrate(database: Database): Promise<void> {
  try {
    await database.transaction(async (sql) => {
      // One at a time: CREATE … IF NOT EXISTS alone fails where two do it together.
      await sql.query('SELECT pg_advisory_xact_lock(7014401)');
      await sql.run('CREATE SCHEMA IF NOT EXISTS obelisc');
      await sql.run('CREATE TABLE IF NOT EXISTS obelisc.version (version integer NOT NULL)');
      const [row] = await sql.query<{ version: number }>('SELECT version FROM obelisc.version');
      const version = row?.version ?? 0;
      if (version > SCHEMA_VERSION)
        throw new WatchError(
          `--db: ${database.place} was made by a newer Obelisc (version ${version} of its tables, this one knows ${SCHEMA_VERSION}): use that one, or another database`,
        );
      for (const step of MIGRATIONS.slice(version)) await sql.run(step);
      if (row === undefined) await sql.query('INSERT INTO obelisc.version VALUES ($1)', [SCHEMA_VERSION]);
      else if (version < SCHEMA_VERSION) await sql.query('UPDATE obelisc.version SET version = $1', [SCHEMA_VERSION]);
    });
  } catch (error) {
    if (error instanceof WatchError) throw error;
    throw new WatchError(`the tables cannot be made in ${database.place}`, { cause: error });
  }
}
