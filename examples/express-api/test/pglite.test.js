'use strict';

const assert = require('node:assert/strict');
const { it } = require('node:test');
const { describeApi } = require('./support/behaviour');
const { secretsFor } = require('./support/secrets');
const { prefix } = require('./support/server');

async function open() {
  const secrets = secretsFor(prefix);
  // Under a prefix the secrets come from the vault; given twice they would be a clash.
  return { secrets, environment: prefix.length > 0 ? {} : secrets };
}

describeApi('with PGlite in the process', open, (context) => {
  it('says which database it has', () => {
    const line = context.server.output.find((text) => text.includes('"listening"'));
    assert.equal(JSON.parse(line).database, 'pglite');
  });
});
