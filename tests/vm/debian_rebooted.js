// The Debian package after a reboot (debian.js comes before): its service runs again, and the package is upgraded, removed
// and purged.
'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const { before, test } = require('node:test');

const { eventually } = require('../integration/support');
const { files } = require('./debian_files');
const { PROFILE, applications, get, journal, messages, property, shell, systemctl } = require('./services');

const kWaitMs = 240000;
const UNIT = 'nodeward@app';
const ADMINISTRATORS = ['/etc/credstore.encrypted', '/etc/credstore.encrypted/nodeward.app', '/etc/nodeward', '/etc/nodeward/app.env',
  '/etc/nodeward/app.toml', '/etc/nodeward/app.vault.age', '/etc/systemd/system/nodeward@app.service.d',
  '/etc/systemd/system/nodeward@app.service.d/override.conf', '/srv/app', '/srv/app/server.js'];
const read = (name) => fs.readFileSync(name, 'utf8');
const apt = (...words) => {
  const { status, stdout, stderr } = spawnSync('apt-get', ['-y', ...words], { encoding: 'utf8', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  assert.equal(status, 0, stdout + stderr);
};
const program = () => fs.readlinkSync(`/proc/${property(UNIT, 'MainPID')}/exe`);

before(() => eventually(() => ['active', 'failed'].includes(property(UNIT, 'ActiveState')), 'the service, started or not', kWaitMs));

test('after a reboot the service runs again by itself', async () => {
  assert.notEqual(read('/proc/sys/kernel/random/boot_id'), read('/var/tmp/seen/boot'));
  assert.equal(property(UNIT, 'ActiveState'), 'active', messages(UNIT));
  assert.equal(property(UNIT, 'NRestarts'), '0');
  const { uid, pid, secret } = await get();
  assert.deepEqual([uid, secret], [65532, 10]);
  assert.equal(read(`/proc/${pid}/attr/current`), 'nodeward (enforce)\n');
});

test('an upgrade ends nothing that runs, and keeps what was changed by hand', async () => {
  const main = property(UNIT, 'MainPID');
  const { pid } = await get();
  apt('-o', 'Dpkg::Options::=--force-confold', 'install', ...fs.readdirSync('/test/later').map((name) => `/test/later/${name}`));
  assert.equal(shell('dpkg-query -W -f \'${db:Status-Abbrev}${Version}\' nodeward'), 'ii 9.0');
  assert.equal(property(UNIT, 'MainPID'), main);
  assert.equal((await get()).pid, pid);
  assert.equal(program(), '/usr/bin/nodeward (deleted)');
  assert.match(read('/etc/apparmor.d/nodeward'), /# of the administrator\n$/);
  assert.match(read('/etc/apparmor.d/nodeward.dpkg-dist'), /# of a later version\n$/);
  assert.equal(read('/etc/nodeward/app.toml'), PROFILE);
  assert.equal(property(UNIT, 'MemoryMax'), String(400 << 20));
});

test('the nodeward from before the upgrade answers the new one; after a crash it is the new one', async () => {
  assert.equal(spawnSync('/usr/bin/nodeward', ['status', '--healthy']).status, 0);
  const { pid } = await get();
  process.kill(pid, 'SIGKILL');
  // systemd restarts, not nodeward.
  const again = await eventually(() => applications().find(({ Pid }) => Pid !== String(pid)), 'the application, once more', kWaitMs);
  await eventually(() => journal('-b', 'NODEWARD_EVENT=ready').at(-1).MESSAGE.includes(again.Pid), 'a ready application', kWaitMs);
  assert.equal(program(), '/usr/bin/nodeward');
  const { pid: present, secret } = await get();
  assert.deepEqual([present, secret], [Number(again.Pid), 10]);
});

test('removed: the service is stopped, and settings stay', () => {
  apt('remove', 'nodeward');
  assert.deepEqual(applications(), []);
  assert.equal(property(UNIT, 'ActiveState'), 'inactive');
  assert.equal(property(UNIT, 'LoadState'), 'not-found');
  assert.ok(!fs.existsSync('/usr/bin/nodeward'));
  assert.match(read('/etc/apparmor.d/nodeward'), /# of the administrator\n$/);
});

test('purged: what stays is what the administrator made, and the user', () => {
  apt('purge', 'nodeward');
  const known = new Set(read('/var/tmp/seen/files').split('\n'));
  const left = files().filter((name) => !known.has(name));
  assert.deepEqual(left.sort(), ADMINISTRATORS);
  assert.match(shell('getent passwd nodeward'), /^nodeward:/);
});
