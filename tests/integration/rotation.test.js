// A vault that changes while the application runs: the new set is checked as a whole, and then the application is started
// again, is signalled, or finds the new values in process.env. A set that cannot be used, or that others could have written,
// changes nothing and is told.
'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { nodeward, run, settings, start } = require('./support.js');
const { application, keygen, profileFor, seal } = require('./vaults.js');

const CANARY = 'canary-44f0b8';
const toml = (values) => Object.entries(values).map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`).join('');

// A profile whose vault holds `values`, and an application of `files`. replace(values) puts another vault in its place, as
// every tool does: by rename.
function place(t, values, files, { onChange = 'restart', deliver = 'env', secrets = '', restart = 'never', link } = {}) {
  const folder = settings(t);
  const keys = settings(t);  // a folder that is watched for the identity's sake would hide much
  const { recipient } = keygen(keys);
  const vault = path.join(folder, 'app.vault.age');
  seal(vault, recipient, toml(values));
  const app = application(t, files);
  const profile = path.join(folder, 'app.toml');
  fs.writeFileSync(profile, profileFor(app, { deliver, vault: link, identity: path.join(keys, 'identity.txt'),
    secrets: `watch = true\non_change = "${onChange}"\n${secrets}`,
    rest: `[supervise]
restart = "${restart}"
backoff = { initial = "1ms", max = "300ms" }
give_up = { restarts = 1000, within = "1s" }
` }));
  const replace = (fresh) => {
    seal(`${vault}.new`, recipient, toml(fresh));
    fs.renameSync(`${vault}.new`, vault);
  };
  return { app, folder, vault, profile, recipient, replace };
}

// Starts node with main.js; the process goes with the test.
function started(t, { profile }) {
  const app = start(['run', '-p', profile, '--', process.execPath, 'main.js']);
  t.after(async () => {
    app.child.kill('SIGTERM');
    await app.ended;
    assert.ok(!app.seen.stderr.includes(CANARY), app.seen.stderr);
  });
  return app;
}

const withCode = (code) => (event) => event.code === code;
const TELL = 'const tell = (what) => console.log(JSON.stringify(what));\n';
const lineOf = (what) => (line) => line === JSON.stringify(what);
const WAITS = 'setInterval(() => {}, 1000);\n';

test('restart: the old process is gone before the new one, with the new values, starts', async (t) => {
  const made = place(t, { TOKEN: `${CANARY} 1` }, { 'main.js': `${TELL}
require('http').createServer().listen(Number(process.env.PORT ?? 24817), '127.0.0.1', () => tell(process.env.TOKEN));` });
  const app = started(t, made);
  await app.line(lineOf(`${CANARY} 1`));
  const first = app.seen.events.find(({ event }) => event === 'start')['process.pid'];
  made.replace({ TOKEN: `${CANARY} 2`, MORE: 'x' });
  const told = await app.until(withCode('NW121'));
  assert.deepEqual([told['secrets.changed'], told['secrets.added'], told['secrets.removed']], [['TOKEN'], ['MORE'], undefined]);
  await app.line(lineOf(`${CANARY} 2`));
  assert.ok(!fs.existsSync(`/proc/${first}`));
  assert.deepEqual(app.seen.events.map(({ event }) => event).filter((name) => name !== 'ready'), ['start', 'alert', 'exit', 'restart', 'start']);
});

test('update: process.env has the new values, in workers and the cluster too, and the application is told', async (t) => {
  const made = place(t, { TOKEN: `${CANARY} 1`, OLD: 'old', OWN: 'vault' }, { 'main.js': `${TELL}
const cluster = require('cluster');
const { Worker } = require('worker_threads');
const who = cluster.isPrimary ? 'main' : 'cluster';
const say = (who, changed) => tell([who, changed, process.env.TOKEN, process.env.OLD ?? null, process.env.NEW ?? null, process.env.OWN]);
process.env.OWN = 'its own';
process.on('nodeward:secrets', ({ changed }) => say(who, changed));
if (cluster.isPrimary) {
  const worker = new Worker('./worker.js');
  worker.on('online', () => cluster.fork().on('online', () => {}));
  worker.on('message', (what) => tell(what));
  setInterval(() => {}, 1000);
} else {
  process.on('disconnect', () => process.exit());
  setInterval(() => {}, 1000);
  say(who, null);
}`,
    'worker.js': `const { parentPort } = require('worker_threads');
