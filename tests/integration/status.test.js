// `nodeward status`: who is answered, with what, and that nothing is left of the socket.
'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { describe, it } = require('node:test');

const { eventually, keeperOf, nodeward, run, settings, start } = require('./support');

let counter = 0;
const fresh = () => `test-${process.pid}-${counter += 1}`;
const named = (name) => ['--set', `supervise.name="${name}"`];
const never = ['--set', 'supervise.restart="never"'];
const socketOf = (name) => `/run/nodeward/${name}.sock`;
const idle = ['--', process.execPath, '-e', "console.log('up'); setInterval(() => {}, 1000)"];
const ask = (...args) => run(['status', ...args]);

// Starts an application, and ends it with the test.
async function up(t, options, command = idle, more = {}) {
  const name = fresh();
  const app = start(['run', ...named(name), ...options, ...command], more);
  t.after(async () => {
    app.child.kill('SIGKILL');
    await app.ended;
  });
  await app.line((line) => line === 'up');
  return { app, name };
}

describe('status', () => {
  it('says how it is: state, process, restarts, limits, violations', async (t) => {
    const code = "try { require('os').setPriority(5); } catch {} console.log('up'); setInterval(() => {}, 1000)";
    const { app, name } = await up(t, [], ['--', process.execPath, '-e', code]);
    const pid = (await app.until(({ event }) => event === 'start'))['process.pid'];
    await app.until(({ event }) => event === 'violation');
    const answer = await ask('--json', name);
    assert.equal(answer.code, 0, answer.stderr);
    const status = JSON.parse(answer.stdout);
    assert.equal(status.name, name);
    assert.equal(status.state, 'running');
    assert.equal(status.ready, true);
    assert.equal(status.health, 'none');
    assert.equal(status.process.pid, pid);
    assert.equal(status.restarts, 0);
    assert.deepEqual(status.exits, []);
    assert.deepEqual(status.violations, { total: 1, by_code: { NW201: 1 } });
    assert.equal(status.supervisor.pid, app.child.pid);
    const text = await ask(name);
    assert.match(text.stdout, new RegExp(`^name +${name}$`, 'm'));
    assert.match(text.stdout, /^state +running, ready$/m);
    assert.match(text.stdout, /^violations +1 \(NW201 1\)$/m);
  });

  it('tells last exits and the wait between two starts', async (t) => {
    const name = fresh();
    const app = start(['run', ...named(name), '--set', 'supervise.backoff={ initial = "1h", max = "1h" }', '--',
      process.execPath, '-e', 'process.exit(3)']);
    t.after(() => app.child.kill('SIGKILL'));
    await app.until(({ event }) => event === 'restart');
    const status = JSON.parse((await ask('--json', name)).stdout);
    assert.equal(status.state, 'restarting');
    assert.equal(status.ready, false);
    assert.equal(status.process, null);
    assert.equal(status.exits.length, 1);
    assert.equal(status.exits[0].code, 3);
    assert.equal((await ask('--healthy', name)).code, 1);
    app.child.kill('SIGTERM');
    await app.ended;
  });

  it('--healthy is an exit code, and quick', async (t) => {
    const { app, name } = await up(t, []);
    const healthy = await ask('--healthy', name);
    assert.deepEqual([healthy.code, healthy.stdout], [0, 'healthy\n']);
    process.kill((await app.until(({ event }) => event === 'start'))['process.pid'], 'SIGSTOP');
    await eventually(() => spawnSync(nodeward, ['status', '--healthy', name]).status === 1, 'paused is not healthy');
  });

  it('needs no name where one runs, and lists them where several do', async (t) => {
    // A user of its own, among whose supervisors no other test's are.
    const folder = settings(t);
    fs.chownSync(folder, 65533, 65533);
    const env = { ...process.env, XDG_RUNTIME_DIR: folder };
    const as = { env, uid: 65533, gid: 65533, cwd: '/' };
    const none = await run(['status'], as);
    assert.equal(none.code, 1);
    assert.match(none.stderr, /no supervisor of this user runs here/);
    const first = await up(t, [], idle, as);
    assert.equal(path.dirname(fs.readdirSync(`${folder}/nodeward`).map((file) => `${folder}/nodeward/${file}`)[0]), `${folder}/nodeward`);
    assert.match((await run(['status'], as)).stdout, new RegExp(`name +${first.name}`));
    const second = await up(t, [], idle, as);
    const several = await run(['status'], as);
    assert.equal(several.code, 1);
    assert.match(several.stderr, new RegExp(`several supervisors run here: ${first.name} and ${second.name}`));
  });

  it('a second one of the same name gets its number behind it', async (t) => {
    const { name } = await up(t, []);
    const second = start(['run', ...named(name), ...idle]);
    t.after(async () => { second.child.kill('SIGKILL'); await second.ended; });
    await second.line((line) => line === 'up');
    assert.ok(fs.existsSync(socketOf(`${name}-${second.child.pid}`)));
    assert.equal(JSON.parse((await ask('--json', name)).stdout).name, name);
  });

  it('a name that would lead elsewhere is refused', async () => {
    for (const name of ['../x', '.x', '-x', 'x'.repeat(49)]) {
      const ended = await run(['run', ...named(name), '--', '/bin/true']);
      assert.equal(ended.code, 125, name);
      assert.match(ended.stderr, /supervise\.name/);
    }
    assert.equal((await ask('../x')).code, 1);
  });
});

