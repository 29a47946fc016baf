// The Debian package comes to a booted Debian 12, as root in the machine (vm_debian.test.js starts it there): installed by
// the README's line, its unit enabled, confined by its AppArmor profile. debian_rebooted.js goes on after a reboot.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { test } = require('node:test');

const { files } = require('./debian_files');
const { applications, get, makeApplication, messages, property, shell, systemctl } = require('./services');

const kEnforced = 'nodeward (enforce)\n';

test('installed by the README’s line: a user, the units, and nothing that runs', () => {
  // As on every Debian, and from the next boot by itself.
  shell('systemctl unmask apparmor.service; systemctl start apparmor.service');
  fs.mkdirSync('/var/tmp/seen');
  fs.writeFileSync('/var/tmp/seen/files', files().join('\n'));
  shell(`cd /test/debs; ${process.env.INSTALL}`);
  assert.match(shell('dpkg-query -W -f \'${db:Status-Abbrev}${Version}\' nodeward'), /^ii \d/);
  assert.match(shell('getent passwd nodeward'), /^nodeward:x:\d{3}:\d{3}:.*:\/usr\/sbin\/nologin$/m);
  assert.match(systemctl('list-unit-files', 'nodeward@*').stdout, /nodeward@\.service +disabled .*\n.*nodeward@\.socket +disabled /);
  assert.doesNotMatch(systemctl('list-units', '--all', 'nodeward@*').stdout, /nodeward@/);
  assert.match(fs.readFileSync('/sys/kernel/security/apparmor/profiles', 'utf8'), /^nodeward \(enforce\)$/m);
});

test('its unit, enabled: the application is served, with its secret, in its limits', async () => {
  makeApplication();
  shell(`mkdir -p /etc/credstore.encrypted; cd /etc/nodeward
    systemd-creds encrypt --name=nodeward-identity identity.txt /etc/credstore.encrypted/nodeward.app; rm identity.txt`);
  const { status, stderr } = systemctl('enable', '--now', 'nodeward@app');
  assert.equal(status, 0, `${stderr}\n${messages('nodeward@app')}`);
  const { uid, pid, secret } = await get();
  assert.deepEqual([uid, secret], [65532, 10]);
  assert.match(fs.readFileSync(`/proc/${pid}/cgroup`, 'utf8'), /nodeward@app\.service\/nodeward-/);
  assert.deepEqual(applications().map(({ Pid }) => Number(Pid)), [pid]);
  assert.match((await get('/steal')).write, /^(EACCES|EROFS)$/);
});

test('nodeward and the application are in the package’s AppArmor profile', async () => {
  const { pid } = await get();
  for (const process of [property('nodeward@app', 'MainPID'), pid]) {
    assert.equal(fs.readFileSync(`/proc/${process}/attr/current`, 'utf8'), kEnforced);
  }
});

test('what the administrator changes: settings of the package, of the unit, and of the application', () => {
  fs.appendFileSync('/etc/apparmor.d/nodeward', '# of the administrator\n');
  fs.mkdirSync('/etc/systemd/system/nodeward@app.service.d');
  fs.writeFileSync('/etc/systemd/system/nodeward@app.service.d/override.conf', '[Service]\nMemoryMax=400M\n');
  shell('systemctl daemon-reload');
  fs.copyFileSync('/proc/sys/kernel/random/boot_id', '/var/tmp/seen/boot');
});
