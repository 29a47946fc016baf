// As a user meets it: the example's Dockerfile, built and run by a real Docker engine without any flag for security.
// A dependency of the application steals what such packages steal. Of the docker lane; may take 300 seconds.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { startEngineWithBase } = require('./docker.js');
const { startApplication, stolen } = require('./docker_app.js');
const { parseEvents } = require('./support.js');

test('the example, as an image', async (t) => {
  const engine = await startEngineWithBase(t);
  const { folder, loot, up, stop, ...made } = await startApplication(t, engine, 'Dockerfile.example');
  // The limits of the command that the example tells.
  const told = fs.readFileSync(path.join(folder, 'Dockerfile.example'), 'utf8').match(/docker run (.*) app$/m)[1];
  const limits = told.replace('-p 3000:3000 -e PORT=3000 ', '').split(' ');
  const flags = [...made.flags, ...limits];
  const inside = (entry, ...words) => engine.docker(['run', '--rm', ...flags, '--entrypoint', entry, 'app', ...words]);

  await t.test('control: bare, as the same user, each attack succeeds', async () => {
    const robbed = engine.start(['run', '--name', 'bare', ...flags, '--user', 'node', '--entrypoint', 'node', 'app', 'server.js']);
    await robbed.line((line) => line === 'listening', 30000);
    assert.deepEqual(stolen(robbed.seen.lines.join('\n')), { npmrc: 'ok', shell: 'ok', post: 'ok' });
    assert.equal(loot(), 1);
    await engine.succeed(['rm', '-f', 'bare']);
    await robbed.ended;
  });

  await t.test('with the three lines each is refused, and told', async () => {
    const app = await up('app', ...limits);
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
    const { code, exit } = await stop('stubborn', await up('stubborn', ...limits, '-e', 'STUBBORN=1'));
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
