// Restarts: when, how often, after how long, and with everything in force again.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');

const { run, start, temporary } = require('./support.js');

const fast = ['--set', 'supervise.backoff={ initial = "10ms", max = "40ms" }'];
const policy = (when) => [...fast, '--set', `supervise.restart="${when}"`];
const giveUp = (restarts, within = '1min') =>
  ['--set', `supervise.give_up={ restarts = ${restarts}, within = "${within}" }`];
const names = (ended) => ended.events.map((event) => event.event);
const count = (ended, name) => names(ended).filter((event) => event === name).length;
const script = (text, ...options) => run(['run', ...options, '--', process.execPath, '-e', text]);

describe('when', () => {
  it('never: no second start', async () => {
    const ended = await script('process.exit(3)', ...policy('never'));
    assert.strictEqual(ended.code, 3);
    assert.deepStrictEqual(names(ended), ['start', 'exit']);
  });

  it('on-failure: code 0 ends', async () => {
    const ended = await script('0', ...policy('on-failure'));
    assert.strictEqual(ended.code, 0);
    assert.deepStrictEqual(names(ended), ['start', 'exit']);
  });

  it('on-failure: until it works', async (test) => {
    const folder = temporary(test);
    fs.chmodSync(folder, 0o777);
    const file = path.join(folder, 'count');
    const ended = await script(`const fs = require('fs'); fs.appendFileSync('${file}', 'x');` +
      `process.exit(fs.readFileSync('${file}').length < 3 ? 4 : 0)`, ...policy('on-failure'));
    assert.strictEqual(ended.code, 0, ended.stderr);
    assert.deepStrictEqual(names(ended), ['start', 'exit', 'restart', 'start', 'exit', 'restart', 'start', 'exit']);
    const starts = ended.events.filter((event) => event.event === 'start');
    assert.deepStrictEqual(starts.map((event) => event.restarts), [0, 1, 2]);
    assert.strictEqual(new Set(starts.map((event) => event['process.pid'])).size, 3);
    assert.strictEqual(new Set(ended.events.map((event) => event.start_id)).size, 1);
  });

  it('on-failure: a signal is a failure', async () => {
    const ended = await script("process.kill(process.pid, 'SIGKILL')", ...policy('on-failure'), ...giveUp(1));
    assert.strictEqual(ended.code, 137);
    assert.strictEqual(count(ended, 'start'), 2);
  });

  it('always: code 0 too', async () => {
    const ended = await script('0', ...policy('always'), ...giveUp(2));
    assert.strictEqual(ended.code, 0);
    assert.strictEqual(count(ended, 'start'), 3);
    assert.strictEqual(count(ended, 'restart'), 2);
  });
});

describe('how often', () => {
  it('gives up with the code of the last', async (test) => {
    const folder = temporary(test);
    fs.chmodSync(folder, 0o777);
    const file = path.join(folder, 'count');
    const ended = await script(`const fs = require('fs'); fs.appendFileSync('${file}', 'x');` +
      `process.exit(20 + fs.readFileSync('${file}').length)`, ...policy('on-failure'), ...giveUp(3));
    assert.strictEqual(ended.code, 24);
    assert.strictEqual(count(ended, 'start'), 4);
    const last = ended.events.at(-1);
    assert.strictEqual(last.code, 'NW402');
    assert.strictEqual(last.severity, 'ERROR');
    assert.match(last.message, /gave up/);
  });

  it('the delay grows, with half of it left to chance, to its maximum', async () => {
    const ended = await script('process.exit(3)', ...policy('on-failure'), ...giveUp(4));
    const delays = ended.events.filter((event) => event.event === 'restart').map((event) => event.delay_ms);
    assert.strictEqual(delays.length, 4);
    [10, 20, 40, 40].forEach((full, i) => {
      assert.ok(delays[i] >= full / 2 && delays[i] <= full, `${i}: ${delays[i]} of ${full}`);
    });
  });
});

describe('what no second start mends', () => {
  it("Node's 9 is not tried again", async () => {
    const ended = await run(['run', ...policy('on-failure'), '--', process.execPath, '--no-such-flag']);
    assert.strictEqual(ended.code, 9);
    assert.strictEqual(count(ended, 'start'), 1);
    assert.strictEqual(count(ended, 'restart'), 0);
  });

  it("Node's 13 is not tried again", async (test) => {
    const file = path.join(temporary(test), 'main.mjs');
    fs.writeFileSync(file, 'await new Promise(() => {});\n');
    const ended = await run(['run', ...policy('always'), '--', process.execPath, file]);
    assert.strictEqual(ended.code, 13);
    assert.strictEqual(count(ended, 'start'), 1);
  });

  it('a command that went away between two starts ends with 127', async (test) => {
    const folder = temporary(test);
    const file = path.join(folder, 'once');
    fs.writeFileSync(file, '#!/bin/sh\nread line\nexit 3\n', { mode: 0o755 });
    const app = start(['run', ...policy('on-failure'), '--', file], { stdio: ['pipe', 'pipe', 'pipe'] });
    await app.until((event) => event.event === 'start');
    fs.rmSync(file);
    app.child.stdin.end('\n');
    assert.strictEqual((await app.ended).code, 127);
    assert.match(app.seen.stderr, /could not be started again/);
  });
});

describe('everything is in force again', () => {
  it('violations are seen after a restart, with the new process', async () => {
    const ended = await script("try { require('os').setPriority(5); } catch (error) { console.log(error.info.code); } process.exit(3)",
      ...policy('on-failure'), ...giveUp(2));
    assert.strictEqual(ended.stdout, 'EPERM\n'.repeat(3));
    const pids = (name) => ended.events.filter((event) => event.event === name).map((event) => event['process.pid']);
    assert.strictEqual(pids('start').length, 3);
    assert.deepStrictEqual(pids('violation'), pids('start'));
    const exits = ended.events.filter((event) => event.event === 'exit' && event.violations !== undefined);
    assert.deepStrictEqual(exits.map((event) => event.violations), [1, 1, 1]);
  });

  it('the user, capabilities, no_new_privs and limits too', async () => {
    const ended = await run(['run', ...policy('always'), ...giveUp(1), '--set', 'limits.files=99', '--set', 'limits.pids=50',
      '--', '/bin/cat', '/proc/self/status', '/proc/self/limits', '/proc/self/cgroup']);
    const same = ended.stdout.split('\n').filter((line) => /^(Uid|Gid|Groups|Cap\w+|NoNewPrivs|Seccomp\w*|Sig(Blk|Ign)|Max .*|\d+:pids.*)/.test(line));
    const half = same.length / 2;
    assert.ok(same.includes('NoNewPrivs:\t1'));
    assert.ok(same.some((line) => /^Max open files +99 +99/.test(line)));
    assert.ok(same.some((line) => /^\d+:pids:.*nodeward-/.test(line)) || !fs.existsSync('/sys/fs/cgroup/pids'));
    assert.deepStrictEqual(same.slice(0, half), same.slice(half));
  });
});
