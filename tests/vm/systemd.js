// The units of packaging/systemd on a booted systemd, as root in the machine (vm_systemd.test.js starts it there); and
// control groups of version 2, delegated and not.
'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { before, test } = require('node:test');

const { eventually, nodeward } = require('../integration/support');
const { PROFILE, applications, get, journal, makeApplication, messages, property, shell, started, systemctl } = require('./services');

const PACKAGED = path.join(process.env.NODEWARD_SOURCE_DIR, 'packaging/systemd');
const kWaitMs = 60000;

function dropIn(unit, name, text) {
  const folder = `/etc/systemd/system/${unit}.d`;
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, name), text);
  systemctl('daemon-reload');
  return () => {
    fs.rmSync(path.join(folder, name));
    systemctl('daemon-reload');
  };
}

// What `systemd-analyze security` says of a unit as it is set up here, 0 (good) to 10.
function exposure(unit) {
  const { stdout } = spawnSync('systemd-analyze', ['security', '--no-pager', unit], { encoding: 'utf8' });
  return Number(stdout.match(/Overall exposure level for \S+: ([\d.]+)/)[1]);
}

// The README's own lines, word for word, where there is a profile, a vault and its key.
const README = fs.readFileSync(path.join(process.env.NODEWARD_SOURCE_DIR, 'README.md'), 'utf8').match(/^```sh systemd\n([\s\S]*?)^```$/m)[1];

before(() => {
  fs.copyFileSync(nodeward, '/usr/bin/nodeward');
  makeApplication();
  shell(`cd ${process.env.NODEWARD_SOURCE_DIR}; ${README}`);
});

test('the unit is ready when the application is, and says so in its status line', async () => {
  assert.equal(property('nodeward@app', 'ActiveState'), 'active', messages('nodeward@app'));
  const seen = await get();
  assert.equal(seen.uid, 65532);
  assert.equal(seen.secret, 10, 'the vault was opened with the credential');
  assert.match(property('nodeward@app', 'StatusText'), /\S/);
  assert.match(systemctl('status', 'nodeward@app').stdout, new RegExp(`Status: "${property('nodeward@app', 'StatusText').slice(0, 20)}`));
  const main = Number(property('nodeward@app', 'MainPID'));
  assert.notEqual(fs.statSync(`/proc/${main}/task`).uid, 65532);
  assert.match(fs.readFileSync(`/proc/${main}/comm`, 'utf8'), /^nodeward/);
});

test('the limits are in force in groups below the unit, of which it may write to no other', async () => {
  const { pid } = await get();
  const [, group] = fs.readFileSync(`/proc/${pid}/cgroup`, 'utf8').match(/^0::(.*)$/m);
  assert.match(group, /^\/system\.slice\/system-nodeward\.slice\/nodeward@app\.service\/nodeward-/);
  assert.equal(fs.readFileSync(`/sys/fs/cgroup${group}/memory.max`, 'utf8'), `${200 << 20}\n`);
  assert.equal(fs.readFileSync(`/sys/fs/cgroup${group}/pids.max`, 'utf8'), '64\n');
  const mounts = fs.readFileSync(`/proc/${property('nodeward@app', 'MainPID')}/mountinfo`, 'utf8').split('\n')
    .filter((line) => line.includes(' - cgroup2 ')).map((line) => line.split(' ').slice(4, 6));
  assert.deepEqual(mounts.map(([where, options]) => [where, options.split(',')[0]]), [['/sys/fs/cgroup', 'ro'],
    ['/sys/fs/cgroup/system.slice/system-nodeward.slice/nodeward@app.service', 'rw']]);
});

test('a violation is found in the journal by its field', async () => {
  // The unit's own read-only file system may answer first; nodeward tells the attempt all the same.
  assert.match((await get('/steal')).write, /^(EACCES|EROFS)$/);
  const found = await eventually(() => journal('NODEWARD_EVENT=violation')[0], 'the violation in the journal', kWaitMs);
  assert.match(found.MESSAGE, /^node \(\d+\) tried to write \/etc\/passwd: EACCES/);
  assert.equal(found._SYSTEMD_UNIT, 'nodeward@app.service');
});

