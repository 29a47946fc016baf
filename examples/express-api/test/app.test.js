'use strict';

// Parts that need no process of their own.

const assert = require('node:assert/strict');
const { execFileSync, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { describe, it } = require('node:test');
const jwt = require('jsonwebtoken');
const { createApp } = require('../src/app');
const { readConfig } = require('../src/config');
const { get } = require('./support/client');
const { readVault } = require('./support/secrets');

const EXAMPLE = path.resolve(__dirname, '..');
const SECRET = 's'.repeat(64);

describe('configuration', () => {
  it('has safe defaults', () => {
    const config = readConfig({ JWT_SECRET: SECRET });
    assert.equal(config.host, '127.0.0.1');
    assert.equal(config.port, 3000);
    assert.equal(config.database, null);
  });

  it('names every wrong variable and no value', () => {
    const given = { JWT_SECRET: 'short-secret', PORT: '70000', LOG_LEVEL: 'loud' };
    assert.throws(() => readConfig(given), (error) => {
      assert.match(error.message, /JWT_SECRET.*32 characters/);
      assert.match(error.message, /PORT/);
      assert.match(error.message, /LOG_LEVEL/);
      assert.doesNotMatch(error.message, /short-secret/);
      return true;
    });
  });

  it('refuses to start without a secret', () => {
    const { status, stderr } = spawnSync(process.execPath, ['server.js'], {
      cwd: EXAMPLE, env: {}, encoding: 'utf8',
    });
    assert.equal(status, 1);
    assert.match(stderr, /^express-api: cannot start: .*JWT_SECRET/);
    assert.doesNotMatch(stderr, /\bat /);
  });
});

describe('errors', () => {
  it('shows an id where a route throws, and logs the rest', async () => {
    const logged = [];
    const log = { info: () => {}, error: (message, data) => logged.push({ message, data }) };
    const database = {
      query: () => Promise.reject(new Error('relation "accounts" at /srv/secret.js:1:2')),
    };
    const config = readConfig({ JWT_SECRET: SECRET, LOGIN_ATTEMPTS_PER_MINUTE: '9' });
    const server = createApp({ config, database, log }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const target = { url: `http://127.0.0.1:${server.address().port}` };
      const token = jwt.sign({}, SECRET, {
        issuer: 'express-api', audience: 'express-api', expiresIn: 60,
        subject: '00000000-0000-4000-8000-000000000000',
      });
      const answer = await get(target, '/me', { token });
      assert.equal(answer.status, 500);
      assert.deepEqual(answer.json, { error: 'internal error', id: logged[0].data.id });
      assert.match(logged[0].data.error.stack, /secret\.js/);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});

describe('make-vault.sh', () => {
  const inFolder = (test) => () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'express-api-vault-'));
    try {
      test(path.join(folder, 'secrets'));
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  };
  const make = (folder, env = {}) => spawnSync(path.join(EXAMPLE, 'make-vault.sh'), [folder], {
    env: { PATH: process.env.PATH, ...env }, encoding: 'utf8',
  });
  const mode = (file) => (fs.statSync(file).mode & 0o777).toString(8);

  it('makes a vault that only its owner can read', inFolder((folder) => {
    const secrets = readVault(folder);
    assert.deepEqual(Object.keys(secrets).sort(), ['DB_PASSWORD', 'JWT_SECRET']);
    assert.match(secrets.JWT_SECRET, /^[0-9a-f]{64}$/);
    assert.notEqual(secrets.JWT_SECRET, secrets.DB_PASSWORD);
    assert.equal(mode(folder), '700');
    assert.equal(mode(path.join(folder, 'identity.txt')), '600');
    assert.equal(mode(path.join(folder, 'app.vault.age')), '600');
  }));

  it('keeps a vault that is there', inFolder((folder) => {
    assert.deepEqual(readVault(folder), readVault(folder));
  }));

  it('takes given values, but none that could break out of the TOML', inFolder((folder) => {
    const evil = make(folder, { DB_PASSWORD: 'x"\nLD_PRELOAD = "/tmp/evil.so' });
    assert.equal(evil.status, 1);
    assert.equal(fs.existsSync(folder), false);
    assert.equal(make(folder, { DB_PASSWORD: 'pg-pass.1' }).status, 0);
    assert.equal(readVault(folder).DB_PASSWORD, 'pg-pass.1');
  }));

  it('never makes a new identity beside an old vault', inFolder((folder) => {
    assert.equal(make(folder).status, 0);
    fs.unlinkSync(path.join(folder, 'identity.txt'));
    const { status, stderr } = make(folder);
    assert.equal(status, 1);
    assert.match(stderr, /not its identity/);
  }));
});

describe('package-lock.json', () => {
  it('names no host', () => {
    const lock = JSON.parse(fs.readFileSync(path.join(EXAMPLE, 'package-lock.json'), 'utf8'));
    const named = Object.entries(lock.packages).filter(([, entry]) => entry.resolved !== undefined);
    assert.deepEqual(named, []);
    const unhashed = Object.entries(lock.packages)
      .filter(([name, entry]) => name !== '' && entry.integrity === undefined);
    assert.deepEqual(unhashed, []);
  });

  it('is the tree that is installed', () => {
    execFileSync('npm', ['ls', '--all', '--silent'], { cwd: EXAMPLE });
  });
});
