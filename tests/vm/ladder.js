// One rung of the ladder of kernels, as root in the machine (vm_ladder.test.js starts it there): what nodeward says of
// this kernel is what ladder.json has written down, what is missing is refused or told, and the attacks of tests/escape
// end as they should.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');

const [suite] = fs.readFileSync('/test/suite', 'utf8').trim().split(' ');
const rung = JSON.parse(fs.readFileSync(path.join(__dirname, 'ladder.json'), 'utf8'))[suite];
// What no strict launch holds here is tried as an operator would have to run it.
process.env.ESCAPE_SET = rung.attacks === 'best-effort' ? 'enforcement="best-effort"' : '';

const { GROUPS, expected, tryEscape } = require('../integration/escape');
const { marker, nodeward, refused, run } = require('../integration/support');

// A profile that asks for all that a kernel may lack.
const EVERYTHING = ['namespaces.pid=true', 'namespaces.mount=true', 'namespaces.net=true', 'limits.memory="256M"', 'limits.swap="0"',
  'limits.cpu=1.5', 'limits.pids=64'];
// In a unit of its own that may make control groups: beside others, here beside the test, nodeward makes none.
const inUnit = (args) => run(['--quiet', '--wait', '--pipe', '--collect', '-p', 'Delegate=yes', nodeward, ...args],
  { command: 'systemd-run', timeout: 60000 });
const set = (values) => values.flatMap((value) => ['--set', value]);
const isMissing = (state) => state !== 'full' && state !== 'off';

test(`Linux ${rung.linux}`, () => {
  const [own, written] = [os.release(), rung.linux].map((text) => text.match(/^(\d+)\.(\d+)/).slice(1).map(Number));
  // The newest of Debian moves on; the table below has to hold there too.
  if (rung.or_newer) assert.ok(own[0] > written[0] || (own[0] === written[0] && own[1] >= written[1]), os.release());
  else assert.deepEqual(own, written, os.release());
});

test('doctor says of this kernel what is written down', async () => {
  const { code, stdout } = await run(['doctor', '--json']);
  assert.equal(code, 0);
  const report = JSON.parse(stdout);
  assert.deepEqual(Object.fromEntries(Object.keys(rung.doctor).map((key) => [key, report[key].standing])), rung.doctor);
  if (rung.or_newer) assert.ok(report.landlock.abi >= rung.landlock_abi, `ABI ${report.landlock.abi}`);
  else assert.equal(report.landlock.abi, rung.landlock_abi);
});

test('explain, of a profile that asks for everything, says what is written down', async () => {
  const { stdout } = await inUnit(['explain', '--json', ...set(EVERYTHING), '--', '/bin/true']);
  const { measures, starts } = JSON.parse(stdout);
  assert.deepEqual(Object.fromEntries(measures.map(({ measure, state }) => [measure, state])), rung.measures);
  assert.equal(starts, missing.length === 0);
});

// The supervisor's own confinement is nobody's request: the start event says what there is of it.
const missing = Object.keys(rung.measures).filter((name) => name !== 'supervisor' && isMissing(rung.measures[name]));

test(`strict: ${missing.join(', ') || 'nothing'} is missing`, async (t) => {
  const mark = marker(t);
  if (missing.length === 0) {
    const { code, events } = await inUnit(['run', ...set(EVERYTHING), '--', '/bin/true']);
    assert.equal(code, 0, JSON.stringify(events));
    return;
  }
  // All that is missing in one refusal, a line each, with what would help.
  const { code, stdout, stderr, events } = await inUnit(['run', ...set(EVERYTHING), '--', ...mark.command]);
  assert.equal(code, 125, stderr);
  assert.equal(stdout, '');
  assert.deepEqual(events, []);
  assert.ok(!mark.started());
  for (const name of missing) assert.match(stderr, new RegExp(`: ${name}: .+`), stderr);
  assert.equal(stderr.match(/^ {2}try: /gm)?.length, missing.length, stderr);
});

test('best-effort starts, tells each gap as an event, and says what is in force', async () => {
  const { code, events } = await inUnit(['run', '--set', 'enforcement="best-effort"', ...set(EVERYTHING), '--', '/bin/true']);
  assert.equal(code, 0, JSON.stringify(events));
  const gaps = events.filter(({ event, code: number }) => event === 'degraded' && number === 'NW101');
  assert.deepEqual(gaps.map(({ kind }) => kind).sort(), missing.sort(), JSON.stringify(gaps));
  const start = events.find(({ event }) => event === 'start');
  assert.deepEqual(start.measures.filter((name) => name.endsWith(': missing')).sort(), missing.map((name) => `${name}: missing`));
  // A domain of its own would keep the supervisor from making the application's mounts.
  assert.equal(start['supervisor.landlock'], false);
});

test('the default profile', async (t) => {
  const without = missing.filter((name) => !['namespaces', 'cgroup'].includes(name));
  if (without.length > 0) {
    await refused(marker(t), ['run'], without.map((name) => new RegExp(`: ${name}: `)));
    return;
  }
  const { code, stdout, events } = await run(['run', '--', process.execPath, '-p', '6*7'], { timeout: 60000 });
  assert.equal(code, 0, JSON.stringify(events));
  assert.equal(stdout, '42\n');
  assert.deepEqual(events.filter(({ event }) => event === 'violation' || event === 'degraded'), []);
});

// memfd_create(2) has other flags on old kernels.
test('secrets delivered in memory', async (t) => {
  const enforcement = missing.includes('landlock') ? 'best-effort' : 'strict';
  const folder = fs.mkdtempSync('/run/secrets-');
  t.after(() => fs.rmSync(folder, { recursive: true }));
  fs.chmodSync(folder, 0o755);
  const [vault, identity, profile] = ['app.vault.age', 'identity.txt', 'app.toml'].map((name) => path.join(folder, name));
  fs.writeFileSync(profile, `version = 1\nenforcement = "${enforcement}"
[secrets]\nvault = "${vault}"\nidentity = "${identity}"\ndeliver = "memory"\n`);
  const vaultDoes = async (args, options) => assert.equal((await run(['vault', ...args], { timeout: 60000, ...options })).code, 0, args[0]);
  await vaultDoes(['keygen', '-o', identity]);
  await vaultDoes(['create', '-p', profile]);
  await vaultDoes(['set', 'TOKEN', '-p', profile], { input: 'canary' });
  const script = 'process.env.TOKEN + fs.readFileSync("/proc/self/environ").includes("canary")';
  const { stdout, stderr } = await run(['run', '-p', profile, '--', process.execPath, '-p', script], { timeout: 60000 });
  assert.equal(stdout, 'canaryfalse\n', stderr);
});

// What takes longest in an emulated machine: whole runs of Node.js, and what is timed by the clock.
const SLOW = /^(node-|net-stall|net-kinds|net-length|metadata-deep|malformed-lists|threads-taken|refusals-under-signals|event-flood)/;
const deep = process.env.NODEWARD_DEEP === '1';
for (const about of GROUPS) {
  if (!deep && ['races', 'terminal', 'environment', 'names'].includes(about)) continue;
  for (const name of expected(about, 'root')) {
    if (rung.not_held?.includes(name) || (!deep && SLOW.test(name))) continue;
    tryEscape(name);
  }
}
