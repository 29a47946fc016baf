// Readiness, and what is said to a service manager: sd_notify, the watchdog, socket activation, a delayed stop, the
// termination message.
'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');

const { eventually, nodeward, run, settings, start, statusOf, victim } = require('./support');

let counter = 0;
const fresh = () => `ready-${process.pid}-${counter += 1}`;
const named = (name) => ['--set', `supervise.name="${name}"`];
const never = ['--set', 'supervise.restart="never"'];
const end = async (app) => { app.child.kill('SIGKILL'); await app.ended; };

// A service manager of the test's own: `line(test)` resolves with a message of nodeward's.
async function manager(t, variables = {}) {
  const socket = path.join(settings(t), 'notify');
  const receiver = start([socket], { command: victim('receive') });
  t.after(() => end(receiver));
  await receiver.line((line) => line === 'ready');
  const { NOTIFY_SOCKET, ...rest } = process.env;
  return { ...receiver, socket, env: { ...rest, NOTIFY_SOCKET: socket, ...variables } };
}

const listen = (port) => `require('http').createServer((request, response) => response.end('x')).listen(${port}, '127.0.0.1', () => console.log('listens'))`;

describe('ready', () => {
  it('when it runs, where nothing says that it listens', async (t) => {
    const { PORT, ...env } = process.env;
    const name = fresh();
    const app = start(['run', ...named(name), ...never, '--', victim('listen')], { env });
    t.after(() => end(app));
    await app.line((line) => line === 'ready');
    assert.equal((await run(['status', '--healthy', name])).code, 0);
    assert.ok(!app.seen.events.some(({ event }) => event === 'ready'), 'the start event has said it');
  });

  it('when it listens, and not before', async (t) => {
    const name = fresh();
    const app = start(['run', ...named(name), ...never, '--set', 'network.listen=[3801]', '--', process.execPath, '-e',
      `process.stdin.once('data', () => ${listen(3801)}); console.log('up')`], { stdio: ['pipe', 'pipe', 'pipe'] });
    t.after(() => end(app));
    await app.line((line) => line === 'up');
    const before = await run(['status', '--healthy', name]);
    assert.deepEqual([before.code, before.stdout], [1, 'running, not ready\n']);
    assert.ok(!app.seen.events.some(({ event }) => event === 'ready'));
    app.child.stdin.write('\n');
    assert.equal((await app.until(({ event }) => event === 'ready')).by, 'listen');
    assert.equal((await run(['status', '--healthy', name])).code, 0);
  });

  it('on a UNIX socket, too, and after each restart again', async (t) => {
    const app = start(['run', '--set', 'supervise.restart="always"', '--set', 'supervise.backoff={ initial = "10ms", max = "10ms" }',
      '--set', 'network.listen=["unix:/tmp/*"]', '--', process.execPath, '-e',
      "const s = `/tmp/${process.pid}.sock`; const n = require('net').createServer().listen(s, () => setTimeout(() => n.close(), 20))"]);
    t.after(() => end(app));
    const first = await app.until(({ event }) => event === 'ready');
    await app.until((event) => event.event === 'ready' && event['process.pid'] !== first['process.pid']);
  });

  it('what it needs must be there', async () => {
    for (const [set, pattern] of [['supervise.ready="health"', /no health check is asked for/],
      ['supervise.ready="soon"', /is none of "exec", "listen", "health" and "notify"/]]) {
      const ended = await run(['run', '--set', set, '--', '/bin/true']);
      assert.equal(ended.code, 125);
      assert.match(ended.stderr, pattern);
    }
  });
});