process.on('nodeward:secrets', ({ changed }) => parentPort.postMessage(['worker', changed, process.env.TOKEN]));
setInterval(() => {}, 1000);` }, { deliver: 'memory', onChange: 'update' });
  const app = started(t, made);
  await app.line(lineOf(['cluster', null, `${CANARY} 1`, 'old', null, 'its own']));
  made.replace({ TOKEN: `${CANARY} 2`, NEW: 'new', OWN: 'vault 2' });
  const changed = ['OLD', 'OWN', 'TOKEN', 'NEW'];
  const hasAll = (name, rest) => app.line((line) => {
    const [who, names, ...values] = JSON.parse(line);
    return who === name && names !== null && assert.deepEqual([names.sort(), values], [[...changed].sort(), rest]) === undefined;
  });
  await hasAll('main', [`${CANARY} 2`, null, 'new', 'its own']);
  await hasAll('worker', [`${CANARY} 2`]);
  await hasAll('cluster', [`${CANARY} 2`, null, 'new', 'its own']);
  assert.deepEqual(app.seen.events.filter(({ event }) => ['restart', 'exit', 'violation'].includes(event)), []);
});

test('update: values larger than any socket holds arrive whole, twice', async (t) => {
  const made = place(t, { LARGE: 'a' }, { 'main.js': `${TELL}
process.on('nodeward:secrets', () => tell([process.env.LARGE.length, new Set(process.env.LARGE).size, process.env.LAST]));
tell('up');${WAITS}` }, { deliver: 'memory', onChange: 'update' });
  const app = started(t, made);
  await app.line(lineOf('up'));
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`FILL_${i}`, 'f'.repeat(100000)]));
  for (const size of [100001, 100002]) {
    made.replace({ LARGE: 'x'.repeat(size), ...many, LAST: String(size) });
    await app.line(lineOf([size, 1, String(size)]), 20000);
  }
});

test('signal: the application gets it, with the new values already there', async (t) => {
  const made = place(t, { TOKEN: `${CANARY} 1` }, { 'main.js': `${TELL}
process.on('nodeward:secrets', () => tell('updated'));
process.on('SIGUSR2', () => tell('signalled'));
tell('up');${WAITS}` }, { deliver: 'memory', onChange: 'signal:SIGUSR2' });
  const app = started(t, made);
  await app.line(lineOf('up'));
  made.replace({ TOKEN: `${CANARY} 2` });
  await app.line(lineOf('signalled'));
  await app.line(lineOf('updated'));
});

test('a set that cannot be used is told, once, and the next good one is taken', async (t) => {
  const made = place(t, { TOKEN: `${CANARY} 1` }, { 'main.js': `${TELL}
process.on('nodeward:secrets', () => tell(process.env.TOKEN));
tell('up');${WAITS}` }, { deliver: 'memory', onChange: 'update', secrets: 'require = ["TOKEN"]' });
  const app = started(t, made);
  await app.line(lineOf('up'));
  const kept = async (pattern) => {
    const event = await app.until(({ code, message }) => code === 'NW122' && pattern.test(message));
    assert.match(event.message, /the application keeps what it has/);
  };
  fs.writeFileSync(made.vault, 'no vault');
  await kept(/not an age file/);
  made.replace({ OTHER: 'x' });
  await kept(/required secrets are missing: TOKEN/);
  fs.rmSync(made.vault);
  await kept(/app\.vault\.age: /);
  made.replace({ TOKEN: `${CANARY} 2` });
  await app.line(lineOf(`${CANARY} 2`));
  await app.until(withCode('NW121'));
  assert.equal(app.seen.events.filter(withCode('NW121')).length, 1);
  assert.deepEqual(app.seen.events.filter(({ event }) => event === 'exit'), []);
});

test('a vault that others may write is not believed', async (t) => {
  const made = place(t, { TOKEN: `${CANARY} 1` }, { 'main.js': `${TELL}tell('up');${WAITS}` });
  const app = started(t, made);
  await app.line(lineOf('up'));
  fs.chmodSync(made.vault, 0o666);
  assert.match((await app.until(withCode('NW122'))).message, /it is not believed: others may write to .*app\.vault\.age/);
  fs.chmodSync(made.vault, 0o644);
  fs.chmodSync(made.folder, 0o777);
  made.replace({ TOKEN: `${CANARY} 2` });
  await app.until(({ code, message }) => code === 'NW122' && /others may write to \/run\/nodeward-test-\w+$/m.test(message));
  fs.chmodSync(made.folder, 0o755);
  fs.chownSync(made.vault, 61237, 0);
  await app.until(({ code, message }) => code === 'NW122' && /user 61237 owns/.test(message));
  fs.chownSync(made.vault, 0, 0);
  await app.until(withCode('NW121'));
});

test('Kubernetes replaces the folder that a link leads to', async (t) => {
  const made = place(t, { TOKEN: `${CANARY} 1` }, { 'main.js': `${TELL}
