'use strict';

// One interface, two databases: query(text, values) gives { rows }, errors carry PostgreSQL's
// SQLSTATE as `code`, end() closes. With settings it is a pool of `pg`; without, PGlite: PostgreSQL
// compiled to WebAssembly, inside this process, its data in memory.

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS accounts (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    email text NOT NULL UNIQUE,
    name text NOT NULL,
    password_hash text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  )`;

const UNIQUE_VIOLATION = '23505';

function openPool(settings, log) {
  const { Pool } = require('pg');
  const pool = new Pool({
    ...settings,
    password: () => settings.password,  // of each new connection: it may have changed
    max: 10,
    connectionTimeoutMillis: 5000,
    idleTimeoutMillis: 30000,
    statement_timeout: 5000,
  });
  // An idle connection that breaks is replaced at the next query; without a listener it would end
  // the process.
  pool.on('error', (error) => log.warn('database connection lost', { code: error.code }));
  return {
    kind: 'postgresql',
    query: (text, values) => pool.query(text, values),
    end: () => pool.end(),
  };
}

async function openInProcess() {
  // V8's optimising compiler takes 100 MB and more than a second for PGlite's megabytes of
  // WebAssembly, which a stand-in never earns back; the baseline compiler is enough.
  require('node:v8').setFlagsFromString('--liftoff-only');
  const { PGlite } = require('@electric-sql/pglite');
  const database = new PGlite();
  await database.waitReady;
  return {
    kind: 'pglite',
    query: (text, values) => database.query(text, values),
    end: () => database.close(),
  };
}

// `settings` is null for the database in the process. Rejects when it cannot be reached.
async function openDatabase(settings, log) {
  const database = settings === null ? await openInProcess() : openPool(settings, log);
  await database.query(SCHEMA);
  return database;
}

module.exports = { openDatabase, UNIQUE_VIOLATION };