describe('a service manager', () => {
  it('hears of readiness, status, reload and stop', async (t) => {
    const systemd = await manager(t);
    const app = start(['run', ...never, '--', victim('listen')], { env: systemd.env });
    t.after(() => end(app));
    await systemd.line((line) => /^READY=1; STATUS=process \d+, ready$/.test(line));
    await app.line((line) => line === 'ready');  // it runs for nodeward before it has taken its signals over
    app.child.kill('SIGHUP');
    await systemd.line((line) => /^RELOADING=1; MONOTONIC_USEC=\d+$/.test(line));
    await systemd.line((line) => line === 'READY=1');
    app.child.kill('SIGTERM');
    await systemd.line((line) => line === 'STOPPING=1; STATUS=stopping');
    assert.equal((await app.ended).code, 0);
    assert.ok(!systemd.seen.lines.some((line) => line.includes('MAINPID')));
  });

  it('hears of an abstract socket, too', async (t) => {
    // Such a name has no file: the receiver's is made by its own NUL, which arguments cannot hold. So the other
    // way round: an unreachable one harms nobody.
    const app = await run(['run', ...never, '--', '/bin/true'], { env: { ...process.env, NOTIFY_SOCKET: '@nobody-listens' } });
    assert.equal(app.code, 0, app.stderr);
  });

  it('is not within reach of the application, whatever the profile passes', async (t) => {
    const systemd = await manager(t, { WATCHDOG_USEC: '1000000', LISTEN_FDS: '1', LISTEN_PID: '1' });
    const app = start(['run', ...never, '--set', 'environment.pass=["NOTIFY_SOCKET", "WATCHDOG_*", "LISTEN_*", "*"]', '--',
      victim('notify'), 'READY=1'], { env: systemd.env });
    t.after(() => end(app));
    await app.line((line) => line.startsWith('sent'));
    assert.deepEqual(app.seen.lines.slice(0, 3), ['socket -', 'watchdog - 0', 'listen - 0']);
  });

  it('is told that nodeward lives, in half of the time that it gave', async (t) => {
    const systemd = await manager(t, { WATCHDOG_USEC: '100000' });
    const app = start(['run', ...never, '--', victim('listen')], { env: systemd.env });
    t.after(() => end(app));
    await eventually(() => systemd.seen.lines.filter((line) => line === 'WATCHDOG=1').length >= 5, 'five beats');
  });

  it('is told nothing that was asked of another process', async (t) => {
    const systemd = await manager(t, { WATCHDOG_USEC: '100000', WATCHDOG_PID: '1' });
    const app = start(['run', ...never, '--', victim('listen')], { env: systemd.env });
    t.after(() => end(app));
    await systemd.line((line) => line.startsWith('READY=1'));
    app.child.kill('SIGTERM');
    await systemd.line((line) => line.startsWith('STOPPING=1'));
    assert.ok(!systemd.seen.lines.some((line) => line.startsWith('WATCHDOG')));
  });
});

