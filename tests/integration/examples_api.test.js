// The API of examples/, with PGlite and with PostgreSQL: the same tests bare and under nodeward.
'use strict';

const { test } = require('node:test');
const { npm, prefix } = require('./npm.js');

test('bare', () => npm('express-api', ['test']));
test('under nodeward', (context) => npm('express-api', ['test'], prefix(context)));
