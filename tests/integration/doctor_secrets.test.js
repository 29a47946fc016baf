// nodeward doctor --secrets looks as an attacker would: it finds what was left lying about, by name, and says who could read
// it. The supervisor itself holds none once the application runs.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { keeperOf, run, settings, start } = require('./support.js');
const { application, keygen, profileFor, seal } = require('./vaults.js');

const CANARY = `canary-${process.pid}-90c2`;

// Runs main.js under a profile whose vault holds two secrets, and asks the doctor: {code, found: "SECRET where: readers" lines
// of this application's processes and folder, all, supervisor}.
async function diagnose(t, main, { deliver = 'env', mask = false } = {}) {
  const folder = settings(t);
  const { recipient } = keygen(folder);
  seal(path.join(folder, 'app.vault.age'), recipient, `TOKEN = "${CANARY}-token"\nOTHER = "${CANARY}-other"\nSHORT = "abc"\n`);
  const app = application(t, { 'main.js': `${main}\nconsole.log('up'); setInterval(() => {}, 1000);` });
  fs.chmodSync(app, 0o1777);
  const name = `doctor-${path.basename(folder)}`.toLowerCase().replaceAll(/[^a-z0-9-]/g, '');
  const profile = path.join(folder, 'app.toml');
  fs.writeFileSync(profile, profileFor(app, { deliver, mask, files: `write = [${JSON.stringify(app)}]`, rest: `[supervise]\nname = "${name}"\n` }));
  const running = start(['run', '-p', profile, '--', process.execPath, 'main.js']);
  t.after(async () => {
    running.child.kill('SIGTERM');
    await running.ended;
  });
  await running.line((line) => line === 'up');
  const { code, stdout, stderr } = await run(['doctor', '--secrets', name, '--json'], { timeout: 120000 });
  assert.ok(!`${stdout}${stderr}`.includes(CANARY), 'tells a value');
  const report = JSON.parse(stdout);
  const own = report.found.filter(({ where }) => !where.startsWith('/') || where.startsWith(app));
  const supervisor = running.child.pid;
  return { code, app, report, name, profile, supervisor, keeper: keeperOf(supervisor),
    found: own.map(({ secret, where, readers }) => `${secret} ${where.replace(/process (\d+)/, (all, pid) =>
      (Number(pid) === supervisor ? 'supervisor' : 'process')).replace(app, 'APP').replace(/\d+ of/, 'N of')}: ${readers}`).sort() };
}

const MINE = 'root and user 61237';
const memory = ['OTHER', 'TOKEN'].map((name) => `${name} memory of process (node): ${MINE}`);

test('delivered as variables they are in the environment', async (t) => {
  const { code, found, report } = await diagnose(t, '');
  assert.deepEqual(found, [...memory, ...['OTHER', 'TOKEN'].map((name) => `${name} environment of process (node): ${MINE}`)].sort());
  assert.deepEqual(report.unsought, ['SHORT']);
  assert.match(report.looked_at, /of 3 processes; \d+ files in /);
  assert.equal(code, 0);
});

test('delivered in memory they are in the application\'s memory alone, and nodeward holds none', async (t) => {
  const { code, found, keeper } = await diagnose(t, '', { deliver: 'memory' });
  assert.ok(keeper > 0);
  assert.deepEqual(found, memory);
  assert.equal(code, 0);
});

test('where output is masked, the supervisor holds what it looks for, and root alone can read it', async (t) => {
  const { found } = await diagnose(t, '', { deliver: 'memory', mask: true });
  assert.deepEqual(found, [...memory, ...['OTHER', 'TOKEN'].map((name) => `${name} memory of supervisor (nodeward): root`)].sort());
});

test('what an application leaves lying about is found, with who can read it', async (t) => {
  const { code, found } = await diagnose(t, `const fs = require('fs');
process.umask(0o022);
fs.writeFileSync('cache.txt', 'x'.repeat(1048570) + process.env.TOKEN + 'tail');
fs.writeFileSync('own.txt', process.env.OTHER, { mode: 0o600 });
require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', process.env.TOKEN], { env: {} });`, { deliver: 'memory' });
  const beyond = found.filter((line) => !line.includes('memory of'));
  assert.deepEqual(beyond, ['OTHER APP/own.txt: root and user 61237', 'TOKEN APP/cache.txt: every user', 'TOKEN arguments of process (node): every user']);
  assert.equal(code, 1);
});

test('delivered as files they are behind the application\'s descriptors', async (t) => {
  const { found } = await diagnose(t, '', { deliver: 'file' });
  const files = ['OTHER', 'TOKEN'].map((name) => `${name} descriptor N of process (node), /memfd:nodeward-${name} (deleted): ${MINE}`);
  assert.deepEqual(found, files);
});

test('a process by its number wants a profile, and text is for people', async (t) => {
  const { supervisor, profile, name } = await diagnose(t, '');
  const refused = await run(['doctor', '--secrets', String(supervisor)]);
  assert.equal(refused.code, 125);
  assert.match(refused.stderr, /does not say which vault/);
  const { code, stdout } = await run(['doctor', '--secrets', String(supervisor), '-p', profile], { timeout: 120000 });
  assert.equal(code, 0, stdout);
  assert.match(stdout, /^TOKEN\n {2}environment of process \d+ \(node\): root and user 61237$/m);
  assert.match(stdout, /^SHORT: not looked for, it is too short$/m);
  assert.ok(!stdout.includes(CANARY));
  assert.equal((await run(['doctor', '--secrets', `${name}x`])).code, 125);
});
