// `npm start` under nodeward is the node command behind it: no npm, no shell, no second program.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { run, temporary } = require('./support');

const PRINT = `console.log(JSON.stringify({ args: process.argv.slice(2), ppid: process.ppid,
  env: Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(npm_|MODE$)/.test(name))) }));`;

// A package that everybody may read, with its scripts and files. Its folder.
function makePackage(t, scripts, files = {}) {
  const folder = temporary(t);
  fs.chmodSync(folder, 0o755);
  const all = { 'server.js': PRINT, 'package.json': JSON.stringify({ name: 'api', version: '1.2.3', scripts }), ...files };
  for (const [name, text] of Object.entries(all)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text, { mode: 0o755 });
  }
  return folder;
}

const once = ['--set', 'supervise.restart="never"'];
const go = (cwd, ...command) => run(['run', ...once, '--', ...command], { cwd });

for (const command of [['npm', 'start'], ['npm', 'run', 'start'], ['yarn', 'start'], ['pnpm', 'run', 'start']]) {
  test(`${command.join(' ')} runs node, and nothing in between`, async (t) => {
    const folder = makePackage(t, { start: "MODE='a b' node server.js --one" });
    const ended = await go(folder, ...command);
    assert.equal(ended.code, 0, ended.stderr);
    const seen = JSON.parse(ended.stdout);
    assert.deepEqual(seen.args, ['--one']);
    assert.deepEqual(seen.env, {
      MODE: 'a b', npm_lifecycle_event: 'start', npm_package_name: 'api', npm_package_version: '1.2.3',
    });
    assert.deepEqual(ended.events.filter((event) => event.event === 'violation'), []);
    assert.match(ended.events.find((event) => event.event === 'start').message, /node/);
  });
}

test('arguments follow, and the profile has the last word on variables', async (t) => {
  const folder = makePackage(t, { start: 'MODE=script node server.js' });
  const ended = await run(['run', ...once, '--set', 'environment.set={MODE="profile"}', '--',
    'npm', 'start', '--', '--port', '80'], { cwd: folder });
  assert.equal(ended.code, 0, ended.stderr);
  const seen = JSON.parse(ended.stdout);
  assert.deepEqual(seen.args, ['--port', '80']);
  assert.equal(seen.env.MODE, 'profile');
});

test("a package's own command runs by node", async (t) => {
  const folder = makePackage(t, { start: 'serve dist' },
    { 'node_modules/serve/cli.js': `#!/usr/bin/env node\n${PRINT}` });
  fs.mkdirSync(path.join(folder, 'node_modules/.bin'));
  fs.symlinkSync('../serve/cli.js', path.join(folder, 'node_modules/.bin/serve'));
  const ended = await go(folder, 'npm', 'start');
  assert.equal(ended.code, 0, ended.stderr);
  assert.deepEqual(JSON.parse(ended.stdout).args, ['dist']);
});

test('what needs a shell is refused, with the line to write', async (t) => {
  const folder = makePackage(t, { start: 'tsc && node server.js', hooked: 'node server.js', prehooked: 'x' });
  const ended = await go(folder, 'npm', 'start');
  assert.equal(ended.code, 125);
  assert.match(ended.stderr, /needs a shell: it has "&"/);
  assert.match(ended.stderr, /try: nodeward run -- node server\.js/);
  assert.equal(ended.stdout, '');
  assert.match((await go(folder, 'npm', 'run', 'hooked')).stderr, /"prehooked" would run beside it/);
});

test('explain shows the command', async (t) => {
  const folder = makePackage(t, { start: 'node server.js "a b"' });
  const told = await run(['explain', '--', 'npm', 'start'], { cwd: folder });
  assert.match(told.stdout, /^command +full +npm start is node server\.js "a b"$/m);
  assert.match(told.stdout, /`nodeward status server` asks how it is/, 'by the name that run will give it');
  const json = JSON.parse((await run(['explain', '--json', '--', 'npm', 'start'], { cwd: folder })).stdout);
  assert.equal(json.measures[0].measure, 'command');
  const plain = await run(['explain', '--', 'node', 'server.js'], { cwd: folder });
  assert.doesNotMatch(plain.stdout, /^command /m);
});