describe('the application’s own notify socket', () => {
  const asks = ['--set', 'supervise.ready="notify"'];

  it('makes it ready, and what it says goes on, checked', async (t) => {
    const systemd = await manager(t, { WATCHDOG_USEC: '60000000' });
    const app = start(['run', ...never, ...asks, '--', victim('notify'), 'STATUS=warming \u001b[31mup', 'READY=1',
      'EXTEND_TIMEOUT_USEC=5000000\nMAINPID=1\nFDSTORE=1', 'RELOADING=1', 'READY=1', 'WATCHDOG=1', 'EXTEND_TIMEOUT_USEC=99999999999999999'],
    { env: systemd.env });
    t.after(() => end(app));
    assert.equal((await app.until(({ event }) => event === 'ready')).by, 'notify');
    await systemd.line((line) => line === 'EXTEND_TIMEOUT_USEC=3600000000');
    await systemd.line((line) => line === 'EXTEND_TIMEOUT_USEC=5000000');
    await systemd.line((line) => /^STATUS=process \d+, not ready: warming \\x1b\[31mup$/.test(line));
    await systemd.line((line) => /^READY=1; STATUS=process \d+, ready: warming/.test(line));
    await systemd.line((line) => line.startsWith('RELOADING=1; MONOTONIC_USEC='));
    assert.ok(!systemd.seen.lines.some((line) => /MAINPID|FDSTORE/.test(line)));
    const socket = await app.line((line) => /^socket \/run\/nodeward\/.*\.notify$/.test(line));
    await app.line((line) => line === 'watchdog 60000000 1');  // WATCHDOG_PID is its own number
    app.child.kill('SIGTERM');
    await app.ended;
    assert.equal(fs.existsSync(socket.slice('socket '.length)), false, 'nothing is left');
  });

  it('its beats count alone from the first on', async (t) => {
    const systemd = await manager(t, { WATCHDOG_USEC: '200000' });
    const app = start(['run', ...never, ...asks, '--', victim('notify'), 'READY=1', 'WATCHDOG=trigger'], { env: systemd.env });
    t.after(() => end(app));
    await systemd.line((line) => line === 'WATCHDOG=trigger');
    const beats = () => systemd.seen.lines.filter((line) => line === 'WATCHDOG=1').length;
    const before = beats();
    // Many more turns of nodeward's loop than the watchdog's time has.
    for (let i = 0; i < 40; ++i) app.child.kill('SIGHUP');
    await eventually(() => systemd.seen.lines.filter((line) => line.startsWith('RELOADING')).length >= 1, 'reloads');
    app.child.kill('SIGTERM');
    await systemd.line((line) => line.startsWith('STOPPING'));
    assert.equal(beats(), before);
  });

  it('works with processes of its own namespace, by the number inside', async (t) => {
    const app = start(['run', ...never, ...asks, '--set', 'namespaces.pid=true', '--', victim('notify'), 'READY=1'],
      { env: { ...process.env, WATCHDOG_USEC: '60000000' } });
    t.after(() => end(app));
    await app.until(({ event }) => event === 'ready');
    await app.line((line) => line === 'watchdog 60000000 1');
  });

  it('is deaf to everybody else', async (t) => {
    const name = fresh();
    const app = start(['run', ...named(name), ...never, ...asks, '--', victim('notify')]);
    t.after(() => end(app));
    const socket = (await app.line((line) => line.startsWith('socket '))).slice('socket '.length);
    assert.equal(fs.statSync(socket).mode & 0o777, 0o600);
    assert.equal(fs.statSync(socket).uid, (await app.until(({ event }) => event === 'start'))['in_force.uid']);
    const outsider = start(['READY=1'], { command: victim('notify'), env: { NOTIFY_SOCKET: socket } });
    t.after(() => end(outsider));
    await outsider.line((line) => line === 'sent 0');  // root gets through, and is not listened to
    assert.equal(JSON.parse((await run(['status', '--json', name])).stdout).ready, false);
    const stranger = start(['READY=1'], { command: victim('notify'), env: { NOTIFY_SOCKET: socket }, uid: 65533, gid: 65533, cwd: '/' });
    t.after(() => end(stranger));
    await stranger.line((line) => line === 'sent 13');
  });

  it('a flood of messages delays nothing else', async (t) => {
    const name = fresh();
    const app = start(['run', ...named(name), ...never, ...asks, '--', victim('notify'),
      ...Array.from({ length: 2000 }, (_, i) => `STATUS=${i}${'x'.repeat(1000)}`), 'READY=1']);
    t.after(() => end(app));
    await app.line((line) => line.startsWith('sent'));
    assert.equal((await run(['status', '--json', name])).code, 0);
    await app.until(({ event }) => event === 'ready', 30000);
  });
});

describe('socket activation', () => {
  // Without CAP_SYS_PTRACE, as in a container, the application's descriptors cannot be fetched.
  for (const [how, words, port] of [['', [], 3802], [', where none can be fetched', ['setpriv', '--bounding-set=-sys_ptrace'], 3803]]) {
    it(`hands the sockets on, with the application’s own number${how}`, async (t) => {
      const child = start(['-l', `127.0.0.1:${port}`, '--fdname=web', ...words, nodeward, 'run', '--set', 'supervise.restart="always"',
        '--set', `network.listen=[${port}]`, '--', process.execPath, '-e', `const { LISTEN_FDS, LISTEN_PID, LISTEN_FDNAMES } = process.env;
        console.log([LISTEN_FDS, LISTEN_PID === String(process.pid), LISTEN_FDNAMES].join(' '));
        require('http').createServer((request, response) => {
          response.end('by socket 3', () => { if (request.url === '/end') process.exit(1); });
        }).listen({ fd: 3 })`], { command: 'systemd-socket-activate' });
      t.after(() => end(child));
      const ask = (url) => spawnSync('curl', ['-s', `http://127.0.0.1:${port}${url}`], { encoding: 'utf8' }).stdout;
      const body = await eventually(() => ask('/'), 'an answer', 20000);
      assert.equal(body, 'by socket 3');
      await child.line((line) => line === '1 true web');
      assert.equal((await child.until(({ event }) => event === 'ready')).by, 'listen');
      // Once more after a restart: the socket is nodeward's to hand on again.
      ask('/end');
      await child.until(({ event, restarts }) => event === 'start' && restarts === 1);
      assert.equal(await eventually(() => ask('/'), 'an answer after the restart', 20000), 'by socket 3');
    });
  }

  it('refuses what is no socket, and what is somebody else’s', async () => {
    const file = fs.openSync('/etc/passwd', 'r');
    const script = 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" run -- /bin/true 3</etc/passwd';
    const ended = await run(['-c', script, nodeward], { command: 'sh' });
    assert.equal(ended.code, 125);
    assert.match(ended.stderr, /LISTEN_FDS names the descriptor 3, which is no socket/);
    fs.closeSync(file);
    const foreign = await run(['-c', 'LISTEN_PID=1 LISTEN_FDS=1 exec "$0" run -- /bin/true 3</etc/passwd', nodeward], { command: 'sh' });
    assert.equal(foreign.code, 0, foreign.stderr);
  });
});

describe('stop_delay', () => {
  const delayed = (t, time, name) => {
    const app = start(['run', ...named(name), ...never, '--set', `supervise.stop_delay="${time}"`, '--', victim('listen')]);
    t.after(() => end(app));
    return app;
  };

  it('leaves it alone, no longer ready, and then asks', async (t) => {
    const name = fresh();
    const app = delayed(t, '1s', name);
    await app.line((line) => line === 'ready');
    app.child.kill('SIGTERM');
    await eventually(() => spawnSync(nodeward, ['status', '--healthy', name], { encoding: 'utf8' }).stdout === 'stopping, not ready\n', 'stopping');
    assert.deepEqual(app.seen.lines, ['ready'], 'not asked yet');
    await app.line((line) => line === '15');
    assert.equal((await app.ended).code, 0);
    const { uptime_ms: uptime } = app.seen.events.find(({ code }) => code === 'NW401');
    assert.ok(uptime >= 1000, `${uptime} ms`);
  });

  it('a second signal cuts it short', async (t) => {
    const name = fresh();
    const app = delayed(t, '1h', name);
    await app.line((line) => line === 'ready');
    app.child.kill('SIGTERM');
    await eventually(() => /stopping/.test(spawnSync(nodeward, ['status', '--healthy', name], { encoding: 'utf8' }).stdout), 'stopping');
    app.child.kill('SIGTERM');
    assert.equal((await app.ended).code, 0);
    assert.equal(app.seen.lines.at(-1), '15');
  });

  it('its own end ends it', async (t) => {
    const app = delayed(t, '1h', fresh());
    await app.line((line) => line === 'ready');
    const { 'process.pid': pid } = await app.until(({ event }) => event === 'start');
    app.child.kill('SIGTERM');
    process.kill(pid, 'SIGKILL');
    assert.equal((await app.ended).code, 137);
    assert.equal(statusOf(pid), null);
  });
});

describe('the termination message', () => {
  const to = (file) => ['--set', `supervise.termination_message="${file}"`];

  it('has the last exit and the last refusal', async (t) => {
    const file = path.join(settings(t), 'log');
    fs.writeFileSync(file, 'what was there before, and longer than what will be there'.repeat(100));
    const ended = await run(['run', ...never, ...to(file), '--', process.execPath, '-e',
      "try { require('os').setPriority(5); } catch {} process.exit(3)"]);
    assert.equal(ended.code, 3);
    assert.match(fs.readFileSync(file, 'utf8'), /^process \d+ exited with code 3\nlast refusal: node \(\d+\) tried setpriority\(.*\): EPERM\n$/);
  });

  it('has what a launch was refused for, also before there is an application', async (t) => {
    const file = path.join(settings(t), 'log');
    for (const [words, why] of [[['--', 'no-such-program'], /no-such-program/],
      [['--set', 'secrets.vault="/no/such.age"', '--set', 'secrets.identity="/no/such.txt"', '--', '/bin/true'], /\/no\/such/],
      [['--set', 'process.user="nobody-here"', '--', '/bin/true'], /nobody-here/]]) {
      const ended = await run(['run', ...never, ...to(file), ...words]);
      assert.notEqual(ended.code, 0);
      const told = fs.readFileSync(file, 'utf8');
      assert.match(told, why);
      assert.ok(ended.stderr.includes(told), 'as on the standard error');
      fs.unlinkSync(file);
    }
  });

  it('is written nowhere but into a plain file, and this is said', async (t) => {
    const folder = settings(t);
    const kept = path.join(folder, 'kept');
    fs.writeFileSync(kept, 'kept');
    fs.symlinkSync(kept, path.join(folder, 'link'));
    fs.linkSync(kept, path.join(folder, 'second'));
    for (const [file, why] of [['link', /ELOOP/], ['second', /not a plain file/], ['none/log', /ENOENT/]]) {
      const ended = await run(['run', ...never, ...to(path.join(folder, file)), '--', '/bin/true']);
      assert.equal(ended.code, 0);
      assert.match(ended.events.find(({ event }) => event === 'alert').message, why);
    }
    assert.equal(fs.readFileSync(kept, 'utf8'), 'kept');
  });
});