describe('the socket', () => {
  it("is root's alone, and goes with the supervisor", async (t) => {
    const { app, name } = await up(t, never);
    const facts = fs.statSync(socketOf(name));
    assert.equal(facts.mode & 0o7777, 0o600);
    assert.equal(facts.uid, 0);
    app.child.kill('SIGTERM');
    await app.ended;
    assert.equal(fs.existsSync(socketOf(name)), false);
  });

  it('goes though the supervisor was killed', async (t) => {
    const { app, name } = await up(t, never);
    app.child.kill('SIGKILL');
    await app.ended;
    await eventually(() => !fs.existsSync(socketOf(name)), 'removed by the keeper');
  });

  it('goes though the keeper was killed', async (t) => {
    const { app, name } = await up(t, never);
    process.kill(keeperOf(app.child.pid), 'SIGKILL');
    await app.ended;
    assert.equal(fs.existsSync(socketOf(name)), false);
  });

  it('one that both left is taken over', async (t) => {
    const { app, name } = await up(t, never);
    const keeper = keeperOf(app.child.pid);
    process.kill(app.child.pid, 'SIGSTOP');
    process.kill(keeper, 'SIGKILL');
    process.kill(app.child.pid, 'SIGKILL');
    await app.ended;
    assert.ok(fs.existsSync(socketOf(name)), 'left behind');
    const again = start(['run', ...named(name), ...idle]);
    t.after(async () => { again.child.kill('SIGKILL'); await again.ended; });
    await again.line((line) => line === 'up');
    assert.equal(JSON.parse((await ask('--json', name)).stdout).supervisor.pid, again.child.pid);
  });

  it('is not there where a launch is refused', async () => {
    const name = fresh();
    const ended = await run(['run', ...named(name), '--', '/etc/passwd']);
    assert.equal(ended.code, 126);
    assert.equal(fs.existsSync(socketOf(name)), false);
  });

  it('answers neither another user nor the application, whatever it may connect to', async (t) => {
    const name = fresh();
    const code = `
      const socket = require('net').connect(process.env.TARGET);
      let got = '';
      socket.on('connect', () => { console.log('connected'); socket.write('json\\n'); });
      socket.on('data', (data) => { got += data; });
      socket.on('error', (error) => { if (error.syscall === 'connect') console.log(error.code); });
      socket.on('close', () => { console.log('answer ' + got.length); });
      setInterval(() => {}, 1000);`;
    // By the default profile it does not come near it.
    const app = start(['run', ...named(name), '--set', `environment.set={ TARGET = "${socketOf(name)}" }`, '--', process.execPath, '-e', code]);
    t.after(() => app.child.kill('SIGKILL'));
    await app.line((line) => line === 'answer 0');
    assert.deepEqual(app.seen.lines, ['EACCES', 'answer 0']);
    await app.until(({ code: number }) => number === 'NW225');
    app.child.kill('SIGKILL');
    await app.ended;

    // With a rule that covers it, and the supervisor's own user: connected, and not answered.
    const folder = settings(t);
    fs.chownSync(folder, 65533, 65533);
    const own = `${folder}/nodeward/${name}.sock`;
    const same = start(['run', ...named(name), '--set', `environment.set={ TARGET = "${own}" }`,
      '--set', `network.connect=["unix:${folder}/*"]`, '--', process.execPath, '-e', code],
    { env: { ...process.env, XDG_RUNTIME_DIR: folder }, uid: 65533, gid: 65533, cwd: '/' });
    t.after(() => same.child.kill('SIGKILL'));
    await same.line((line) => line === 'answer 0');
    assert.deepEqual(same.seen.lines, ['connected', 'answer 0']);
    // The same user from outside is answered: the control.
    const asked = await run(['status', '--json', name], { env: { ...process.env, XDG_RUNTIME_DIR: folder }, uid: 65533, gid: 65533, cwd: '/' });
    assert.equal(JSON.parse(asked.stdout).name, name);
    same.child.kill('SIGKILL');
    await same.ended;
  });

  it('many that ask nothing, or too much, hold up nobody', async (t) => {
    const { name, app } = await up(t, []);
    const sockets = Array.from({ length: 12 }, (_, i) => {
      const socket = net.connect(socketOf(name));
      socket.on('error', () => {});
      if (i % 2 === 1) socket.write('x'.repeat(100000));
      return socket;
    });
    t.after(() => sockets.forEach((socket) => socket.destroy()));
    const answer = await ask('--healthy', name);
    assert.equal(answer.code, 0, `each is shown out after a second: ${answer.stdout}${answer.stderr}`);
    app.child.kill('SIGTERM');
    await app.ended;
  });

  it('where no folder can be written this is said, and the application runs', async () => {
    const ended = await run(['-m', 'sh', '-c', 'mount --make-rprivate / && mount -t tmpfs -o ro tmpfs /run && mount -t tmpfs -o ro tmpfs /dev/shm && exec "$@"', 'sh',
      nodeward, 'run', ...never, '--', '/bin/true'], { command: 'unshare' });
    assert.equal(ended.code, 0, ended.stderr);
    const alert = ended.events.find(({ event }) => event === 'alert');
    assert.match(alert.message, /`nodeward status` cannot ask this supervisor.*\/run\/nodeward: EROFS.*\/dev\/shm\/nodeward-0: EROFS/);
  });

  it('lies in /dev/shm where /run cannot be written', async () => {
    const ended = await run(['-m', 'sh', '-c', `mount --make-rprivate / && mount -t tmpfs -o ro tmpfs /run && mount -t tmpfs tmpfs /dev/shm && {
      "$0" run ${named('shm').join(' ').replace(/"/g, '\\"')} -- sleep 3 & until "$0" status --healthy; do :; done; kill $!; wait $! || :; ls /dev/shm/nodeward-0; }`,
    nodeward], { command: 'unshare' });
    assert.match(ended.stdout, /healthy\n$/, ended.stderr);
  });

  it('a folder that others could write, or that is not its own, is not used', async () => {
    const ended = await run(['-m', 'sh', '-c', `mount --make-rprivate / && mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /dev/shm &&
      mkdir -m 0777 /run/nodeward && mkdir /dev/shm/nodeward-0 && chown 65533 /dev/shm/nodeward-0 && exec "$@"`, 'sh',
    nodeward, 'run', ...never, '--', '/bin/true'], { command: 'unshare' });
    assert.equal(ended.code, 0, ended.stderr);
    const alert = ended.events.find(({ event }) => event === 'alert');
    assert.match(alert.message, /\/run\/nodeward: others may write to it; \/dev\/shm\/nodeward-0: it belongs to user 65533/);
  });
});