test('reload is told to systemd and never reaches the application', async () => {
  const { pid } = await get();
  const { status, stderr } = systemctl('reload', 'nodeward@app');
  assert.equal(status, 0, stderr);
  assert.equal((await get()).pid, pid);
  assert.equal(property('nodeward@app', 'ActiveState'), 'active');
});

test('a nodeward that hangs is ended by the watchdog, and the application with it', async () => {
  const { pid } = await get();
  systemctl('stop', 'nodeward@app');
  const restore = dropIn('nodeward@app.service', 'watchdog.conf', '[Service]\nWatchdogSec=3\n');
  started('nodeward@app');
  const main = Number(property('nodeward@app', 'MainPID'));
  process.kill(main, 'SIGSTOP');
  await eventually(() => property('nodeward@app', 'NRestarts') === '1' && property('nodeward@app', 'ActiveState') === 'active',
    'a second start', kWaitMs);
  assert.notEqual(Number(property('nodeward@app', 'MainPID')), main);
  assert.notEqual((await get()).pid, pid);
  assert.equal(applications().length, 1);
  restore();
});

test('a stop is a success and leaves nothing', async () => {
  const { status, stderr } = systemctl('stop', 'nodeward@app');
  assert.equal(status, 0, stderr);
  assert.equal(property('nodeward@app', 'Result'), 'success');
  assert.deepEqual(applications(), []);
  assert.ok(!fs.existsSync('/sys/fs/cgroup/system.slice/system-nodeward.slice/nodeward@app.service'));
});

test('systemd-analyze security: as measured when this was written, or better', () => {
  assert.ok(exposure('nodeward@app.service') <= 2.1, String(exposure('nodeward@app.service')));
});

test('socket activation: served without a network of its own, at an exposure of 1.3', async () => {
  const restore = dropIn('nodeward@app.service', 'private-network.conf', fs.readFileSync(path.join(PACKAGED, 'private-network.conf'), 'utf8'));
  started('nodeward@app.socket');
  started('nodeward@app');
  const seen = await get();
  assert.equal(seen.secret, 10);
  assert.match((await get('/out')).out, /^E[A-Z]+$/, 'it reaches nobody');
  assert.ok(exposure('nodeward@app.service') <= 1.3, String(exposure('nodeward@app.service')));
  systemctl('stop', 'nodeward@app.socket', 'nodeward@app');
  restore();
});

// Directives that contradict the profile: a refusal that systemd does not repeat, in words.
for (const [what, directives, profile, told] of [
  ['RestrictNamespaces=yes and [namespaces]', '', '[namespaces]\nnet = true\n', /namespaces: /],
  ['no Delegate= and [limits]', '[Service]\nDelegate=no\n', '', /cgroup: .*\n {2}try: MemoryMax=200M TasksMax=64/],
  ['no capabilities and a user', '[Service]\nAmbientCapabilities=\n', '', /identity: /],
  ['a filter without seccomp(2)', '[Service]\nSystemCallFilter=~seccomp\n', '', /seccomp: /],
  ['Type=notify without a credential for the vault', '[Service]\nLoadCredentialEncrypted=\n', '', /identity/],
]) {
  test(`${what}: refused, and not tried again`, () => {
    const restore = dropIn('nodeward@app.service', 'odd.conf', directives);
    fs.writeFileSync('/etc/nodeward/app.toml', PROFILE + profile);
    const since = shell('date +%s').trim();
    const { status } = systemctl('start', 'nodeward@app');
    const text = journal('-u', 'nodeward@app', `--since=@${since}`).map(({ MESSAGE }) => MESSAGE).join('\n');
    assert.notEqual(status, 0, text);
    assert.equal(property('nodeward@app', 'ExecMainStatus'), '125', text);
    assert.equal(property('nodeward@app', 'ActiveState'), 'failed');
    assert.match(text, told);
    assert.deepEqual(applications(), []);
    systemctl('reset-failed', 'nodeward@app');
    fs.writeFileSync('/etc/nodeward/app.toml', PROFILE);
    restore();
  });
}

