// Signals: what reaches the application, what ends it, and what it inherits.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');

const { eventually, nodeward, processes, run, start, statusOf, temporary, victim } = require('./support.js');

const never = ['--set', 'supervise.restart="never"'];
const children = ['--set', 'syscalls.allow=["@default", "@process"]'];
const listen = () => start(['run', ...never, '--', victim('listen')]);
const exitOf = (seen) => seen.events.find((event) => event.event === 'exit');
const pidOf = async (app) => (await app.until((event) => event.event === 'start'))['process.pid'];

let names = 0;
const freshName = () => `nwt${process.pid % 100000}-${++names}`;
const named = (name) => processes((status) => status.Name === name && !status.State.startsWith('Z'));

// By number: Node.js has no names for real-time signals.
const forwarded = [3, 10, 12, 14, 16, 20, 26, 27, 28, 29, 30, ...Array.from({ length: 30 }, (_, i) => 34 + i)];
const kept = ['SIGHUP', 'SIGPIPE', 'SIGURG', 'SIGCHLD', 'SIGTTIN', 'SIGTTOU'];

describe('forwarding', () => {
  it('every forwardable signal reaches the application, once', async () => {
    const app = listen();
    await app.line((line) => line === 'ready');
    for (const number of forwarded) {
      process.kill(app.child.pid, number);
      await app.line((line) => line === String(number));
    }
    process.kill(app.child.pid, 'SIGTERM');
    assert.strictEqual((await app.ended).code, 0);
    assert.deepStrictEqual(app.seen.lines, ['ready', ...forwarded.map(String), '15']);
  });

  it('what the kernel tells nodeward about itself, and SIGHUP, stay with nodeward', async () => {
    const app = listen();
    await app.line((line) => line === 'ready');
    for (const name of kept) process.kill(app.child.pid, name);
    process.kill(app.child.pid, 'SIGUSR1');
    await app.line((line) => line === '10');
    process.kill(app.child.pid, 'SIGTERM');
    await app.ended;
    assert.deepStrictEqual(app.seen.lines, ['ready', '10', '15']);
  });

  it('SIGINT is forwarded as itself', async () => {
    const app = start(['run', ...never, '--', process.execPath, '-e',
      "process.on('SIGINT', () => process.exit(7)); setInterval(() => {}, 1000); console.log('ready')"]);
    await app.line((line) => line === 'ready');
    process.kill(app.child.pid, 'SIGINT');
    assert.strictEqual((await app.ended).code, 7);
  });
});

describe('stopping', () => {
  it('SIGTERM becomes stop_signal', async () => {
    const app = start(['run', ...never, '--set', 'supervise.stop_signal="SIGQUIT"', '--', victim('listen'), '3']);
    await app.line((line) => line === 'ready');
    process.kill(app.child.pid, 'SIGTERM');
    assert.strictEqual((await app.ended).code, 0);
    assert.deepStrictEqual(app.seen.lines, ['ready', '3']);
  });

  it('after stop_timeout the whole tree gets SIGKILL', async () => {
    const name = freshName();
    const app = start(['run', ...never, ...children, '--set', 'supervise.stop_timeout="300ms"', '--',
      victim('tree'), name, 'child', 'daemon', 'stopped', 'group']);
    await app.line((line) => line === 'ready');
    assert.strictEqual(named(name).length, 5);
    process.kill(app.child.pid, 'SIGTERM');
    assert.strictEqual((await app.ended).code, 137);
    assert.deepStrictEqual(named(name), []);
    assert.match(exitOf(app.seen).reason, /stop_timeout/);
    assert.ok(exitOf(app.seen).uptime_ms >= 300, 'it had its time');
  });

  it('the tree goes when the main process ends by itself', async () => {
    const name = freshName();
    const ended = await run(['run', ...never, ...children, '--', victim('tree'), name, 'child', 'daemon', 'chain', 'end']);
    assert.strictEqual(ended.code, 0);
    assert.deepStrictEqual(named(name), []);
  });

  for (const [first, second] of [['SIGTERM', 'SIGTERM'], ['SIGTERM', 'SIGINT'], ['SIGINT', 'SIGTERM'], ['SIGINT', 'SIGINT']]) {
    it(`${second} after ${first} hurries`, async () => {
      const app = start(['run', ...never, '--set', 'supervise.stop_timeout="1h"', '--', process.execPath, '-e',
        `process.on('${first}', () => console.log('asked')); setInterval(() => {}, 1000); console.log('ready')`]);
      await app.line((line) => line === 'ready');
      process.kill(app.child.pid, first);
      await app.line((line) => line === 'asked');
      process.kill(app.child.pid, second);
      assert.strictEqual((await app.ended).code, 137);
    });
  }

  it('between two starts it ends at once, with the last code', async () => {
    const app = start(['run', '--set', 'supervise.restart="always"', '--set', 'supervise.backoff.initial="1h"',
      '--set', 'supervise.backoff.max="1h"', '--', process.execPath, '-e', 'process.exit(3)']);
    await app.until((event) => event.event === 'restart');
    process.kill(app.child.pid, 'SIGTERM');
    assert.strictEqual((await app.ended).code, 3);
    assert.strictEqual(app.seen.events.filter((event) => event.event === 'start').length, 1);
  });

  it('no restart follows a stop that was asked for', async () => {
    const app = start(['run', '--set', 'supervise.restart="always"', '--', victim('listen')]);
    await app.line((line) => line === 'ready');
    process.kill(app.child.pid, 'SIGTERM');
    assert.strictEqual((await app.ended).code, 0);
    assert.ok(!app.seen.events.some((event) => event.event === 'restart'));
  });

  it('a stopped application can be ended', async () => {
    const app = start(['run', ...never, '--set', 'supervise.stop_timeout="1h"', '--', process.execPath, '-e',
      "process.on('SIGTERM', () => process.exit(4)); setInterval(() => {}, 1000); console.log('ready')"]);
    await app.line((line) => line === 'ready');
    const pid = await pidOf(app);
    process.kill(pid, 'SIGSTOP');
    await eventually(() => statusOf(pid)?.State.startsWith('T'), 'stopped');
    process.kill(app.child.pid, 'SIGTERM');
    assert.strictEqual((await app.ended).code, 4);
  });
});

