// The API of examples/, with PGlite and with PostgreSQL: the same tests bare and under nodeward.
'use strict';

const { test } = require('node:test');
const { nodeward } = require('./support.js');
const { npm } = require('./npm.js');

const prefix = [nodeward, 'run', '-p', 'nodeward.toml', '--'];

test('bare', () => npm('express-api', ['test']));
test('under nodeward', () => npm('express-api', ['test'], { NODEWARD_PREFIX: JSON.stringify(prefix) }));
