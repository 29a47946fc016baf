// [namespaces]: what the application sees, reaches and leaves behind in namespaces of its own. Root, and
// once as an ordinary user in a user namespace.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { describe, it } = require('node:test');

const {
  eventually, keeperOf, marker, processes, refused, run, start, statusOf, victim,
} = require('./support.js');

const set = (...settings) => settings.flatMap((setting) => ['--set', setting]);
const never = set('supervise.restart="never"');
const process_ = set('syscalls.allow=["@default", "@process"]');
const ownPid = set('namespaces.pid=true');
const ownMounts = set('namespaces.mount=true');
const all = set('namespaces.pid=true', 'namespaces.mount=true', 'namespaces.ipc=true', 'namespaces.uts=true',
  'namespaces.net=true');
// Landlock aside, so that what refuses is the tree of mounts.
const noLandlock = set('filesystem.enforcement="permissive"');
const USER = { uid: 61235, gid: 61235 };

// Runs a script in Node.js under nodeward, and answers what it prints as JSON.
async function told(options, script, more = {}) {
  const result = await run(['run', ...never, ...options, '--', process.execPath, '-e',
    `const fs = require('fs'); const attempt = (what) => { try { return what(); } catch (e) { return e.code; } };
     const tell = (value) => console.log(JSON.stringify(value)); ${script}`], { cwd: '/', ...more });
  assert.equal(result.code, 0, result.stderr);
  return JSON.parse(result.stdout);
}

