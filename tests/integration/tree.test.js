// Nothing outlives its supervisor: whoever of nodeward's processes is killed, the application's tree,
// double-forked descendants in sessions of their own included, is gone within a second.
// It needs the machine for itself: "within a second" is measured.
'use strict';

const assert = require('node:assert');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');

const { eventually, keeperOf, nodeward, processes, run, start, statusOf, temporary, victim } = require('./support.js');

const kinds = ['child', 'daemon', 'stopped', 'group', 'chain', 'hops'];
const lasting = kinds.length - 1; // the main process and those of `kinds` that are no chain
const options = ['--set', 'supervise.restart="never"', '--set', 'syscalls.allow=["@default", "@process"]'];
const limits = ['--set', 'limits.memory="256M"', '--set', 'limits.pids=200'];

let names = 0;
const freshName = () => `nwt${process.pid % 100000}-${++names}`;
const named = (name) => processes((status) => status.Name === name && !status.State.startsWith('Z'));

// The directories of cgroups that nodeward made as process `pid`.
function cgroupsOf(pid) {
  const found = [];
  const walk = (folder, depth) => {
    let entries;
    try {
      entries = fs.readdirSync(folder, { withFileTypes: true });
    } catch {
      return; // gone in the meantime
    }
    for (const entry of entries.filter((one) => one.isDirectory())) {
      if (entry.name.startsWith(`nodeward-${pid}-`)) found.push(path.join(folder, entry.name));
      if (depth > 0) walk(path.join(folder, entry.name), depth - 1);
    }
  };
  walk('/sys/fs/cgroup', 6);
  return found;
}

const goneInTime = (name) => eventually(() => named(name).length === 0, `the end of ${name}`, 1000);

// The keeper ends after the last of the tree; who reaps it then is another matter. It is also the proof
// that no chain of forks slipped through the look at /proc.
const keeperGone = (keeper) =>
  eventually(() => !/^[^Z]/.test(statusOf(keeper)?.State ?? 'Z'), 'the keeper\'s end', 1000);

// A tree under nodeward behind `prefix`. {child, name, supervisor (seen from here)}
async function grow(prefix, more, nsenter = false) {
  const name = freshName();
  const command = [...prefix, nodeward, 'run', ...options, ...more, '--', victim('tree'), name, ...kinds];
  const child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
  const tree = { child, name, out: '', err: '' };
  tree.ended = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })));
  child.stdout.on('data', (data) => { tree.out += data; });
  child.stderr.on('data', (data) => { tree.err += data; });
  await eventually(() => tree.out.includes('ready'), 'the tree').catch((error) => {
    child.kill('SIGKILL');
    throw new Error(error.message + tree.err);
  });
  assert.ok(named(name).length >= lasting, `the whole tree is there: ${named(name).length}`);
  tree.supervisor = child.pid;
  if (nsenter) tree.supervisor = Number(processes((status) => status.PPid === String(child.pid))[0].Pid);
  return tree;
}

describe('the supervisor is killed with SIGKILL', () => {
  it('plain', async () => {
    const tree = await grow([], []);
    const keeper = keeperOf(tree.supervisor);
    process.kill(tree.supervisor, 'SIGKILL');
    await goneInTime(tree.name);
    await keeperGone(keeper);
  });

  it('under limits; the next start removes the cgroups that it left', async () => {
    const tree = await grow([], limits);
    assert.notDeepStrictEqual(cgroupsOf(tree.supervisor), []);
    const keeper = keeperOf(tree.supervisor);
    process.kill(tree.supervisor, 'SIGKILL');
    await goneInTime(tree.name);
    await keeperGone(keeper);
    const next = await run(['run', ...options, ...limits, '--', '/bin/true']);
    assert.strictEqual(next.code, 0, next.stderr);
    assert.deepStrictEqual(cgroupsOf(tree.supervisor), []);
    assert.deepStrictEqual(cgroupsOf(next.pid), []);
  });

  it('with its whole process group, as `timeout -s KILL` does', async () => {
    const tree = await grow(['setsid'], []);
    const keeper = keeperOf(tree.supervisor);
    process.kill(-tree.supervisor, 'SIGKILL');
    await goneInTime(tree.name);
    await keeperGone(keeper);
  });

  it('as PID 1', async () => {
    const tree = await grow(['unshare', '-pf', '--mount-proc', '--kill-child'], [], true);
    process.kill(tree.supervisor, 'SIGKILL');
    await goneInTime(tree.name);
    await tree.ended;
  });
});

