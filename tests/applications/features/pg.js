'use strict';

// PostgreSQL, over TCP or its UNIX socket, as `given.postgres` says.
const assert = require('node:assert');
const { once } = require('node:events');
const { feature, given, load } = require('../feature.js');

feature(async () => {
  const { Client, Pool } = load('pg');
  const pool = new Pool({ ...given.postgres, max: 5 });
  await pool.query('CREATE TEMPORARY TABLE t (a int, b text)');
  const sums = await Promise.all(Array.from({ length: 20 }, async (_, at) =>
    (await pool.query('SELECT $1::int * 2 AS twice, pg_backend_pid() IS NOT NULL AS served', [at])).rows[0].twice));
  const wrong = await pool.query('SELECT * FROM none').then(() => 'rows', (error) => error.code);
  await pool.end();

  const listener = new Client(given.postgres);
  const speaker = new Client(given.postgres);
  await Promise.all([listener.connect(), speaker.connect()]);
  await listener.query('LISTEN news');
  const heard = once(listener, 'notification');
  await speaker.query("SELECT pg_notify('news', 'hello')");
  const [{ payload }] = await heard;
  const { rows: [{ local }] } = await speaker.query('SELECT inet_server_addr() IS NULL AS local');
  await Promise.all([listener.end(), speaker.end()]);

  const stranger = new Client({ ...given.postgres, password: 'wrong' });
  const refused = await stranger.connect().then(() => 'connected', (error) => error.code);
  assert.strictEqual(sums[19], 38);
  return { sums: sums.length, wrong, payload, local, refused };
});
