// Started as an ordinary user: the user stays, everything else holds, and an application with the
// supervisor's own uid cannot turn against it.
'use strict';

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { test } = require('node:test');
const { marker, nodeward, outcomes, refused, run, victim } = require('./support');

const NONE = '0000000000000000';
const USER = { uid: 61235, gid: 61235 };
const SIGURG = '23';  // ignored unless asked for: a control that does no harm
const SIGKILL = '9';

const STATUS = `
  const text = require('fs').readFileSync('/proc/self/status', 'utf8');
  console.log(['Uid', 'Gid', 'CapInh', 'CapPrm', 'CapEff', 'CapAmb', 'NoNewPrivs', 'Seccomp']
    .map((name) => name + ' ' + text.match(new RegExp('^' + name + ':\\\\s*(\\\\S+)', 'm'))[1]).join('\\n'));`;

for (const id of [65532, 61235]) {
  test(`started as ${id}, the user stays and the rest applies`, async () => {
    const result = await run(['run', '--', process.execPath, '-e', STATUS], { uid: id, gid: id });
    assert.equal(result.code, 0, result.stderr);
    assert.deepEqual(outcomes(result.stdout), {
      Uid: String(id), Gid: String(id), CapInh: NONE, CapPrm: NONE, CapEff: NONE, CapAmb: NONE,
      NoNewPrivs: '1', Seccomp: '2',
    });
    assert.ok(!result.events.some((event) => event.event === 'degraded'));
  });
}

test('another user than the own one is refused', async (t) => {
  await refused(marker(t), ['run', '--set', 'process.user="65532"'],
    [/runs as uid 61235, gid 61235 and cannot become 65532/, /try: start nodeward as root/], USER);
});

test('refused calls are told, with their paths', async () => {
  const result = await run(['run', '--', victim('attempt'), '/some/where', 'mount'], USER);
  assert.deepEqual(outcomes(result.stdout), { mount: 'EPERM' });
  const told = result.events.find((event) => event.event === 'violation');
  assert.deepEqual(told.args.slice(0, 2), ['tmpfs', '/some/where']);
});

// A process of the same user that anyone of that user may look at; it has several threads.
async function bystander(t) {
  const child = spawn(process.execPath, ['-e', 'console.log("here"); setInterval(() => {}, 60000)'],
    { ...USER, detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  t.after(() => child.kill('SIGKILL'));
  await new Promise((resolve) => { child.stdout.once('data', resolve); });
  return child;
}

const SIGNALS = ['kill', 'kill_group', 'tkill', 'tgkill', 'sigqueue', 'pidfd_signal'];
const OWNERS = ['setown', 'setown_ex', 'fiosetown', 'siocspgrp', 'setsig', 'async', 'fioasync'];
const PRIORITIES = ['prlimit', 'setpriority', 'setpriority_user', 'setaffinity', 'setscheduler',
  'setattr', 'ioprio'];
const CALLS = [...SIGNALS, 'kill_thread', ...OWNERS, ...PRIORITIES, 'ptrace', 'read_memory',
  'pidfd_getfd'];
const FILES = ['mem', 'maps', 'environ', 'fds', 'root', 'oom_score'];

test('control: bare, every one of these acts against a process of the same user succeeds', async (t) => {
  const other = await bystander(t);
  const acts = [...CALLS, ...FILES];
  for (const act of acts) {
    const bare = await run([String(other.pid), SIGURG, act], { command: victim('attack'), ...USER });
    assert.equal(bare.stdout, `${act} ok\n`);
  }
  const ended = new Promise((resolve) => other.on('exit', (code, signal) => resolve(signal)));
  await run([String(other.pid), SIGKILL, 'setown', 'setsig', 'async', 'deliver'],
    { command: victim('attack'), ...USER });
  assert.equal(await ended, 'SIGKILL', 'a descriptor alone is enough to kill');
});

for (const target of ['parent', 'grandparent']) {
  const who = target === 'parent' ? 'the keeper' : 'the supervisor';
  test(`under nodeward each of them fails against ${who}`, async () => {
    const attack = [victim('attack'), target, SIGKILL];
    const acts = [...CALLS, 'deliver', ...FILES];
    const result = await run(['run', '--', ...attack, ...acts], USER);
    assert.equal(result.code, 0, `${who} lived to tell: ${result.stderr}`);
    const found = outcomes(result.stdout);
    for (const act of CALLS) {
      // The keeper has one thread, so there is no other to aim at.
      const want = act === 'kill_thread' && target === 'parent' ? 'ESRCH' : 'EPERM';
      assert.equal(found[act], want, act);
    }
    for (const act of FILES) assert.match(found[act], /^(EACCES|EPERM)$/, act);
    assert.equal(found.deliver, 'ok', 'a socket without owner signals nobody');
    assert.equal(result.events.at(-1).event, 'exit');
  });
}

// kill(-1) reaches every process of the user, so it stays inside a PID namespace of its own.
async function killEverybody(command) {
  const as = 'setpriv --reuid 61235 --regid 61235 --clear-groups';
  const ready = 'until grep -q "^sleep$" /proc/$bystander/comm; do :; done';
  const shell = `${as} sleep 60 & bystander=$!; ${ready}; ${as} ${command}; echo "ended $?"; ` +
    'kill -TERM $bystander; wait $bystander; echo "bystander $?"';
  const args = ['--pid', '--fork', '--mount-proc', '--kill-child', 'sh', '-c', shell];
  return run(args, { command: 'unshare' });
}

test('kill(-1) ends a bystander bare, and neither keeper, supervisor nor bystander under nodeward', async () => {
  const bare = await killEverybody(`${victim('attack')} $bystander 9 kill_everybody`);
  assert.equal(bare.stdout, 'kill_everybody ok\nended 0\nbystander 137\n', bare.stderr);
  const confined = await killEverybody(`${nodeward} run -- ${victim('attack')} grandparent 9 kill_everybody`);
  assert.equal(confined.stdout, 'kill_everybody EPERM\nended 0\nbystander 143\n', confined.stderr);
});
