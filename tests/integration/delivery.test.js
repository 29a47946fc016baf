// Which way secrets reach the application: `deliver = "memory"` puts them into process.env, and neither /proc/PID/environ nor a
// child process that was not named ever holds them; `deliver = "file"` leaves a sealed file in memory for each.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { marker, nodeward, refused, root, run, settings, temporary } = require('./support.js');
const { application, keygen, profileFor, seal } = require('./vaults.js');

const CANARY = 'canary-7d1e02';
const SECRETS = { DB_PASSWORD: `${CANARY} $HOME "é\u{1f600}"`, KEY: `-----BEGIN KEY-----\n${CANARY}\r\n-----END KEY-----\n`, EMPTY: '',
  LARGE: `${CANARY}${'x'.repeat(120000)}` };
const majors = process.env.NODEWARD_DEEP === '1' ? [18, 20, 22, 24, 26] : [18, 24, 26];

// The interpreter of the matrix where the application's user can reach it.
function interpreter(t, major) {
  const folder = temporary(t);
  const to = path.join(folder, 'node');
  fs.copyFileSync(path.join(root, `tests/node-matrix/node_modules/node${major}/bin/node`), to);
  return to;
}

// A profile with a vault of SECRETS, and an application's folder with `files`.
function place(t, files, { deliver = 'memory', secrets = '', values = SECRETS, exec = '"@node-child"', rest = '' } = {}) {
  const folder = settings(t);
  const { recipient } = keygen(folder);
  seal(path.join(folder, 'app.vault.age'), recipient,
    Object.entries(values).map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`).join(''));
  const app = application(t, files);
  const profile = path.join(folder, 'app.toml');
  fs.writeFileSync(profile, profileFor(app, { deliver, exec, secrets, rest }));
  return { app, profile };
}

// What each process says of itself, as one line of JSON: {who, env: the secrets in process.env, environ: whether the canary is
// in /proc/self/environ, names: what of nodeward's own is left in process.env}.
const TELL = `const fs = require('fs');
const tell = (who) => fs.writeSync(1, JSON.stringify({ who,
  env: Object.fromEntries(${JSON.stringify(Object.keys(SECRETS))}.filter((name) => name in process.env).map((name) => [name, process.env[name]])),
  environ: fs.readFileSync('/proc/self/environ').includes('${CANARY}'),
  names: Object.keys(process.env).filter((name) => name.startsWith('NODEWARD')) }) + '\\n');
`;
const TOLD = `${TELL}tell(process.argv[2] ?? 'child');`;

async function told(place, script, { node = process.execPath, args = [] } = {}) {
  const result = await run(['run', '-p', place.profile, '--', node, script, ...args]);
  assert.equal(result.code, 0, result.stderr + result.stdout);
  assert.ok(!result.stderr.includes(CANARY), result.stderr);
  assert.deepEqual(result.events.filter(({ event }) => event === 'violation'), []);
  const lines = result.stdout.trim().split('\n').map((line) => JSON.parse(line));
  return Object.fromEntries(lines.map(({ who, ...rest }) => [who, rest]));
}

const ALL = { env: SECRETS, environ: false, names: [] };
const NONE = { env: {}, environ: false, names: [] };

for (const major of majors) {
  test(`Node.js ${major}: in the application, its workers and its cluster, and nowhere else`, async (t) => {
    const app = place(t, {
      'main.js': `${TELL}
const cluster = require('cluster');
const children = require('child_process');
const { Worker } = require('worker_threads');
if (cluster.isPrimary) {
  tell('main');
  fs.writeSync(1, children.execFileSync(process.execPath, ['told.js', 'execFileSync']));
  fs.writeSync(1, children.execFileSync(process.execPath, ['told.js', 'given'], { env: { ...process.env } }));
  fs.writeSync(1, children.spawnSync(process.execPath, ['told.js', 'spawnSync'], { env: process.env }).stdout);
  children.spawn(process.execPath, ['told.js', 'spawn'], { stdio: 'inherit' });
  children.execFile(process.execPath, ['told.js', 'execFile'], (error, out) => fs.writeSync(1, out));
  children.fork('./told.js', ['fork']);
  new Worker('./worker.js', { workerData: process.argv.length });
  cluster.fork();
} else {
  tell('cluster');
  fs.writeSync(1, children.execFileSync(process.execPath, ['told.js', 'of the cluster']));
  process.exit(0);
}`,
      'worker.js': `${TELL}
tell('worker');
fs.writeSync(1, require('child_process').spawnSync(process.execPath, ['told.js', 'of the worker']).stdout);`,
      'told.js': TOLD,
    });
    const found = await told(app, 'main.js', { node: interpreter(t, major) });
    assert.deepEqual(found, { main: ALL, worker: ALL, cluster: ALL, execFileSync: NONE, given: NONE, spawnSync: NONE, spawn: NONE, execFile: NONE,
      fork: NONE, 'of the worker': NONE, 'of the cluster': NONE });
  });

  test(`Node.js ${major}: as ES modules`, async (t) => {
    const app = place(t, {
      'main.mjs': `import { execFileSync, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
${TELL}
tell('main');
fs.writeSync(1, execFileSync(process.execPath, ['told.js', 'execFileSync']));
spawn(process.execPath, ['told.js', 'spawn'], { stdio: ['ignore', 'inherit'] });`,
      'told.js': TOLD,
    });
    assert.deepEqual(await told(app, 'main.mjs', { node: interpreter(t, major) }), { main: ALL, execFileSync: NONE, spawn: NONE });
  });

  test(`Node.js ${major}: a script that [secrets] inherit names gets them, and no other`, async (t) => {
    const app = place(t, {
      'main.js': `${TELL}
const children = require('child_process');
children.fork('./named');
children.fork('./told.js', ['other']);
children.spawn(process.execPath, ['named.js', 'spawn'], { stdio: ['ignore', 'inherit', 'inherit'] });`,
      'named.js': TOLD.replace("'child'", "'named'"),
      'told.js': TOLD,
    }, { secrets: 'inherit = ["named.js"]' });
    assert.deepEqual(await told(app, 'main.js', { node: interpreter(t, major) }), { named: ALL, spawn: ALL, other: NONE });
  });
}

test('delivered as variables, the environment and every child hold them: what the rest is held against', async (t) => {
  const app = place(t, { 'main.js': `${TELL}
tell('main');
fs.writeSync(1, require('child_process').execFileSync(process.execPath, ['told.js']));`, 'told.js': TOLD }, { deliver: 'env' });
  const found = await told(app, 'main.js');
  assert.deepEqual(found, { main: { ...ALL, environ: true }, child: { ...ALL, environ: true } });
});

test('a value that the application changes is its own, and goes to its children', async (t) => {
  const app = place(t, { 'main.js': `${TELL}
process.env.DB_PASSWORD = 'changed';
process.env.OTHER = process.env.EMPTY;
fs.writeSync(1, require('child_process').execFileSync(process.execPath, ['told.js']));`, 'told.js': TOLD });
  assert.deepEqual((await told(app, 'main.js')).child, { ...NONE, env: { DB_PASSWORD: 'changed' } });
});

test('what another process of the same user can open holds no value: neither environ nor a descriptor', async (t) => {
  const app = place(t, { 'main.js': `const fs = require('fs');
const open = fs.readdirSync('/proc/self/fd').map((fd) => { try { return fs.readlinkSync('/proc/self/fd/' + fd); } catch { return ''; } });
console.log(JSON.stringify({ environ: fs.readFileSync('/proc/self/environ', 'latin1'), open, here: process.env.DB_PASSWORD }));` });
  const { stdout } = await run(['run', '-p', app.profile, '--', 'node', 'main.js']);
  const { environ, open, here } = JSON.parse(stdout);
  assert.equal(here, SECRETS.DB_PASSWORD);
  assert.ok(!environ.includes(CANARY));
  assert.deepEqual(open.filter((target) => target.includes('memfd')), []);
});

test('the module is gone when nodeward has ended', async (t) => {
  const app = place(t, { 'main.js': 'console.log(process.execArgv.at(-1), require("fs").statSync(process.execArgv.at(-1)).mode.toString(8));' });
  const { stdout } = await run(['run', '-p', app.profile, '--', 'node', 'main.js']);
  const [file, mode] = stdout.trim().split(' ');
  assert.equal(mode, '100444');
  assert.ok(!fs.existsSync(file), file);
});

test('a restart delivers them again', async (t) => {
  const app = place(t, { 'main.js': `const fs = require('fs');
console.log(process.env.DB_PASSWORD);
if (!fs.existsSync('/tmp/' + process.argv[2])) { fs.writeFileSync('/tmp/' + process.argv[2], ''); process.exit(3); }
fs.unlinkSync('/tmp/' + process.argv[2]);` },
  { rest: '[supervise]\nrestart = "on-failure"\nbackoff = { initial = "1ms", max = "1ms" }\n' });
  const result = await run(['run', '-p', app.profile, '--set', 'filesystem.write=["/tmp"]', '--', 'node', 'main.js', `again-${process.pid}`]);
  assert.equal(result.code, 0, result.stderr);
  assert.equal(result.stdout, `${SECRETS.DB_PASSWORD}\n`.repeat(2));
});

for (const major of majors.filter((number) => number >= 22)) {
  test(`Node.js ${major}: a diagnostic report leaves them out`, async (t) => {
    const app = place(t, { 'main.js': 'console.log(JSON.stringify(process.report.getReport()).includes(process.env.DB_PASSWORD.slice(0, 10)));' });
    const { stdout } = await run(['run', '-p', app.profile, '--', interpreter(t, major), 'main.js']);
    assert.equal(stdout, 'false\n');
  });
}

// ---- files

test('deliver = "file": each secret is a sealed file in memory, byte for byte, and no child has it', async (t) => {
  const app = place(t, { 'main.js': `const fs = require('fs');
const found = {};
for (const name of ${JSON.stringify(Object.keys(SECRETS))}) {
  const file = process.env[name + '_FILE'];
  let sealed = '';
  try { fs.writeFileSync(file, 'x'); } catch (error) { sealed = error.code; }
  found[name] = { value: fs.readFileSync(file, 'utf8'), variable: name in process.env, sealed };
}
const child = require('child_process').execFileSync(process.execPath,
  ['-e', 'for (const f of fs.readdirSync("/proc/self/fd")) try { console.log(fs.readlinkSync("/proc/self/fd/" + f)) } catch {}']);
console.log(JSON.stringify({ found, environ: fs.readFileSync('/proc/self/environ').includes('${CANARY}'), child: String(child) }));` },
  { deliver: 'file' });
  const result = await run(['run', '-p', app.profile, '--', 'node', 'main.js']);
  assert.equal(result.code, 0, result.stderr);
  const { found, environ, child } = JSON.parse(result.stdout);
  for (const [name, value] of Object.entries(SECRETS)) {
    assert.deepEqual(found[name], { value, variable: false, sealed: found[name].sealed });
    assert.ok(['EPERM', 'EACCES'].includes(found[name].sealed), found[name].sealed);
  }
  assert.equal(environ, false);
  assert.match(child, /\/dev\/null/);
  assert.ok(!child.includes('memfd'), child);
});

test('deliver = "file" serves a program that is not node', async (t) => {
  const app = place(t, {}, { deliver: 'file', exec: '"@node", "/bin/sh", "/bin/cat"', rest: '' });
  const result = await run(['run', '-p', app.profile, '--set', 'filesystem.read=["@node","@app","/bin","/usr","/lib","/lib64"]', '--', 'sh', '-c',
    'cat "$DB_PASSWORD_FILE"']);
  assert.equal(result.stdout, SECRETS.DB_PASSWORD, result.stderr);
});

// Node.js marks what it inherits close-on-exec up to the first gap beyond 15.
for (const deliver of ['file', 'memory']) {
  test(`deliver = "${deliver}": no child has a descriptor, however many nodeward was started with`, async (t) => {
    const app = place(t, { 'main.js': `const { stdout } = require('child_process').spawnSync('/bin/ls', ['/proc/self/fd']);
console.log(JSON.stringify(String(stdout).trim().split(/\\s+/).map(Number)));` },
    { deliver, exec: '"@node", "/bin/ls"', secrets: 'watch = true\non_change = "ON"'.replace('ON', deliver === 'file' ? 'restart' : 'update') });
    const words = ['run', '-p', app.profile, '--set', 'filesystem.read=["@node","@app","/bin","/usr","/lib","/lib64","/proc"]', '--', process.execPath, 'main.js'];
    const result = await run(['-c', 'for i in $(seq 3 40); do eval "exec $i</dev/null"; done; exec "$0" "$@"', nodeward, ...words], { command: '/bin/bash' });
    assert.deepEqual(JSON.parse(result.stdout), [0, 1, 2, 3], result.stderr);  // 3: the folder that it lists
  });
}

// ---- refusals

test('refused: a command that is not node, with the line that helps', async (t) => {
  const app = place(t, {});
  const result = await run(['run', '-p', app.profile, '--', 'sh', '-c', 'true']);
  assert.equal(result.code, 125);
  assert.match(result.stderr, /sh is another program/);
  assert.match(result.stderr, /deliver = "env", or "file"/);
});

test('refused: a variable that [environment] set gives the name of a secret\'s file', async (t) => {
  const app = place(t, {}, { deliver: 'file', rest: '[environment]\nset = { KEY_FILE = "/etc/key" }\n' });
  await refused(marker(t), ['run', '-p', app.profile], [/"KEY_FILE" is both in the vault and in \[environment\] set/]);
});

test('explain says which way they go', async (t) => {
  for (const [deliver, says] of [['memory', /delivery +full +secrets are in process\.env/], ['file', /delivery +full +each secret is a sealed file/]]) {
    const app = place(t, { 'main.js': '' }, { deliver });
    const { stdout } = await run(['explain', '-p', app.profile, '--', 'node', 'main.js']);
    assert.match(stdout, says);
  }
});
