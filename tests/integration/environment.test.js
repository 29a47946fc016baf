// The application's environment is what the profile says, and nobody can read nodeward's.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { run, start, temporary, victim } = require('./support');

const PRINT = ['--', process.execPath, '-e', 'console.log(JSON.stringify(process.env))'];

async function environment(env, ...settings) {
  const sets = settings.flatMap((setting) => ['--set', setting]);
  const result = await run(['run', '--set', 'process.user="61236"', ...sets, ...PRINT],
    { env: { PATH: process.env.PATH, ...env } });
  assert.equal(result.code, 0, result.stderr);
  return JSON.parse(result.stdout);
}

const UNWANTED = {
  AWS_SECRET_ACCESS_KEY: 'secret', DATABASE_URL: 'postgres://', HOME: '/root', USER: 'root',
  LOGNAME: 'root', SHELL: '/bin/sh', MAIL: 'x', OLDPWD: '/', SUDO_USER: 'x', CREDENTIALS_DIRECTORY: '/x',
  NOTIFY_SOCKET: '/x', AGE_PASSPHRASE: 'x', npm_package_name: 'x', PATHS: 'x', 'FOO BAR': 'x', é: 'x',
};
const DANGEROUS = {
  NODE_OPTIONS: '--require=/tmp/evil.js', NODE_PATH: '/tmp', NODE_EXTRA_CA_CERTS: '/tmp/ca',
  NODE_TLS_REJECT_UNAUTHORIZED: '0', LD_PRELOAD: '', LD_LIBRARY_PATH: '/tmp', BASH_ENV: '/tmp/x',
  OPENSSL_CONF: '/tmp/x', GCONV_PATH: '/tmp', GLIBC_TUNABLES: 'glibc.malloc.check=0', SSL_CERT_FILE: '/x',
  npm_config_prefix: '/x', NPM_CONFIG_PREFIX: '/x',
};

test('nothing is inherited but what the default profile names', async () => {
  const env = await environment({ ...UNWANTED, ...DANGEROUS, NODE_ENV: 'production', LC_ALL: 'C' });
  assert.deepEqual(env, { PATH: process.env.PATH, NODE_ENV: 'production', LC_ALL: 'C', HOME: '/' });
});

test('an empty list inherits nothing at all', async () => {
  const env = await environment({ ...UNWANTED, ...DANGEROUS, NODE_ENV: 'x' }, 'environment.pass=[]');
  assert.deepEqual(env, { HOME: '/' });
});

test('a star lets no dangerous name through; a name written out does', async () => {
  const wide = await environment(DANGEROUS, 'environment.pass=["*"]');
  for (const name of Object.keys(DANGEROUS)) assert.equal(wide[name], undefined, name);
  const prefix = await environment(DANGEROUS, 'environment.pass=["NODE_*", "LD_*"]');
  assert.deepEqual(prefix, { HOME: '/' });
  const named = await environment(DANGEROUS, 'environment.pass=["NODE_EXTRA_CA_CERTS"]');
  assert.equal(named.NODE_EXTRA_CA_CERTS, '/tmp/ca');
});

test('what is set arrives exactly, and beats what is passed', async () => {
  const value = 'a "quoted" $HOME\\n \t é\u{1f600} =';
  const env = await environment({ NODE_ENV: 'passed' }, 'environment.pass=["NODE_ENV"]',
    `environment.set={ NODE_ENV = ${JSON.stringify(value)}, EMPTY = "" }`);
  assert.deepEqual(env, { NODE_ENV: value, EMPTY: '', HOME: '/' });
});

const CANARY = 'canary-7d1f0c';

test('nobody of the application\'s user reads the environment or arguments that nodeward has', async (t) => {
  const look = `
    const fs = require('fs');
    const read = (pid, file) => { try { return fs.readFileSync('/proc/' + pid + '/' + file, 'latin1') }
      catch (error) { return error.code } };
    const keeper = process.ppid;
    const supervisor = Number(read(keeper, 'status').match(/PPid:\\s*(\\d+)/)[1]);
    console.log(JSON.stringify({ own: JSON.stringify(process.env).includes('${CANARY}'),
      supervisor: read(supervisor, 'environ'), keeper: read(keeper, 'environ') }));`;
  const file = path.join(temporary(t), 'look.js');
  fs.writeFileSync(file, look, { mode: 0o644 });
  for (const options of [{}, { uid: 61236, gid: 61236 }]) {
    const result = await run(['run', '--', process.execPath, file],
      { env: { PATH: process.env.PATH, TOKEN: CANARY }, ...options });
    assert.equal(result.code, 0, result.stderr);
    assert.deepEqual(JSON.parse(result.stdout), { own: false, supervisor: 'EACCES', keeper: 'EACCES' });
    assert.ok(!result.stderr.includes(CANARY), 'no event tells it');
  }
});

test('control: a visible process of the same user shows its environment', async (t) => {
  const parent = start(['run', '--', process.execPath, '-e', 'console.log("up"); setInterval(() => {}, 9999)'],
    { uid: 61236, gid: 61236, env: { PATH: process.env.PATH, NODE_ENV: CANARY } });
  t.after(() => parent.child.kill('SIGTERM'));
  await parent.line((line) => line === 'up');
  const started = await parent.until((event) => event.event === 'start');
  const pid = String(started['process.pid']);
  // execve makes the application itself visible to its user again, as it would be bare.
  const bare = await run([pid, '23', 'environ'],
    { command: victim('attack'), uid: 61236, gid: 61236 });
  assert.equal(bare.stdout, 'environ ok\n');
});
