// nodeward as PID 1 of a PID namespace of its own, as in a container.
'use strict';

const assert = require('node:assert');
const { spawn } = require('node:child_process');
const { describe, it } = require('node:test');

const { eventually, nodeward, parseEvents, processes, victim } = require('./support.js');

const unshare = ['-pf', '--mount-proc', '--kill-child'];

// A command as PID 1. {child, pid (seen from here), ended, out, err}
async function boot(...command) {
  const child = spawn('unshare', [...unshare, ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
  const box = { child, out: '', err: '' };
  child.stdout.on('data', (data) => { box.out += data; });
  child.stderr.on('data', (data) => { box.err += data; });
  box.ended = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })));
  const first = () => processes((status) => status.PPid === String(child.pid))[0]?.Pid;
  box.pid = Number(await eventually(() => first() || box.err || child.exitCode !== null, 'PID 1'));
  return box;
}
const bootApp = (...app) => boot(nodeward, 'run', '--', ...app);

const zombiesOf = (pid) =>
  processes((status) => status.PPid === String(pid) && status.State.startsWith('Z')).length;

// A hundred processes of somebody else (docker exec), whose parents end before them.
function makeOrphans(pid) {
  const script = 'i=0; while [ $i -lt 100 ]; do (sh -c "read x" </dev/null &); i=$((i+1)); done; echo made';
  return new Promise((resolve) => {
    const child = spawn('nsenter', ['-t', String(pid), '-p', 'sh', '-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    child.on('close', resolve);
  });
}

describe('as PID 1', () => {
  for (const code of [0, 7]) {
    it(`the application's code ${code} is passed`, async () => {
      const box = await bootApp(process.execPath, '-e', `console.log(process.ppid > 1); process.exit(${code})`);
      assert.deepStrictEqual(await box.ended, { code, signal: null }, box.err);
      assert.strictEqual(box.out, 'true\n', 'its parent is the keeper, not PID 1');
    });
  }

  it('a signal that ends the application is 128 + N', async () => {
    const box = await bootApp(process.execPath, '-e', "process.kill(process.pid, 'SIGTERM')");
    assert.strictEqual((await box.ended).code, 143, box.err);
  });

  it('it does not restart by default', async () => {
    const box = await bootApp(process.execPath, '-e', 'process.exit(3)');
    assert.strictEqual((await box.ended).code, 3);
    const events = parseEvents(box.err).map((event) => event.event);
    assert.strictEqual(events.filter((event) => event === 'start').length, 1);
    assert.ok(!events.includes('restart'));
  });

  it('SIGTERM ends it in order', async () => {
    const box = await bootApp(process.execPath, '-e',
      "process.on('SIGTERM', () => process.exit(5)); setInterval(() => {}, 1000); console.log('ready')");
    await eventually(() => box.out.includes('ready'), 'ready');
    process.kill(box.pid, 'SIGTERM');
    assert.deepStrictEqual(await box.ended, { code: 5, signal: null });
  });

  it('an application that cannot be stopped is killed, and nodeward stays with it until then', async () => {
    const box = await boot(nodeward, 'run', '--set', 'supervise.stop_timeout="200ms"', '--', process.execPath, '-e',
      "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('ready')");
    await eventually(() => box.out.includes('ready'), 'ready');
    process.kill(box.pid, 'SIGTERM');
    assert.strictEqual((await box.ended).code, 137);
  });

  it('it cannot be stopped by SIGTSTP or SIGTTIN', async () => {
    const box = await bootApp(victim('listen'));
    await eventually(() => box.out.includes('ready'), 'ready');
    for (const name of ['SIGTSTP', 'SIGTTIN', 'SIGTTOU']) process.kill(box.pid, name);
    process.kill(box.pid, 'SIGTERM');
    assert.strictEqual((await box.ended).code, 0);
  });

  it('orphans of others are reaped', async () => {
    const box = await bootApp(victim('listen'));
    await eventually(() => box.out.includes('ready'), 'ready');
    await makeOrphans(box.pid);
    await eventually(() => processes((status) => status.PPid === String(box.pid)).length === 1, 'the keeper alone');
    process.kill(box.pid, 'SIGTERM');
    assert.strictEqual((await box.ended).code, 0, box.err);
  });

  it('control: a PID 1 that does not reap has a hundred', async () => {
    const box = await boot(victim('listen'));
    await eventually(() => box.out.includes('ready'), 'ready');
    await makeOrphans(box.pid);
    await eventually(() => zombiesOf(box.pid) === 100, 'a hundred');
    process.kill(box.pid, 'SIGTERM');
    await box.ended;
  });
});
