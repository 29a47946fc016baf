// The API of examples/ with PostgreSQL over its UNIX socket: the same tests bare and under nodeward.
'use strict';

const fs = require('node:fs');
const { test } = require('node:test');
const { temporary } = require('./support.js');
const { npm, prefix } = require('./npm.js');

// The socket needs one line of the profile.
test('over a UNIX socket', (context) => {
  const folder = temporary(context);
  fs.chmodSync(folder, 0o1777);  // PostgreSQL runs as a user of its own
  const over = { POSTGRES_SOCKETS: folder };
  npm('express-api', ['run', 'test:postgres'], over);
  const connect = `network.connect=${JSON.stringify([`unix:${folder}/.s.PGSQL.5432`])}`;
  npm('express-api', ['run', 'test:postgres'], { ...over, ...prefix(context, '--set', connect) });
});
