'use strict';

// What the API does, whichever database is behind it and whatever runs it.

const assert = require('node:assert/strict');
const { after, before, describe, it } = require('node:test');
const jwt = require('jsonwebtoken');
const { get, post } = require('./client');
const { startServer } = require('./server');

const PASSWORD = 'correct horse battery staple';
const ANN = { email: 'ann@example.org', name: 'Ann', password: PASSWORD };

const CLAIMS = { issuer: 'express-api', audience: 'express-api', algorithm: 'HS256' };

// No file, line or library may show in an answer.
function assertNoStack(answer) {
  assert.doesNotMatch(answer.text, /node_modules|\.js\b|\bat .*\d+:\d+|Error:|stack/);
}

function accountTests(context) {
  it('registers an account and shows neither password nor hash', async () => {
    const answer = await post(context.server, '/register', ANN);
    assert.equal(answer.status, 201);
    assert.deepEqual(Object.keys(answer.json).sort(), ['createdAt', 'email', 'id', 'name']);
    assert.equal(answer.json.email, ANN.email);
    assert.doesNotMatch(answer.text, /\$2|password/);
  });

  it('refuses the same address again, whatever its case', async () => {
    const answer = await post(context.server, '/register', { ...ANN, email: ' ANN@Example.ORG' });
    assert.equal(answer.status, 409);
    assertNoStack(answer);
  });

  it('gives a token of 15 minutes for the right password', async () => {
    const answer = await post(context.server, '/login', { email: ANN.email, password: PASSWORD });
    assert.equal(answer.status, 200);
    const claims = jwt.verify(answer.json.token, context.secrets.JWT_SECRET);
    assert.equal(claims.exp - claims.iat, 15 * 60);
    const me = await get(context.server, '/me', { token: answer.json.token });
    assert.equal(me.status, 200);
    assert.equal(me.json.name, 'Ann');
    assert.equal(me.json.id, claims.sub);
  });

  it('answers a wrong password and an unknown address alike', async () => {
    const login = (email, password) => post(context.server, '/login', { email, password });
    const wrong = await login(ANN.email, `${PASSWORD}x`);
    const unknown = await login('no@example.org', PASSWORD);
    assert.equal(wrong.status, 401);
    assert.equal(unknown.status, 401);
    assert.equal(wrong.text, unknown.text);
  });
}