describe('the keeper is killed with SIGKILL', () => {
  for (const [where, more] of [['plain', []], ['under limits', limits]]) {
    it(`${where}: the supervisor ends the tree, says NW403, and ends with 125`, async () => {
      const tree = await grow([], more);
      process.kill(keeperOf(tree.supervisor), 'SIGKILL');
      assert.deepStrictEqual(await tree.ended, { code: 125, signal: null });
      assert.deepStrictEqual(named(tree.name), []);
      assert.match(tree.err, /"code":"NW403"/);
      assert.match(tree.err, /keeper/);
      assert.deepStrictEqual(cgroupsOf(tree.supervisor), []);
    });
  }
});

describe('the application', () => {
  it('its orphans are reaped while it runs', async () => {
    const name = freshName();
    const app = start(['run', ...options, '--', victim('tree'), name, 'orphans']);
    await app.line((line) => line === 'ready');
    const keeper = String(keeperOf(app.child.pid));
    await eventually(() => processes((status) => status.PPid === keeper).length === 1, 'the main process alone');
    process.kill(app.child.pid, 'SIGKILL');
    await goneInTime(name);
  });

  it('a killed main process takes its tree along', async () => {
    const tree = await grow([], []);
    const main = processes((status) => status.PPid === String(keeperOf(tree.supervisor)) && status.Name === tree.name)
      .map((status) => Number(status.Pid)).sort((a, b) => a - b)[0];
    process.kill(main, 'SIGKILL');
    assert.deepStrictEqual(await tree.ended, { code: 137, signal: null });
    assert.deepStrictEqual(named(tree.name), []);
  });
});

describe('beside each other', () => {
  it('the end of one instance leaves the other alone', async () => {
    const [first, second] = await Promise.all([grow([], limits), grow([], limits)]);
    process.kill(first.supervisor, 'SIGKILL');
    await goneInTime(first.name);
    const third = await run(['run', ...options, ...limits, '--', '/bin/true']);
    assert.strictEqual(third.code, 0, third.stderr);
    assert.ok(named(second.name).length >= lasting, 'the second lives');
    assert.notDeepStrictEqual(cgroupsOf(second.supervisor), [], 'and has its cgroups');
    process.kill(keeperOf(second.supervisor), 'SIGKILL');
    assert.strictEqual((await second.ended).code, 125);
    assert.deepStrictEqual([...cgroupsOf(first.supervisor), ...cgroupsOf(second.supervisor)], []);
  });

  it('twenty at once, each with its own code', async () => {
    const codes = Array.from({ length: 20 }, (_, i) => i + 1);
    const ended = await Promise.all(codes.map((code) => run(['run', ...options, ...limits, '--', '/bin/sh', '-c', `exit ${code}`])));
    const wrong = ended.filter((one, i) => one.code !== codes[i]);
    assert.deepStrictEqual(wrong, [], wrong.map((one) => one.stderr).join(''));
    assert.deepStrictEqual(ended.flatMap((one) => cgroupsOf(one.pid)), []);
  });
});

describe('nothing is left', () => {
  it('no process, no cgroup, no file', async (test) => {
    const folder = temporary(test);
    const name = freshName();
    const ended = await run(['run', ...options, ...limits, '--', victim('tree'), name, 'child', 'daemon', 'end'],
      { cwd: folder, env: { ...process.env, TMPDIR: folder, HOME: folder } });
    assert.strictEqual(ended.code, 0, ended.stderr);
    assert.deepStrictEqual(named(name), []);
    assert.deepStrictEqual(processes((status) => status.PPid === String(ended.pid)), []);
    assert.deepStrictEqual(cgroupsOf(ended.pid), []);
    assert.deepStrictEqual(fs.readdirSync(folder), []);
  });
});
