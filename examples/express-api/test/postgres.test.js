'use strict';

const assert = require('node:assert/strict');
const { it } = require('node:test');
const { assertNoStack, describeApi } = require('./support/behaviour');
const { get, post } = require('./support/client');
const { startPostgres } = require('./support/postgres');
const { secretsFor } = require('./support/secrets');
const { prefix } = require('./support/server');

async function open() {
  const secrets = secretsFor(prefix);
  const postgres = await startPostgres(secrets.DB_PASSWORD);
  return {
    secrets,
    environment: { ...(prefix.length > 0 ? {} : secrets), ...postgres.environment },
    close: postgres.stop,
  };
}

// What `look` finds, as soon as it finds something; fails after five seconds.
async function eventually(look) {
  const end = Date.now() + 5000;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    assert.ok(Date.now() < end, 'not in five seconds');
    await new Promise((resolve) => { setImmediate(resolve); });
  }
}

describeApi('with PostgreSQL', open, (context) => {
  it('says which database it has', () => {
    const line = context.server.output.find((text) => text.includes('"listening"'));
    assert.equal(JSON.parse(line).database, 'postgresql');
  });

  it('outlives its database, says so, and leaks nothing', async () => {
    await context.close();
    const health = await get(context.server, '/healthz');
    assert.equal(health.status, 503);
    const login = await post(context.server, '/login', { email: 'a@example.org', password: 'x' });
    assert.equal(login.status, 500);
    assert.deepEqual(Object.keys(login.json).sort(), ['error', 'id']);
    assertNoStack(login);
    // The log comes another way than the answer, and may come after it.
    const line = await eventually(() => context.server.output.find((text) => text.includes(login.json.id)));
    assert.ok(line.includes('request failed'), 'the log has the id that the client was given');
  });
});