process.on('nodeward:secrets', () => tell(process.env.TOKEN));
tell('up');${WAITS}` }, { deliver: 'memory', onChange: 'update' });
  const version = (number, values) => {
    const folder = path.join(made.folder, `..${number}`);
    fs.mkdirSync(folder);
    seal(path.join(folder, 'app.vault.age'), made.recipient, toml(values));
    fs.symlinkSync(`..${number}`, path.join(made.folder, '..data_tmp'));
    fs.renameSync(path.join(made.folder, '..data_tmp'), path.join(made.folder, '..data'));
  };
  version(1, { TOKEN: `${CANARY} 1` });
  fs.rmSync(made.vault);
  fs.symlinkSync('..data/app.vault.age', made.vault);
  const app = started(t, made);
  await app.line(lineOf('up'));
  for (const number of [2, 3]) {
    version(number, { TOKEN: `${CANARY} ${number}` });
    fs.rmSync(path.join(made.folder, `..${number - 1}`), { recursive: true });
    await app.line(lineOf(`${CANARY} ${number}`));
  }
});

test('a link on the way that leads elsewhere, and a folder that was away', async (t) => {
  const made = place(t, { TOKEN: `${CANARY} 0` }, { 'main.js': `${TELL}
process.on('nodeward:secrets', () => tell(process.env.TOKEN));
tell('up');${WAITS}` }, { deliver: 'memory', onChange: 'update', link: 'shop/current/v.age' });
  const version = (name) => path.join(made.folder, 'shop/releases', name);
  const release = (name, value) => {
    fs.mkdirSync(version(name), { recursive: true });
    seal(path.join(version(name), 'v.age'), made.recipient, toml({ TOKEN: value }));
  };
  const lead = (name) => {
    fs.symlinkSync(`releases/${name}`, path.join(made.folder, 'shop/next'));
    fs.renameSync(path.join(made.folder, 'shop/next'), path.join(made.folder, 'shop/current'));
  };
  release('1', `${CANARY} 1`);
  lead('1');
  const app = started(t, made);
  await app.line(lineOf('up'));
  release('2', `${CANARY} 2`);
  lead('2');
  await app.line(lineOf(`${CANARY} 2`));
  fs.rmSync(version('2'), { recursive: true });
  await app.until(withCode('NW122'));
  release('2', `${CANARY} 3`);
  await app.line(lineOf(`${CANARY} 3`));
});

test('what watch does not believe, a restart does not take either; it waits, and takes the next good one', async (t) => {
  const made = place(t, { TOKEN: `${CANARY} 1` }, { 'main.js': `${TELL}
tell(process.env.TOKEN);
require('fs').watch('.', () => process.exit(3));${WAITS}` }, { restart: 'always' });
  const app = started(t, made);
  await app.line(lineOf(`${CANARY} 1`));
  fs.chmodSync(made.folder, 0o777);
  made.replace({ TOKEN: `${CANARY} evil` });
  await app.until(withCode('NW122'));
  fs.writeFileSync(path.join(made.app, 'end'), '');
  await app.until(({ code, message }) => code === 'NW122' && /is not started before the vault can be used: .*not believed/.test(message));
  made.replace({ TOKEN: `${CANARY} 2` });
  fs.chmodSync(made.folder, 0o755);
  await app.line(lineOf(`${CANARY} 2`));
  assert.ok(!app.seen.lines.includes(JSON.stringify(`${CANARY} evil`)));
});

test('a bad vault and a crash do not end the service', async (t) => {
  const made = place(t, { TOKEN: `${CANARY} 1` }, { 'main.js': `${TELL}
