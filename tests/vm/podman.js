// nodeward in containers of Podman with crun, on control groups of version 2: root's and a user's; as root in
// the machine (vm_podman.test.js starts it there).
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { before, test } = require('node:test');

const { eventually, nodeward, parseEvents, run } = require('../integration/support');
const { shell } = require('./services');

const kWaitMs = 240000;
const kDeep = process.env.NODEWARD_DEEP === '1';

// What packaging/docker/Dockerfile makes, of this machine's own files: node, nodeward, an application, and nothing else.
const MAKE_IMAGE = `
mkdir -p /img/app /img/tmp /img/proc /img/dev /img/sys /img/run /img/usr/share; chmod 1777 /img/tmp
for file in /usr/bin/node /etc/passwd /etc/group $(ldd /usr/bin/node | grep -o '/[^ ]*'); do
  mkdir -p "/img$(dirname "$file")"; cp -L "$file" "/img$file"
done
cp -r /usr/share/nodejs /img/usr/share/
install -D -m 755 ${nodeward} /img/usr/local/bin/nodeward
`;
const ENTRY = ['--change', 'ENV PATH=/usr/local/bin:/usr/bin', '--change', 'WORKDIR /app'];
// Tries what a dependency would.
const TRIES = `
const fs = require('node:fs');
const tried = (what) => { try { what(); return 'ok'; } catch ({ code }) { return code; } };
console.log(JSON.stringify({ uid: process.getuid(), write: tried(() => fs.writeFileSync('/app/new', '')),
  spawn: require('node:child_process').spawnSync('/usr/bin/node', ['-v']).error?.code, kill: tried(() => process.kill(1, 0)) }));
`;

const asUser = (words) => ['runuser', '-u', 'someone', '--', 'env', '-C', '/var/lib/someone', 'HOME=/var/lib/someone',
  'XDG_RUNTIME_DIR=/run/user/1000', 'DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus', ...words];
const START = { rootful: (words) => words, rootless: asUser };
const execute = ([command, ...words]) => run(words, { command, timeout: kWaitMs });
const podman = (...words) => execute(['podman', ...words]);

// Root's and the user's containers beside each other: each of the two does one thing after another.
const busy = {};
function inTurn(who, words) {
  busy[who] = busy[who].then(() => execute(START[who](words)));
  return busy[who];
}

before(async () => {
  shell(MAKE_IMAGE);
  fs.writeFileSync('/img/app/tries.js', TRIES);
  shell(`chmod -R a+rX /img; tar -C /img -cf /var/tmp/app.tar .; chmod 644 /var/tmp/app.tar
    useradd -m -d /var/lib/someone -u 1000 someone; loginctl enable-linger someone`);
  await eventually(() => fs.existsSync('/run/user/1000/bus'), 'the bus of the user', kWaitMs);
  for (const who of ['rootful', 'rootless']) {
    busy[who] = execute(START[who](['podman', 'import', ...ENTRY, '/var/tmp/app.tar', 'localhost/app:latest']));
  }
  for (const { code, stderr } of await Promise.all(Object.values(busy))) assert.equal(code, 0, stderr);
  for (const one of CASES) one.ran = inTurn(one.who, one.words);
});

// The user inside, by how the container is started. The costlier ones with --deep.
const CASES = [];
for (const who of ['rootful', 'rootless']) {
  for (const { flags, uid = 65532, limits = [], deep = false } of [
    { flags: [] },
    { flags: ['--user', '1000:1000', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'], uid: 1000, deep: true },
    { flags: ['--read-only', '--tmpfs', '/tmp', '--init'], deep: who === 'rootful' },
    { flags: ['-m', '256m', '--memory-swap', '256m', '--pids-limit', '64'], limits: ['limits.memory="256M"', 'limits.pids=64'], deep: who === 'rootful' },
  ]) {
    if (deep && !kDeep) continue;
    const words = ['podman', 'run', '--rm', '--network', 'none', ...flags, '--entrypoint', 'nodeward', 'localhost/app:latest', 'run',
      ...limits.flatMap((value) => ['--set', value]), '--', 'node', 'tries.js'];
    CASES.push({ who, words, name: `${who}, podman run ${flags.join(' ')}`, uid, write: flags.includes('--read-only') ? 'EROFS' : 'EACCES' });
  }
}

test('the runtime is crun, and control groups are version 2', async () => {
  const { stdout } = await podman('info', '--format', '{{.Host.OCIRuntime.Name}} {{.Host.CgroupsVersion}}');
  assert.equal(stdout, 'crun v2\n');
});

for (const one of CASES) {
  test(one.name, async () => {
    const { code, stdout, stderr } = await one.ran;
    assert.equal(code, 0, stderr);
    const { uid, write } = one;
    assert.deepEqual(JSON.parse(stdout), { uid, write, spawn: 'EACCES', kill: 'EPERM' });
    const events = parseEvents(stderr);
    const codes = events.filter(({ event }) => event === 'violation').map(({ code: number }) => number);
    assert.ok(codes.includes('NW201') && codes.includes('NW211'), stderr);
    assert.deepEqual(events.filter(({ event }) => event === 'degraded'), []);
  });
}

// What a rootless container is without subordinate ids: one user, which is root, and never the application's.
test('a user namespace of one user: refused by name', async () => {
  const { code, stderr } = await execute(asUser(['unshare', '-Ur', nodeward, 'run', '--', '/bin/true']));
  assert.equal(code, 125, stderr);
  assert.match(stderr, /^nodeward: .*identity: this user namespace has no user 65532, only 0\n {2}try: .*\/etc\/subuid/m);
});