function inputTests(context) {
  const weak = {
    'a short password': { ...ANN, password: 'short' },
    'a password beyond what bcrypt reads': { ...ANN, password: 'é'.repeat(37) },
    'a password with a NUL': { ...ANN, password: 'long enough\u0000tail' },
    'a name with a NUL': { ...ANN, name: 'A\u0000nn' },
    'an empty name': { ...ANN, name: '  ' },
    'no address': { name: 'Ann', password: PASSWORD },
    'an address without a domain': { ...ANN, email: 'ann' },
    'a number as a name': { ...ANN, name: 7 },
    'an unknown field': { ...ANN, admin: true },
    'a list': [ANN],
  };
  for (const [what, body] of Object.entries(weak)) {
    it(`refuses ${what}`, async () => {
      const answer = await post(context.server, '/register', body);
      assert.equal(answer.status, 400);
      assert.ok(answer.json.fields.length > 0);
      assertNoStack(answer);
    });
  }

  it('refuses an operator object in place of a password', async () => {
    const body = { email: ANN.email, password: { $ne: '' } };
    const answer = await post(context.server, '/login', body);
    assert.equal(answer.status, 400);
  });

  it('refuses broken JSON, another media type and a large body, without a stack', async () => {
    const broken = await post(context.server, '/login', '{"email":');
    const form = await post(context.server, '/login', 'email=a', {
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    const large = await post(context.server, '/login', { email: 'a'.repeat(20000), password: 'x' });
    assert.deepEqual([broken.status, form.status, large.status], [400, 400, 413]);
    [broken, form, large].forEach(assertNoStack);
  });

  it('takes SQL for text', async () => {
    const name = "Robert'); DROP TABLE accounts; --";
    const password = "' OR '1'='1' -- password";
    // The apostrophe is lawful in an address, so this one passes the validation.
    const bob = { email: "bob'or'1@example.org", name, password };
    const registered = await post(context.server, '/register', bob);
    assert.equal(registered.status, 201);
    assert.equal(registered.json.name, name);
    const login = await post(context.server, '/login', { email: bob.email, password });
    assert.equal(login.status, 200);
    for (const email of ["' OR 1=1 --@example.org", "ann@example.org' --", "'; DROP TABLE x; --"]) {
      const answer = await post(context.server, '/login', { email, password: PASSWORD });
      assert.ok([400, 401].includes(answer.status), `${email}: ${answer.status}`);
      assertNoStack(answer);
    }
    const asAnn = (text) => post(context.server, '/login', { email: ANN.email, password: text });
    assert.equal((await asAnn("' OR '1'='1")).status, 401);
    assert.equal((await asAnn(PASSWORD)).status, 200);
  });
}

function tokenTests(context) {
  let id;
  before(async () => {
    const login = await post(context.server, '/login', { email: ANN.email, password: PASSWORD });
    id = jwt.decode(login.json.token).sub;
  });
  const sign = (claims, options, secret = context.secrets.JWT_SECRET) => (
    jwt.sign(claims, secret, { ...CLAIMS, ...options })
  );
  const unsigned = () => {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const iat = Math.floor(Date.now() / 1000);
    const claims = { sub: id, iss: 'express-api', aud: 'express-api', iat, exp: iat + 60 };
    return `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.`;
  };
  const past = () => Math.floor(Date.now() / 1000) - 3600;
  const bad = {
    'no token': () => undefined,
    'an empty token': () => '',
    'a token of noise': () => 'a.b.c',
    'an expired token': () => sign({ sub: id, iat: past() }, { expiresIn: 60 }),
    'an old token with a late expiry': () => sign({ sub: id, iat: past() }, { expiresIn: '1y' }),
    'a token signed with another key': () => sign({ sub: id }, { expiresIn: 60 }, 'x'.repeat(64)),
    'a token with another algorithm': () => (
      sign({ sub: id }, { expiresIn: 60, algorithm: 'HS512' })
    ),
    'a token without a signature': unsigned,
    'a token of another issuer': () => sign({ sub: id }, { expiresIn: 60, issuer: 'other' }),
    'a token for another audience': () => sign({ sub: id }, { expiresIn: 60, audience: 'other' }),
    'a subject that is no id': () => sign({ sub: "' OR 1=1 --" }, { expiresIn: 60 }),
    'the id of nobody': () => (
      sign({ sub: '00000000-0000-4000-8000-000000000000' }, { expiresIn: 60 })
    ),
  };
  it('takes a token that the right key signed', async () => {
    const token = sign({ sub: id }, { expiresIn: 60 });
    const answer = await get(context.server, '/me', { token });
    assert.equal(answer.status, 200);
  });
  for (const [what, make] of Object.entries(bad)) {
    it(`refuses ${what}`, async () => {
      const answer = await get(context.server, '/me', { token: make() });
      assert.equal(answer.status, 401);
      assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
      assertNoStack(answer);
    });
  }
}

function headerTests(context) {
  it('sends protective headers with every answer', async () => {
    for (const route of ['/healthz', '/me', '/nowhere']) {
      const { headers } = await get(context.server, route);
      assert.match(headers.get('content-security-policy'), /default-src 'none'/);
      assert.match(headers.get('content-security-policy'), /frame-ancestors 'none'/);
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.equal(headers.get('cache-control'), 'no-store');
      assert.match(headers.get('strict-transport-security'), /max-age=/);
      assert.equal(headers.get('x-powered-by'), null);
    }
  });

  it('answers /healthz, and 404 for what it does not have', async () => {
    const health = await get(context.server, '/healthz');
    assert.deepEqual([health.status, health.json], [200, { status: 'ok' }]);
    const missing = await get(context.server, '/../../etc/passwd');
    assert.equal(missing.status, 404);
    assertNoStack(missing);
  });
}

function logTests(context) {
  it('writes JSON lines that hold no secret and no password', async () => {
    const text = context.server.output.join('\n');
    const requests = context.server.output
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line))
      .filter((line) => line.message === 'request');
    assert.ok(requests.some((line) => line.path === '/login' && line.status === 401));
    assert.ok(!text.includes(PASSWORD));
    assert.ok(!text.includes(context.secrets.JWT_SECRET));
    assert.ok(!text.includes(context.secrets.DB_PASSWORD));
  });
}

function limitTests(context) {
  it('answers 429 after too many attempts, and still serves the rest', async () => {
    const server = await startServer({ ...context.environment, LOGIN_ATTEMPTS_PER_MINUTE: '3' });
    try {
      const statuses = [];
      for (let i = 0; i < 5; i += 1) {
        const guess = { email: 'x@example.org', password: `guess ${i}` };
        const answer = await post(server, '/login', guess);
        statuses.push(answer.status);
      }
      assert.deepEqual(statuses, [401, 401, 401, 429, 429]);
      const other = await post(server, '/register', { ...ANN, email: 'limit@example.org' });
      assert.equal(other.status, 429);
      assert.equal((await get(server, '/healthz')).status, 200);
    } finally {
      await server.stop();
    }
  });
}

// `open` resolves to {secrets, environment, close}: what the server is given, and how to end the
// database. `more(context)` adds a lane's own tests before the server is stopped.
function describeApi(name, open, more = () => {}) {
  describe(name, () => {
    const context = {};
    before(async () => {
      Object.assign(context, await open());
      context.server = await startServer({
        ...context.environment, LOGIN_ATTEMPTS_PER_MINUTE: '1000',
      });
    });
    after(async () => {
      await context.server?.stop();
      await context.close?.();
    });
    describe('accounts', () => accountTests(context));
    describe('input', () => inputTests(context));
    describe('tokens', () => tokenTests(context));
    describe('headers', () => headerTests(context));
    describe('log', () => logTests(context));
    describe('rate limit', () => limitTests(context));
    more(context);
    it('ends with 0 at SIGTERM', async () => {
      const ended = await context.server.stop();
      const { output } = context.server;
      assert.deepEqual(ended, { code: 0, signal: null }, output.join('\n'));
      assert.ok(output.some((line) => line.includes('"stopped"')));
    });
  });
}

module.exports = { describeApi, assertNoStack, ANN };
