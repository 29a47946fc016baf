// The API of examples/, with PGlite and with PostgreSQL, over TCP and over a UNIX socket: the same tests
// bare and under nodeward.
'use strict';

const fs = require('node:fs');
const { test } = require('node:test');
const { nodeward, temporary } = require('./support.js');
const { npm } = require('./npm.js');

const prefix = [nodeward, 'run', '-p', 'nodeward.toml', '--'];

test('bare', () => npm('express-api', ['test']));
test('under nodeward', () => npm('express-api', ['test'], { NODEWARD_PREFIX: JSON.stringify(prefix) }));

// The socket has one line of the profile more.
test('over a UNIX socket', (context) => {
  const folder = temporary(context);
  fs.chmodSync(folder, 0o1777);  // PostgreSQL runs as a user of its own
  const connect = `network.connect=${JSON.stringify([`unix:${folder}/.s.PGSQL.5432`])}`;
  const over = { POSTGRES_SOCKETS: folder };
  npm('express-api', ['run', 'test:postgres'], over);
  const within = [...prefix.slice(0, -1), '--set', connect, '--'];
  npm('express-api', ['run', 'test:postgres'], { ...over, NODEWARD_PREFIX: JSON.stringify(within) });
});
