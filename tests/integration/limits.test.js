// Limits: that they hold, that reaching one is told, and that nothing of them is left.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');

const { run, start, victim } = require('./support.js');

const options = (...limits) => ['run', '--set', 'supervise.restart="never"', '--set', 'syscalls.allow=["@default", "@process"]',
  ...limits.flatMap((limit) => ['--set', `limits.${limit}`])];
const eat = (kind, amount, ...limits) => run([...options(...limits), '--', victim('eat'), kind, String(amount)]);
const of = (ended, name) => ended.events.filter((event) => event.event === name);
const MiB = 1024 * 1024;

// True when a directory of a cgroup of process `pid` is there.
function hasCgroups(pid, folder = '/sys/fs/cgroup', depth = 6) {
  let entries = [];
  try {
    entries = fs.readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  } catch {
    return false; // gone in the meantime
  }
  return entries.some((entry) => entry.name.startsWith(`nodeward-${pid}-`) ||
    (depth > 0 && hasCgroups(pid, path.join(folder, entry.name), depth - 1)));
}

describe('memory', () => {
  it('beyond the limit: killed, told, explained', async () => {
    const ended = await eat('memory', 200, 'memory="40M"', 'swap="0"');
    assert.strictEqual(ended.code, 137, ended.stderr);
    assert.strictEqual(ended.stdout, '');
    const limits = of(ended, 'limit');
    assert.deepStrictEqual(limits.map((event) => [event.kind, event.code, event.count]), [['memory', 'NW301', 1]]);
    assert.match(limits[0].message, /40M/);
    const [exit] = of(ended, 'exit');
    assert.match(exit.reason, /memory limit/);
    assert.strictEqual(exit.signal, 9);
    assert.ok(exit.memory_peak > 38 * MiB && exit.memory_peak <= 41 * MiB, String(exit.memory_peak));
    assert.strictEqual(hasCgroups(ended.pid), false);
  });

  it('within the limit: nothing is told but the peak', async () => {
    const ended = await eat('memory', 20, 'memory="80M"', 'swap="0"');
    assert.strictEqual(ended.code, 0, ended.stderr);
    assert.strictEqual(ended.stdout, 'eaten\n');
    assert.deepStrictEqual(of(ended, 'limit'), []);
    const [exit] = of(ended, 'exit');
    assert.ok(exit.memory_peak >= 20 * MiB && exit.memory_peak < 40 * MiB, String(exit.memory_peak));
    assert.strictEqual(hasCgroups(ended.pid), false);
  });

  it('the OOM kill of a child is told while the application lives', async () => {
    const app = start([...options('memory="120M"', 'swap="0"'),
      '--set', `filesystem.exec=["@node", "${victim('eat')}"]`, '--', process.execPath, '-e',
      `const { spawn } = require('child_process');
       spawn('${victim('eat')}', ['memory', '300']).on('exit', (code, signal) => console.log(code, signal));
       process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1000);`]);
    const event = await app.until((one) => one.event === 'limit');
    assert.strictEqual(event.kind, 'memory');
    await app.line((line) => line === 'null SIGKILL');
    app.child.kill('SIGTERM');
    assert.strictEqual((await app.ended).code, 0);
    assert.strictEqual(app.seen.events.find((one) => one.event === 'exit').reason, undefined);
  });

  it('somebody\'s SIGKILL under a limit is no OOM kill', async () => {
    const ended = await run([...options('memory="100M"'), '--', process.execPath, '-e', "process.kill(process.pid, 'SIGKILL')"]);
    assert.strictEqual(ended.code, 137);
    assert.deepStrictEqual(of(ended, 'limit'), []);
    assert.match(of(ended, 'exit')[0].reason, /somebody/);
  });

  it('each start counts for itself', async () => {
    const ended = await run([...options('memory="40M"', 'swap="0"'), '--set', 'supervise.restart="on-failure"',
      '--set', 'supervise.backoff={ initial = "1ms", max = "1ms" }', '--set', 'supervise.give_up={ restarts = 1, within = "1min" }',
      '--', victim('eat'), 'memory', '200']);
    assert.strictEqual(ended.code, 137);
    assert.deepStrictEqual(of(ended, 'limit').map((event) => event.count), [1, 1]);
    assert.strictEqual(hasCgroups(ended.pid), false);
  });
});

describe('processes', () => {
  it('beyond the limit: refused, told, counted', async () => {
    const ended = await eat('children', 60, 'pids=20');
    assert.strictEqual(ended.code, 0, ended.stderr);
    assert.strictEqual(ended.stdout, 'refused 41\n'); // itself and 19
    const limits = of(ended, 'limit');
    assert.ok(limits.length > 0);
    assert.deepStrictEqual([...new Set(limits.map((event) => `${event.kind} ${event.code}`))], ['pids NW302']);
    assert.strictEqual(limits.reduce((sum, event) => sum + event.count, 0), 41);
    assert.strictEqual(hasCgroups(ended.pid), false);
  });

  it('within the limit: nothing', async () => {
    const ended = await eat('children', 10, 'pids=20');
    assert.strictEqual(ended.stdout, 'refused 0\n');
    assert.deepStrictEqual(of(ended, 'limit'), []);
  });
});

describe('processor', () => {
  it('throttling is told once, at the end', async () => {
    const ended = await eat('processor', 600, 'cpu=0.2');
    assert.strictEqual(ended.code, 0, ended.stderr);
    const limits = of(ended, 'limit');
    assert.deepStrictEqual(limits.map((event) => [event.kind, event.code]), [['cpu', 'NW303']]);
    assert.ok(limits[0].count >= 2);
    assert.match(limits[0].message, /held it back in \d+ periods, [1-9]\d* ms/);
    assert.strictEqual(ended.events.at(-1).event, 'exit');
    assert.strictEqual(hasCgroups(ended.pid), false);
  });

  it('an idle application is not throttled', async () => {
    const ended = await run([...options('cpu=1.5'), '--', '/bin/true']);
    assert.deepStrictEqual(of(ended, 'limit'), []);
  });
});

describe('of the process', () => {
  it('files, core and stack, soft and hard', async () => {
    const ended = await run([...options('files=123', 'stack="2M"'), '--', '/bin/cat', '/proc/self/limits']);
    const line = (name) => ended.stdout.split('\n').find((one) => one.startsWith(name)).slice(26).trim().split(/ +/).slice(0, 2);
    assert.deepStrictEqual(line('Max open files'), ['123', '123']);
    assert.deepStrictEqual(line('Max core file size'), ['1', '1']);
    assert.deepStrictEqual(line('Max stack size'), [String(2 * MiB), String(2 * MiB)]);
  });

  it('the supervisor and the keeper leave no core either', async () => {
    const app = start([...options(), '--', victim('listen')]);
    await app.line((line) => line === 'ready');
    const { keeperOf } = require('./support.js');
    for (const pid of [app.child.pid, keeperOf(app.child.pid)]) {
      // The soft limit is the one that holds; the hard one is left for the profile to set.
      assert.match(fs.readFileSync(`/proc/${pid}/limits`, 'utf8'), /^Max core file size +1 +/m);
    }
    app.child.kill('SIGTERM');
    await app.ended;
  });

  it('an unprivileged nodeward can still grant what it was given', async () => {
    const result = await run(['run', '--set', 'limits.core="1M"', '--', 'cat', '/proc/self/limits'],
      { uid: 65532, gid: 65532 });
    assert.strictEqual(result.code, 0, result.stderr);
    assert.match(result.stdout, /^Max core file size +1048576 +1048576 /m);
  });
});
