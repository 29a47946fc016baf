// What nodeward keeps for itself once it supervises: read from /proc, thread by thread.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');

const { keeperOf, run, start } = require('./support');

// Of each thread of a process, the fields of its status.
const threadsOf = (pid) => fs.readdirSync(`/proc/${pid}/task`).map((tid) => Object.fromEntries(
  fs.readFileSync(`/proc/${pid}/task/${tid}/status`, 'utf8').trim().split('\n').map((line) => line.split(/:\s*/, 2))));

const BITS = { kill: 5, setgid: 6, setuid: 7, setpcap: 8, sys_ptrace: 19, sys_admin: 21, sys_module: 16, net_bind_service: 10 };
const holds = (mask, name) => (BigInt(`0x${mask}`) >> BigInt(BITS[name])) % 2n === 1n;

const idle = ['--', process.execPath, '-e', "console.log('up'); setInterval(() => {}, 1000)"];

describe('the supervisor, started as root', () => {
  it('has few capabilities and a filter in every thread; the keeper keeps what launches need', async (t) => {
    const app = start(['run', ...idle]);
    t.after(() => app.child.kill('SIGTERM'));
    await app.line((line) => line === 'up');
    const threads = threadsOf(app.child.pid);
    assert.ok(threads.length >= 3, 'the loop, the answers, the events');
    for (const thread of threads) {
      assert.equal(thread.Seccomp, '2', thread.Name);
      assert.equal(thread.NoNewPrivs, '1', thread.Name);
      for (const name of ['setpcap', 'sys_admin', 'sys_module', 'net_bind_service']) {
        assert.equal(holds(thread.CapPrm, name), false, `${thread.Name}: ${name}`);
      }
      assert.ok(holds(thread.CapPrm, 'setuid'), thread.Name);
    }
    const keeper = threadsOf(keeperOf(app.child.pid))[0];
    assert.equal(keeper.Seccomp, '0');
    assert.ok(holds(keeper.CapPrm, 'setpcap'));
  });

  it('the start event says what is in force', async () => {
    const ended = await run(['run', '--', '/bin/true']);
    const started = ended.events.find(({ event }) => event === 'start');
    assert.equal(started['supervisor.landlock'], true);
    assert.equal(started['supervisor.seccomp_mode'], 2);
    assert.deepEqual(started['supervisor.capabilities'].sort(),
      ['dac_read_search', 'ipc_lock', 'kill', 'setgid', 'setuid', 'sys_ptrace']);
  });

  it('an application keeps a low port only with the capability for it', async () => {
    const listen = "require('net').createServer().listen(81, '127.0.0.1', function () { this.close(); console.log('listens'); })" +
      ".on('error', (error) => console.log(error.code))";
    const on = async (...set) => (await run(['run', '--set', 'network.listen=[81]', ...set, '--', process.execPath, '-e', listen])).stdout;
    assert.equal(await on(), 'EACCES\n');
    assert.equal(await on('--set', 'capabilities.keep=["net_bind_service"]'), 'listens\n');
  });
});

describe('a restart', () => {
  // Not beneath /tmp, which the application may write, whatever is put there.
  const place = (t) => {
    const folder = fs.mkdtempSync('/var/tmp/nodeward-test-');
    t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
    fs.chmodSync(folder, 0o755);
    return folder;
  };
  const script = (folder) => path.join(folder, 'site/releases/current/app.js');
  const deploy = (folder, code) => {
    fs.mkdirSync(path.dirname(script(folder)), { recursive: true });
    fs.writeFileSync(script(folder), code);
  };
  const policy = ['--set', 'supervise.restart="on-failure"', '--set', 'supervise.backoff={ initial = "10ms", max = "10ms" }'];
  const wait = "process.stdin.once('data', () => process.exit(7))";

  it('finds a release that was put in the place of the last', async (t) => {
    const folder = place(t);
    deploy(folder, `console.log('one'); ${wait}`);
    const app = start(['run', ...policy, '--set', `process.workdir="${path.dirname(script(folder))}"`, '--', process.execPath, script(folder)],
      { stdio: ['pipe', 'pipe', 'pipe'] });
    await app.line((line) => line === 'one');
    fs.renameSync(path.dirname(script(folder)), path.join(folder, 'site/releases/before'));
    deploy(folder, "console.log('two')");
    app.child.stdin.write('\n');
    await app.line((line) => line === 'two');
    assert.equal((await app.ended).code, 0);
  });

  it('ends as the application did where nothing of the old place is left', async (t) => {
    const folder = place(t);
    deploy(folder, `console.log('one'); ${wait}`);
    const app = start(['run', ...policy, '--set', `process.workdir="${path.dirname(script(folder))}"`, '--', process.execPath, script(folder)],
      { stdio: ['pipe', 'pipe', 'pipe'] });
    await app.line((line) => line === 'one');
    fs.renameSync(path.join(folder, 'site'), path.join(folder, 'before'));
    deploy(folder, "console.log('two')");
    app.child.stdin.write('\n');
    assert.equal((await app.ended).code, 7, 'which asks whoever started nodeward for a new start');
    const gaveUp = app.seen.events.find(({ code }) => code === 'NW402');
    assert.match(gaveUp.message, /current: it was replaced since nodeward started/);
    assert.equal(gaveUp.hint, 'start nodeward anew');
    assert.deepEqual(app.seen.lines, ['one']);
  });

  it('finds a file of its own that was replaced beside itself', async (t) => {
    const folder = place(t);
    const file = path.join(folder, 'config.json');
    fs.writeFileSync(file, '"one"');
    const read = `console.log(require('fs').readFileSync(${JSON.stringify(file)}, 'utf8')); ${wait}`;
    const app = start(['run', ...policy, '--set', `filesystem.read=["@node", "${file}"]`, '--', process.execPath, '-e', read],
      { stdio: ['pipe', 'pipe', 'pipe'] });
    await app.line((line) => line === '"one"');
    fs.writeFileSync(`${file}.new`, '"two"');
    fs.renameSync(`${file}.new`, file);
    app.child.stdin.write('\n');
    await app.line((line) => line === '"two"');
    app.child.kill('SIGTERM');
    await app.ended;
  });
});

describe('event files', () => {
  it("may be another user's, in a folder of root's", async (t) => {
    const folder = fs.mkdtempSync('/var/tmp/nodeward-test-');
    t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
    const file = path.join(folder, 'events.json');
    fs.writeFileSync(file, '', { mode: 0o640 });
    fs.chownSync(file, 65534, 65534);
    const ended = await run(['run', '--set', `events.to=["file:${file}"]`, '--', '/bin/true']);
    assert.equal(ended.code, 0, ended.stderr);
    assert.match(fs.readFileSync(file, 'utf8'), /"event":"exit"/);
  });

  it('may lie behind a link beneath what the application writes', async (t) => {
    const folder = fs.mkdtempSync('/var/tmp/nodeward-test-');
    const logs = fs.mkdtempSync('/var/tmp/nodeward-logs-');
    t.after(() => [folder, logs].forEach((one) => fs.rmSync(one, { recursive: true, force: true })));
    fs.symlinkSync(logs, path.join(folder, 'logs'));
    const ended = await run(['run', '--set', `filesystem.write=["/tmp", "${folder}"]`,
      '--set', `events.to=["file:${folder}/logs/events.json"]`, '--', '/bin/true']);
    assert.equal(ended.code, 0, ended.stderr);
    assert.match(fs.readFileSync(path.join(logs, 'events.json'), 'utf8'), /"event":"exit"/);
  });
});