tell(process.env.TOKEN);
require('fs').watch('.', () => process.exit(3));${WAITS}` }, { restart: 'always', deliver: 'memory', onChange: 'update' });
  const app = started(t, made);
  await app.line(lineOf(`${CANARY} 1`));
  fs.writeFileSync(made.vault, 'garbage');
  await app.until(withCode('NW122'));
  fs.writeFileSync(path.join(made.app, 'end'), '');
  await app.until(({ code, message }) => code === 'NW122' && /is not started before .*not an age file/.test(message));
  made.replace({ TOKEN: `${CANARY} 2` });
  await app.line(lineOf(`${CANARY} 2`));
  assert.equal(app.child.exitCode, null);
});

test('what is odd about a new value is told', async (t) => {
  const made = place(t, { TOKEN: `${CANARY} 1` }, { 'main.js': `${TELL}tell('up');${WAITS}` }, { deliver: 'memory', onChange: 'update' });
  const app = started(t, made);
  await app.line(lineOf('up'));
  made.replace({ TOKEN: `${CANARY} 2\n` });
  await app.until(({ message }) => /"TOKEN" ends in a newline/.test(message));
});

test('an environment that was saved before an update gives children no old value', async (t) => {
  const made = place(t, { TOKEN: `${CANARY} 1` }, { 'main.js': `${TELL}
const saved = { ...process.env };
const child = () => String(require('child_process').execFileSync(process.execPath, ['-p', 'process.env.TOKEN'], { env: saved })).trim();
process.on('nodeward:secrets', () => tell(child()));
tell(child());${WAITS}` }, { deliver: 'memory', onChange: 'update' });
  const app = started(t, made);
  await app.line(lineOf('undefined'));
  made.replace({ TOKEN: `${CANARY} 2` });
  await app.line(() => app.seen.lines.length === 2);
  assert.deepEqual(app.seen.lines, ['"undefined"', '"undefined"']);
});

test('a worker that starts while the secrets change has the new ones', async (t) => {
  const made = place(t, { TOKEN: `${CANARY} 1` }, { 'main.js': `${TELL}
const fs = require('fs');
const { Worker } = require('worker_threads');
tell('up');
fs.watch('.', () => {
  while (!fs.existsSync('changed')) {}  // busy: a frame waits, and the worker is made from the old environment
  new Worker('./worker.js').on('message', (what) => tell(what));
}).unref();${WAITS}`,
    'worker.js': `const { parentPort } = require('worker_threads');
const look = setInterval(() => { if (process.env.TOKEN.endsWith(' 2')) { clearInterval(look); parentPort.postMessage('new'); } }, 10);` },
  { deliver: 'memory', onChange: 'update' });
  const app = started(t, made);
  await app.line(lineOf('up'));
  fs.writeFileSync(path.join(made.app, 'begin'), '');
  made.replace({ TOKEN: `${CANARY} 2` });
  await app.until(withCode('NW121'));
  fs.writeFileSync(path.join(made.app, 'changed'), '');
  await app.line(lineOf('new'));
});

test('nodeward vault set is noticed, and a vault that is written anew with the same values is not', async (t) => {
  const made = place(t, { TOKEN: `${CANARY} 1` }, { 'main.js': `${TELL}
process.on('nodeward:secrets', ({ changed }) => tell([changed, process.env.TOKEN, process.env.MORE]));
tell('up');${WAITS}` }, { deliver: 'memory', onChange: 'update' });
  const app = started(t, made);
  await app.line(lineOf('up'));
  made.replace({ TOKEN: `${CANARY} 1` });
  execFileSync(nodeward, ['vault', 'set', 'MORE', '-p', made.profile], { input: 'more' });
  await app.line(lineOf([['MORE'], `${CANARY} 1`, 'more']));
  await app.until(withCode('NW121'));
  assert.equal(app.seen.events.filter(withCode('NW121')).length, 1);
});

test('refused: update without memory, and watch with a passphrase', async (t) => {
  const made = place(t, {}, { 'main.js': '' });
  const refuses = async (settings, pattern) => {
    const { code, stderr } = await run(['run', '-p', made.profile, ...settings.flatMap((value) => ['--set', value]), '--', process.execPath, 'main.js']);
    assert.equal(code, 125);
    assert.match(stderr, pattern);
  };
  await refuses(['secrets.on_change=update'], /only secrets that are delivered in memory can be updated there/);
  await refuses(['secrets.on_change=later'], /"later" is none of restart, update and signal:NAME/);
  fs.writeFileSync(made.profile, fs.readFileSync(made.profile, 'utf8').replace(/^identity.*$/m, ''));
  await refuses([], /a passphrase is asked for once/);
});
