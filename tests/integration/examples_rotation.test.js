// The API of examples/ with PostgreSQL: both of its secrets are changed under load, and no request fails.
'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const http = require('node:http');
const path = require('node:path');
const { test } = require('node:test');
const { prefix } = require('./npm.js');
const { nodeward, parseEvents, root } = require('./support.js');

const example = (name) => require(path.join(root, 'examples/express-api/test/support', name));

// One request on a connection of its own: {status, json}.
function ask(url, { method = 'GET', token, body } = {}) {
  return new Promise((resolve, reject) => {
    const headers = { ...(token && { authorization: `Bearer ${token}` }), ...(body && { 'content-type': 'application/json' }) };
    const request = http.request(url, { method, headers, agent: false }, (response) => {
      let text = '';
      response.on('data', (data) => { text += data; });
      response.on('end', () => resolve({ status: response.statusCode, json: text ? JSON.parse(text) : null }));
    });
    request.on('error', reject);
    request.end(body && JSON.stringify(body));
  });
}

// Eight clients that never rest, until stop() tells {answered, failed}.
function load(server, token) {
  const told = { answered: 0, failed: [] };
  let on = true;
  const client = async (_, number) => {
    while (on) {
      const { status } = await ask(`${server.url}${number % 2 ? '/me' : '/healthz'}`, { token }).catch((error) => ({ status: error.code }));
      told.answered += 1;
      if (status !== 200) told.failed.push(status);
    }
  };
  const clients = Promise.all(Array.from({ length: 8 }, client));
  return { told, stop: async () => { on = false; await clients; return told; } };
}

function untilAnswered(told, more) {
  const end = told.answered + more;
  return new Promise((resolve) => {
    const look = setInterval(() => { if (told.answered >= end) { clearInterval(look); resolve(); } }, 10);
  });
}

function untilSaid(server, what) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(server.output.join('\n'))), 15000);
    const look = setInterval(() => {
      if (!server.output.some((line) => line.includes(what))) return;
      clearInterval(look);
      clearTimeout(timer);
      resolve();
    }, 10);
  });
}

test('both secrets change under load, and no request fails', async (t) => {
  const made = prefix(t);
  Object.assign(process.env, made);
  const profile = JSON.parse(made.NODEWARD_PREFIX)[3];
  const before = example('secrets.js').readVault(path.dirname(profile));
  const postgres = await example('postgres.js').startPostgres(before.DB_PASSWORD);
  t.after(postgres.stop);
  const server = await example('server.js').startServer(postgres.environment);
  t.after(server.stop);
  const account = { email: 'a@example.org', name: 'A', password: randomBytes(16).toString('hex') };
  assert.equal((await ask(`${server.url}/register`, { method: 'POST', body: account })).status, 201);
  const { email, password } = account;
  const login = async () => (await ask(`${server.url}/login`, { method: 'POST', body: { email, password } })).json.token;
  const token = await login();

  const after = { DB_PASSWORD: randomBytes(32).toString('hex'), JWT_SECRET: randomBytes(32).toString('hex') };
  const psql = (text, password) => execFileSync('psql', ['-qtA', '-h', postgres.environment.DB_HOST, '-p', postgres.environment.DB_PORT,
    '-U', 'app', 'postgres', '-c', text], { env: { PATH: process.env.PATH, PGPASSWORD: password }, encoding: 'utf8' });
  const { told, stop } = load(server, token);
  await untilAnswered(told, 100);
  psql(`ALTER ROLE app PASSWORD '${after.DB_PASSWORD}'`, before.DB_PASSWORD);
  for (const [name, value] of Object.entries(after)) execFileSync(nodeward, ['vault', 'set', name, '-p', profile], { input: value });
  await untilSaid(server, '"JWT_SECRET"');
  await untilSaid(server, '"DB_PASSWORD"');
  await untilAnswered(told, 100);
  const { failed } = await stop();
  assert.deepEqual(failed, []);

  // New connections have the new password, new tokens the new secret, and the old token still holds.
  psql('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = \'app\'', after.DB_PASSWORD);
  await untilSaid(server, 'database connection lost');
  const fresh = await login();
  const [{ signature: old }, { signature }] = [token, fresh].map((text) => ({ signature: text.split('.')[2] }));
  assert.notEqual(old, signature);
  const jwt = require(path.join(root, 'examples/express-api/node_modules/jsonwebtoken'));
  assert.ok(jwt.verify(fresh, after.JWT_SECRET));
  for (const one of [token, fresh]) assert.equal((await ask(`${server.url}/me`, { token: one })).status, 200);
  assert.deepEqual(server.output.flatMap((line) => parseEvents(line)).filter(({ event }) => ['restart', 'exit', 'violation'].includes(event)), []);
  for (const value of [...Object.values(before), ...Object.values(after)]) assert.ok(!server.output.some((line) => line.includes(value)));
});