describe('SIGHUP', () => {
  // An application that makes a violation for each line of its input.
  const violate = "const os = require('os'); process.stdin.on('data', () => { try { os.setPriority(5); } catch {} });" +
    "console.log('ready')";

  it('reopens files: after rename and SIGHUP later events go to the new one', async (test) => {
    const folder = temporary(test);
    const file = path.join(folder, 'events.log');
    const old = path.join(folder, 'events.log.1');
    const read = (name) => (fs.existsSync(name) ? fs.readFileSync(name, 'utf8') : '');
    const app = start(['run', ...never, '--set', `events.to=["file:${file}"]`, '--', process.execPath, '-e', violate],
      { stdio: ['pipe', 'pipe', 'pipe'] });
    await app.line((line) => line === 'ready');
    await eventually(() => read(file).includes('"event":"start"'), 'start event in the file');
    fs.renameSync(file, old);
    app.child.stdin.write('x');
    await eventually(() => read(old).includes('"event":"violation"'), 'still the old file');
    process.kill(app.child.pid, 'SIGHUP');
    await eventually(() => fs.existsSync(file), 'the new file');
    const kept = read(old);
    app.child.stdin.end();
    assert.strictEqual((await app.ended).code, 0, 'the application never saw SIGHUP');
    assert.match(read(file), /"event":"exit"/);
    assert.strictEqual(read(old), kept, 'nothing more in the old one');
    const numbers = (old + '\n' + file).split('\n').flatMap((name) => read(name).trim().split('\n'))
      .map((line) => JSON.parse(line).seq);
    assert.deepStrictEqual(numbers, numbers.map((_, i) => i + 1), 'no event lost between them');
  });
});

describe('what the application inherits', () => {
  const empty = '0000000000000000';
  const inherited = async (prefix) => {
    const ended = await run([...prefix.slice(1), nodeward, 'run', ...never, '--', '/bin/cat', '/proc/self/status'],
      { command: prefix[0] });
    assert.strictEqual(ended.code, 0, ended.stderr);
    return Object.fromEntries(ended.stdout.trim().split('\n').map((line) => line.split(/:\s*/)));
  };
  const clean = (status) => assert.deepStrictEqual([status.SigIgn, status.SigBlk, status.SigCgt], [empty, empty, empty]);

  it('default dispositions, though the parent ignored', async () => {
    clean(await inherited(['sh', '-c', 'trap "" HUP INT QUIT PIPE TERM USR1 TSTP TTIN TTOU; exec "$@"', 'sh']));
  });
  it('an empty mask, though the parent blocked', async () => {
    clean(await inherited(['env', '--block-signal=INT,TERM,CHLD,USR2,34']));
  });

  for (const name of ['INT', 'TERM', 'CHLD', 'CONT', 'HUP', 'PIPE']) {
    it(`nodeward works though its parent ignored SIG${name}`, async () => {
      const ended = await run([`--ignore-signal=${name}`, nodeward, 'run', ...never, '--', process.execPath, '-e', 'process.exit(7)'],
        { command: 'env' });
      assert.strictEqual(ended.code, 7, ended.stderr);
      assert.strictEqual(exitOf(ended)['process.exit.code'], 7);
    });
  }

  it('a signal that the parent ignored is forwarded all the same', async () => {
    const { spawn } = require('node:child_process');
    const child = spawn('env', ['--ignore-signal=TERM,USR1', nodeward, 'run', ...never, '--', victim('listen')],
      { stdio: ['ignore', 'pipe', 'ignore'] });
    let out = '';
    child.stdout.on('data', (data) => { out += data; });
    const ended = new Promise((resolve) => child.on('close', resolve));
    await eventually(() => out.includes('ready'), 'ready');
    process.kill(child.pid, 'SIGUSR1');
    await eventually(() => out.includes('10\n'), 'SIGUSR1');
    process.kill(child.pid, 'SIGTERM');
    assert.strictEqual(await ended, 0);
  });
});