// A folder outside /tmp that goes with the test; everybody may write to it.
function folderOutside(t) {
  const folder = fs.mkdtempSync('/var/nodeward-test-');
  fs.chmodSync(folder, 0o1777);
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

let names = 0;
const freshName = () => `nwn${process.pid % 100000}-${++names}`;
const named = (name) => processes((status) => status.Name === name);
const inits = (keeper) => processes((status) => status.Name === 'nodeward-init' && status.PPid === String(keeper));
const gone = (pid) => eventually(() => !/^[^Z]/.test(statusOf(pid)?.State ?? 'Z'), `the end of ${pid}`, 2000);

describe('pid', () => {
  const numbers = "fs.readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name))";

  it('the application sees itself alone, and is no process 1', async () => {
    const bare = await told([], `tell(${numbers}.length)`);
    assert.ok(bare > 3, 'the control sees others');
    assert.deepEqual(await told(ownPid, `tell([process.pid, ${numbers}])`), [2, ['2']]);
  });

  it('its own children can be signalled, and the init cannot', async () => {
    const seen = await told([...ownPid, ...process_, ...set('filesystem.exec=["@node", "/usr/bin"]')], `
      const child = require('child_process').spawn('/usr/bin/sleep', ['60']);
      const init = attempt(() => process.kill(1, 'SIGKILL'));
      child.on('exit', (code, signal) => tell([signal, init]));
      child.on('spawn', () => process.kill(child.pid, 'SIGTERM'));`);
    assert.deepEqual(seen, ['SIGTERM', 'EPERM']);
  });

  for (const options of [ownPid, [...all, ...set('filesystem.exec=["@node", "/"]')]]) {
    it(`exit codes and signals pass (${options.length / 2} settings)`, async () => {
      const node = (script) => ['run', ...never, ...options, '--', process.execPath, '-e', script];
      const { code, events } = await run(node('process.exit(7)'), { cwd: '/' });
      assert.equal(code, 7);
      assert.equal(events.find((event) => event.event === 'exit')['process.exit.code'], 7);
      const wait = "setInterval(() => {}, 1000); console.log('ready');";
      for (const [signal, expected] of [['SIGTERM', 143], ['SIGINT', 130]]) {
        const app = start(node(wait), { cwd: '/' });
        await app.line((line) => line === 'ready');
        app.child.kill(signal);
        assert.equal((await app.ended).code, expected, 'no handler: as process 1 it would be ignored');
      }
      const handled = start(node(`process.on('SIGTERM', () => process.exit(9)); ${wait}`), { cwd: '/' });
      await handled.line((line) => line === 'ready');
      handled.child.kill('SIGTERM');
      assert.equal((await handled.ended).code, 9);
    });
  }

  it('a restart makes a new namespace, and leaves none', async () => {
    const { code, events, stdout } = await run(['run', ...ownPid, ...set('supervise.restart="on-failure"',
      'supervise.backoff.initial="10ms"', 'supervise.give_up.restarts=2'), '--', process.execPath, '-e',
    "console.log(process.pid + ' ' + require('fs').readlinkSync('/proc/self/ns/pid')); process.exit(3)"], { cwd: '/' });
    assert.equal(code, 3);
    const lines = stdout.trim().split('\n');
    assert.deepEqual(lines.map((line) => line.split(' ')[0]), ['2', '2', '2']);
    assert.equal(events.filter((event) => event.event === 'start').length, 3);
    for (const { 'process.pid': pid } of events.filter((event) => event.event === 'start')) {
      assert.equal(statusOf(pid), null, 'events name the host\'s numbers, and nothing is left');
    }
  });

  it('orphans are reaped, and the init holds nothing', async () => {
    const name = freshName();
    const app = start(['run', ...never, ...ownPid, ...process_, '--', victim('tree'), name, 'orphans'], { cwd: '/' });
    await app.line((line) => line === 'ready');
    // What is left is the main process and its own child, which it does not reap.
    const main = String((await app.until((event) => event.event === 'start'))['process.pid']);
    await eventually(() => named(name).every(({ Pid, PPid }) => Pid === main || PPid === main), 'the orphans\' end');
    const [init] = inits(keeperOf(app.child.pid));
    for (const set_ of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb']) assert.equal(init[set_], '0000000000000000');
    assert.equal(init.NoNewPrivs, '1');
    assert.deepEqual(fs.readdirSync(`/proc/${init.Pid}/fd`), []);
    assert.doesNotMatch(fs.readFileSync(`/proc/${init.Pid}/maps`, 'utf8'), / rw-s .*zero/);
    app.child.kill('SIGTERM');
    app.child.kill('SIGTERM');
    await app.ended;
    await gone(init.Pid);
  });

  for (const who of ['supervisor', 'keeper', 'init']) {
    it(`when the ${who} is killed, nothing is left`, async () => {
      const name = freshName();
      const app = start(['run', ...never, ...ownPid, ...process_, '--', victim('tree'), name, 'child', 'daemon',
        'stopped', 'group'], { cwd: '/' });
      await app.line((line) => line === 'ready');
      assert.ok(named(name).length >= 5, 'the tree is there');
      const keeper = keeperOf(app.child.pid);
      const [init] = inits(keeper);
      process.kill({ supervisor: app.child.pid, keeper, init: Number(init.Pid) }[who], 'SIGKILL');
      await eventually(() => named(name).every((status) => status.State.startsWith('Z')), 'the tree\'s end', 1000);
      await gone(init.Pid);
      await gone(keeper);
      await app.ended;
    });
  }
});

describe('mount', () => {
  it('/tmp is its own: empty, without programs, and gone afterwards', async (t) => {
    const mark = marker(t);
    const left = `/tmp/nodeward-left-${process.pid}`;
    const seen = await told([...ownMounts, ...process_, ...set('filesystem.exec=["@node", "/tmp"]')], `
      const before = fs.readdirSync('/tmp');
      fs.writeFileSync('${left}', '#!/bin/sh\\n', { mode: 0o755 });
      const ran = require('child_process').spawnSync('${left}').error?.code;
      tell([before, fs.readdirSync('/tmp').length, ran, attempt(() => fs.mkdtempSync('/var/tmp/x') && 'made')]);`);
    assert.deepEqual(seen.slice(0, 3), [[], 1, 'EACCES']);
    assert.equal(fs.existsSync(left), false);
    assert.equal(mark.started(), false);
  });

  it('nothing can be written but what the profile lets', async (t) => {
    const folder = folderOutside(t);
    const script = `tell(['${folder}/a', '/dev/shm/a', '/var/tmp/a', '/dev/null'].map((file) =>
      attempt(() => fs.writeFileSync(file, 'x') ?? 'written')))`;
    assert.equal((await told(noLandlock, script))[0], 'written', 'the control');
    assert.deepEqual(await told([...noLandlock, ...ownMounts], script), ['EROFS', 'written', 'written', 'written']);
    fs.rmSync(`${folder}/a`);
    const listed = [...ownMounts, ...set(`filesystem.write=["/tmp", "${folder}"]`)];
    assert.equal((await told([...listed], script))[0], 'written');
    assert.equal(fs.readFileSync(`${folder}/a`, 'utf8'), 'x', 'outside, too');
  });

  it('devices and set-uid programs count for nothing in what may be written', async (t) => {
    const folder = folderOutside(t);
    const seen = await told([...ownMounts, ...set(`filesystem.write=["/tmp", "${folder}"]`)], `
      tell(fs.readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\\n').map((line) => line.split(' '))
        .filter((words) => words[4] === '${folder}' || words[4] === '/tmp').map((words) => [words[4], words[5]]))`);
    const [, options] = seen.find(([place]) => place === folder);
    assert.match(options, /^rw,nosuid,nodev/);
    assert.match(seen.filter(([place]) => place === '/tmp').at(-1)[1], /^rw,nosuid,nodev,noexec/);
  });

  it('what tells of the machine is covered', async () => {
    const seen = await told([...noLandlock, ...ownMounts], `
      tell([attempt(() => fs.readFileSync('/proc/kallsyms').length), attempt(() => fs.readFileSync('/proc/keys').length),
        attempt(() => fs.readdirSync('/sys/firmware')), fs.readFileSync('/proc/meminfo', 'utf8').length > 0])`);
    for (const one of seen.slice(0, 2)) assert.ok(one === 'EACCES' || one === 'ENOENT', `covered: ${one}`);
    assert.ok(seen[2] === 'ENOENT' || seen[2].length === 0, `empty: ${seen[2]}`);
    assert.equal(seen[3], true);
  });

  it('what it would hide is refused before anything starts', async (t) => {
    const mark = marker(t);
    const options = ['run', ...ownMounts];
    await refused(mark, options, [/the working directory lies in \/tmp/, /leave out \[namespaces\] mount/],
      { cwd: path.dirname(mark.command[1]) });
    const program = path.join(path.dirname(mark.command[1]), 'program');
    fs.copyFileSync('/usr/bin/touch', program);
    fs.chmodSync(program, 0o755);
    await refused(mark, options, [/the command lies in \/tmp/], { cwd: '/', command: [program, mark.command[1]] });
  });
});

describe('net, ipc and uts', () => {
  it('are its own, and the network is a loopback interface that works', async (t) => {
    const server = net.createServer((socket) => socket.end()).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.on('listening', resolve));
    t.after(() => server.close());
    const script = `
      const links = ['net', 'ipc', 'uts'].map((name) => fs.readlinkSync('/proc/self/ns/' + name));
      const net = require('net');
      const own = net.createServer((socket) => socket.end('x')).listen(0, '127.0.0.1', () => {
        net.connect(own.address().port, '127.0.0.1').on('data', () => {
          own.close();
          net.connect(${server.address().port}, '127.0.0.1').on('connect', () => { tell([links, 'reached']); process.exit(0); })
            .on('error', (error) => tell([links, error.code]));
        });
      });`;
    const [outer, control] = await told([], script);
    assert.equal(control, 'reached');
    const [inner, outcome] = await told(all, script);
    assert.equal(outcome, 'ECONNREFUSED');
    for (const [place, link] of inner.entries()) {
      assert.notEqual(link, outer[place]);
      assert.notEqual(link, fs.readlinkSync(`/proc/self/ns/${['net', 'ipc', 'uts'][place]}`));
    }
  });
});

describe('as an ordinary user', () => {
  it('without a user namespace the launch is refused, with the line that helps', async (t) => {
    await refused(marker(t), ['run', ...ownPid], [/without CAP_SYS_ADMIN/, /\[namespaces\] user = true/],
      { ...USER, cwd: '/' });
  });

  it('in one all hold, and no capability is left in it', async () => {
    const seen = await told([...all, ...set('namespaces.user=true')], `
      const status = fs.readFileSync('/proc/self/status', 'utf8');
      tell([process.pid, process.getuid(), fs.readFileSync('/proc/self/uid_map', 'utf8').trim().split(/ +/),
        status.match(/^Cap.*$/mg).map((line) => line.split('\\t')[1]), attempt(() => process.setuid(0)),
        attempt(() => fs.writeFileSync('/tmp/x', 'x') ?? 'written')])`, USER);
    assert.deepEqual(seen, [2, 61235, ['61235', '61235', '1'], Array(5).fill('0000000000000000'), 'EPERM', 'written']);
  });
});

it('where none is asked for, none is made', async () => {
  const kinds = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'user', 'uts'];
  const seen = await told([], `tell(${JSON.stringify(kinds)}.map((kind) => fs.readlinkSync('/proc/self/ns/' + kind)))`);
  assert.deepEqual(seen, kinds.map((kind) => fs.readlinkSync(`/proc/self/ns/${kind}`)));
});