test('a service of a user: systemctl --user', async () => {
  shell(`useradd -m -d /var/lib/someone someone; loginctl enable-linger someone
    install -d -o someone /var/lib/someone/app /var/lib/someone/.config/systemd/user
    cp /srv/app/server.js /var/lib/someone/app`);
  fs.writeFileSync('/etc/nodeward/user.toml', 'version = 1\nextends = "default"\n[network]\nlisten = ["127.0.0.1:3000"]\n[limits]\nmemory = "200M"\n');
  fs.writeFileSync('/var/lib/someone/.config/systemd/user/app.service', `[Service]
Type=notify
NotifyAccess=main
MemoryMax=200M
Delegate=yes
WorkingDirectory=/var/lib/someone/app
Environment=PORT=3000
ExecStart=/usr/bin/nodeward run -p /etc/nodeward/user.toml -- node server.js
`);
  const uid = Number(shell('id -u someone'));
  await eventually(() => fs.existsSync(`/run/user/${uid}/systemd/private`), 'the manager of the user', kWaitMs);
  const own = (words) => spawnSync('runuser', ['-u', 'someone', '--', 'env', `XDG_RUNTIME_DIR=/run/user/${uid}`, ...words], { encoding: 'utf8' });
  const { status, stderr } = own(['systemctl', '--user', 'start', 'app']);
  assert.equal(status, 0, `${stderr}\n${journal(`_UID=${uid}`).map(({ MESSAGE }) => MESSAGE).join('\n')}`);
  const seen = await get();
  assert.equal(seen.uid, uid);
  // The application has nodeward's own user here, and could lift what nodeward sets: the unit's limit counts.
  const [, group] = fs.readFileSync(`/proc/${seen.pid}/cgroup`, 'utf8').match(/^0::(.*)$/m);
  assert.match(group, /user@\d+\.service\/app\.slice\/app\.service$/);
  assert.equal(fs.readFileSync(`/sys/fs/cgroup${group}/memory.max`, 'utf8'), `${200 << 20}\n`);
  assert.equal(own(['nodeward', 'status', '--healthy']).status, 0);
  assert.equal(own(['systemctl', '--user', 'stop', 'app']).status, 0);
});

// --- control groups -----------------------------------------------------------------------------

const unit = (...words) => spawnSync('systemd-run', ['--quiet', '--wait', '--pipe', '--collect', ...words], { encoding: 'utf8' });
const CGROUP_TEST = '/test/build/cgroup_vm_test';
for (const [what, ran, words] of [
  ['delegated to a service', 10, ['-p', 'Delegate=yes', CGROUP_TEST, '--gtest_filter=-NotDelegated.*']],
  // A slice of its own: no neighbour has asked for controllers there.
  ['not delegated', 2, ['--slice=plain.slice', '-p', 'MemoryMax=512M', '-p', 'MemorySwapMax=0', '-p', 'TasksMax=64', CGROUP_TEST,
    '--gtest_filter=NotDelegated.*']],
]) {
  test(`the tests of the cgroup measure, ${what}`, () => {
    const { status, stdout, stderr } = unit(...words);
    assert.equal(status, 0, `${stdout}\n${stderr}`);
    assert.match(stdout, new RegExp(`\\[  PASSED  \\] ${ran} tests`), stdout);
  });
}

for (const [what, prepare] of [
  ['missing', 'umount /sys/fs/cgroup'],
  ['read-only', 'mount -o remount,bind,ro /sys/fs/cgroup'],
  ['something else', 'mount -t tmpfs tmpfs /sys/fs/cgroup'],
]) {
  test(`a cgroup mount that is ${what}: limits are refused, in words`, () => {
    const { status, stdout, stderr } = unit('-p', 'Delegate=yes', 'unshare', '-m', 'sh', '-ec',
      `${prepare}; exec /usr/bin/nodeward run --set 'limits.memory="64M"' -- /bin/true`);
    assert.equal(status, 125, stdout + stderr);
    assert.match(stderr, /^nodeward: .*cgroup: .+/m);
  });
}
