// The application runs as the planned user, in every thread, and cannot become another one.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { marker, outcomes, refused, run, temporary, victim } = require('./support');

// Prints what /proc says of each of its threads, a worker's included.
const TELL = `
  const fs = require('fs');
  const { Worker } = require('worker_threads');
  const worker = new Worker('setTimeout(() => {}, 60000)', { eval: true });
  worker.once('online', () => {
    const field = (text, name) => text.match(new RegExp('^' + name + ':[ \\\\t]*(.*)$', 'm'))[1].trim();
    const threads = fs.readdirSync('/proc/self/task').map((tid) => {
      const text = fs.readFileSync('/proc/self/task/' + tid + '/status', 'utf8');
      return Object.fromEntries(['Uid', 'Gid', 'Groups', 'CapInh', 'CapPrm', 'CapEff', 'CapBnd',
        'CapAmb', 'NoNewPrivs', 'Seccomp', 'Umask'].map((name) => [name, field(text, name)]));
    });
    const umask = parseInt(threads[0].Umask, 8);
    console.log(JSON.stringify({ threads, umask, cwd: process.cwd(), HOME: process.env.HOME,
      USER: process.env.USER, LOGNAME: process.env.LOGNAME }));
    process.exit(0);
  });`;
const NONE = '0000000000000000';

async function tell(...settings) {
  const sets = settings.flatMap((setting) => ['--set', setting]);
  const result = await run(['run', ...sets, '--', process.execPath, '-e', TELL]);
  assert.equal(result.code, 0, result.stderr);
  return JSON.parse(result.stdout);
}

function four(id) {
  return Array(4).fill(id).join('\t');
}

test('every thread has the user, no group beside it, no capability, and the filter', async () => {
  const facts = await tell('process.user="61234"');
  assert.ok(facts.threads.length > 4, 'main, pool, platform and worker threads');
  for (const thread of facts.threads) {
    assert.deepEqual(thread, {
      Uid: four(61234), Gid: four(61234), Groups: '', CapInh: NONE, CapPrm: NONE, CapEff: NONE,
      CapBnd: NONE, CapAmb: NONE, NoNewPrivs: '1', Seccomp: '2', Umask: '0077',
    });
  }
  assert.equal(facts.HOME, '/');
  assert.equal(facts.USER, undefined);
});

test('a user by name has the home, group and name that the passwd file gives', async () => {
  const facts = await tell('process.user="www-data"');
  assert.equal(facts.threads[0].Uid, four(33));
  assert.equal(facts.threads[0].Gid, four(33));
  assert.equal(facts.HOME, '/var/www');
  assert.equal(facts.USER, 'www-data');
  assert.equal(facts.LOGNAME, 'www-data');
});

test('group, groups, umask and workdir are as the profile says', async () => {
  const facts = await tell('process.user="61234"', 'process.group="games"',
    'process.groups=["audio", "44"]', 'process.umask="0027"', 'process.workdir="/usr/share"');
  assert.equal(facts.threads[0].Gid, four(60));
  assert.equal(facts.threads[0].Groups, '29 44');
  assert.equal(facts.umask, 0o027);
  assert.equal(facts.cwd, '/usr/share');
});

test('a kept capability is in every set, and no other', async () => {
  const facts = await tell('process.user="61234"', 'capabilities.keep=["net_bind_service"]');
  const kept = '0000000000000400';
  for (const thread of facts.threads) {
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) assert.equal(thread[set], kept);
  }
});

const BACK = ['setuid', 'setreuid', 'setresuid', 'setgid', 'setregid', 'setresgid', 'setgroups',
  'setfsuid', 'setfsgid', 'capset'];

test('nothing brings root back: the filter refuses, and without it the kernel does', async () => {
  for (const name of BACK) {  // one process each: several of them undo what the next one needs
    const bare = await run(['/', name], { command: victim('attempt') });
    assert.equal(bare.stdout, `${name} ok\n`, 'root may');
  }
  const everyone = (result) => Object.fromEntries(BACK.map((name) => [name, result]));
  const filtered = await run(['run', '--', victim('attempt'), '/', ...BACK]);
  assert.deepEqual(outcomes(filtered.stdout), everyone('EPERM'));
  const told = filtered.events.filter((event) => event.event === 'violation');
  assert.deepEqual(told.map((event) => event.syscall), BACK);

  const open = await run(['run', '--set', 'syscalls.allow=["@default", "@identity"]', '--',
    victim('attempt'), '/', ...BACK]);
  assert.deepEqual(outcomes(open.stdout), everyone('EPERM'));
  assert.ok(open.events.every((event) => event.event !== 'violation'), 'the kernel itself refused');
});

test('a setuid program of root gains nothing', async (t) => {
  const program = path.join(temporary(t), 'elevated');
  fs.copyFileSync(victim('elevated'), program);
  fs.chmodSync(program, 0o4755);
  const bare = await run([], { command: program, uid: 61234, gid: 61234 });
  assert.equal(bare.stdout, 'uid 61234 euid 0 gid 61234 egid 61234\n');
  const confined = await run(['run', '--set', 'process.user="61234"', '--', program]);
  assert.equal(confined.stdout, 'uid 61234 euid 61234 gid 61234 egid 61234\n');
});

const REFUSED = [
  ['root by name', ['process.user="root"'], [/must not run as root/, /try: .*user/]],
  ['root by number', ['process.user="0"'], [/must not run as root/]],
  ['the group root', ['process.user="61234"', 'process.group="0"'], [/root, nor in its group/, /try: /]],
  ['root among the groups', ['process.user="61234"', 'process.groups=["root"]'], [/root, nor in its group/, /try: /]],
  ['a missing user', ['process.user="nosuchuser"'], [/no user "nosuchuser"/, /try: adduser/]],
  ['a missing group', ['process.user="61234"', 'process.group="nosuchgroup"'],
    [/no group "nosuchgroup"/, /try: addgroup/]],
  ['the id that means "unchanged"', ['process.user="4294967295"'], [/4294967295/]],
  ['a number beyond every id', ['process.user="4294967296"'], [/4294967296/]],
  ['a working directory in /proc', ['process.user="61234"', 'process.workdir="/proc/self/fd/9"'],
    [/lies in \/proc/, /try: /]],
  ['a working directory that is not there', ['process.user="61234"', 'process.workdir="/no/such"'],
    [/\/no\/such/]],
];
for (const [what, settings, patterns] of REFUSED) {
  test(`refused: ${what}`, async (t) => {
    await refused(marker(t), ['run', ...settings.flatMap((setting) => ['--set', setting])], patterns);
  });
}
