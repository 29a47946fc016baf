// What is tried in the machine of arm64, as root (machine.test.js starts it there): the unit tests that want a kernel, what
// nodeward says of this one, an application, and the attacks of tests/escape.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');

const { GROUPS, expected, tryEscape } = require('../integration/escape');
const { root, run } = require('../integration/support');

const rung = JSON.parse(fs.readFileSync(path.join(root, 'tests/vm/ladder.json'), 'utf8')).bookworm;
const set = (values) => values.flatMap((value) => ['--set', value]);

test('the machine is of arm64', () => {
  assert.equal(process.arch, 'arm64');
  assert.match(os.release(), new RegExp(`^${rung.linux.replace('.', '\\.')}\\.`));
});

// Those that qemu-user cannot run: the same list (tests/arm64/CMakeLists.txt).
test('unit tests that want a kernel', async () => {
  const wanted = fs.readFileSync(path.join(__dirname, 'wants_kernel.txt'), 'utf8').split('\n')
    .filter((line) => line && !line.startsWith('#')).join(':');
  const { code, stdout, stderr } = await run([`--gtest_filter=${wanted}`, '--gtest_color=no'],
    { command: path.join(root, 'build/tests/unit/unit_test'), timeout: 300000 });
  assert.equal(code, 0, `${stdout}\n${stderr}`);
  assert.match(stdout, /^\[ {2}PASSED {2}\] [1-9]\d* tests?\.$/m, stdout);
  assert.doesNotMatch(stdout, /SKIPPED/, stdout);
});

test('doctor says what it says on x86-64 of the same kernel', async () => {
  const { code, stdout } = await run(['doctor', '--json']);
  assert.equal(code, 0);
  const report = JSON.parse(stdout);
  assert.equal(report.kernel.machine, 'aarch64');
  assert.deepEqual(Object.fromEntries(Object.keys(rung.doctor).map((key) => [key, report[key].standing])), rung.doctor);
  assert.equal(report.landlock.abi, rung.landlock_abi);
});

test('Node.js runs under the default profile, with limits, and nothing is refused', async () => {
  const { code, stdout, events } = await run(['run', ...set(['limits.memory="512M"', 'limits.pids=64']), '--', process.execPath, '-p',
    'process.arch + 6 * 7'], { timeout: 60000 });
  assert.equal(code, 0, JSON.stringify(events));
  assert.equal(stdout, 'arm6442\n');
  assert.deepEqual(events.filter(({ event }) => event === 'violation' || event === 'degraded'), []);
});

// Left out is what takes longest where all is emulated: whole runs of Node.js beyond the one above, and races.
const SLOW = /^(node-|net-stall|net-kinds|net-length|metadata-deep|malformed-lists|threads-taken|refusals-under-signals|event-flood)/;
for (const about of GROUPS) {
  if (['races', 'terminal', 'environment', 'names'].includes(about)) continue;
  for (const name of expected(about, 'root')) {
    if (!SLOW.test(name)) tryEscape(name);
  }
}
