// The malicious package of examples/: bare, each attempt succeeds; under nodeward, none that is promised.
'use strict';

const { test } = require('node:test');
const { npm } = require('./npm.js');

test('bare: every attempt gets what it is after', () => npm('hostile-dependency', ['test']));
test('under nodeward: nothing that is promised fails', () =>
  npm('hostile-dependency', ['run', 'test:nodeward']));
