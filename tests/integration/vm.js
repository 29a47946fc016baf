// Runs a file of node:test as root in the virtual machine of tests/vm, and tells each of its tests as one here.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { nodeward, root, run, temporary, victim } = require('./support.js');

// The points of a TAP stream, [{name, ok, text}], those of the outermost level.
function points(tap) {
  const found = [];
  for (const line of tap.split('\n')) {
    const [, failed, name] = line.match(/^(not )?ok \d+ - (.*)$/) ?? [];
    if (name !== undefined) found.push({ name, ok: failed === undefined, text: line });
    else if (found.length > 0) found.at(-1).text += `\n${line}`;
  }
  return found;
}

// A shell script that runs `first`, reboots the machine, and then runs `second`; it fails where one of them did.
const rebooting = (first, second) => `code=/var/tmp/exit-code
if [ ! -e $code ]; then
  ${first}; echo $? > $code
  systemctl reboot
  exec sleep infinity
fi
${second} && exit "$(cat $code)"
exit 1
`;

// `script` is a file of tests/vm: node:test in JavaScript; so is `rebooted`, which goes on where the machine was booted
// once more. `suite` names the kernel (tests/vm/run.sh), `env` is set there, `seconds` are what the machine may take. The
// tree there is /test, laid out as the repository. `machine` is another one's program, with the words before the command
// file; the script is a file beside it.
async function testInMachine(t, script,
  { rebooted, suite = 'bookworm', files = [], env: more, seconds = 900, machine = ['tests/vm/run.sh', '-k', suite] } = {}) {
  const folder = temporary(t);
  const [program, ...words] = machine;
  const write = (name, text) => {
    fs.writeFileSync(path.join(folder, name), text);
    return path.join(folder, name);
  };
  const build = path.dirname(nodeward);
  const deep = process.env.NODEWARD_DEEP === '1';
  const env = { NODEWARD: '/test/build/nodeward', VICTIMS: '/test/build/victims', ESCAPE: '/test/build/escape', NODEWARD_SOURCE_DIR: '/test',
    ESCAPE_COLUMNS: deep ? 'root user docker' : 'root', NODEWARD_DEEP: deep ? '1' : '', ...more };
  const test = (name) => `node --test-reporter=tap /test/${path.dirname(program)}/${name}`;
  const command = write('command', [...Object.entries(env).map(([key, value]) => `export ${key}='${value}'`),
    rebooted ? rebooting(test(script), test(rebooted)) : `exec ${test(script)}\n`].join('\n'));
  const tree = ['tests/integration', 'tests/escape', path.dirname(program)].map((name) => `${name}=${path.join(root, name)}`);
  const built = [`build/nodeward=${nodeward}`, `build/victims=${path.dirname(victim('x'))}`, `build/escape=${path.join(build, 'escape')}`];
  const { code, stdout, stderr } = await run(
    [...words, ...(rebooted ? ['-r'] : []), command, `suite=${write('suite', `${suite}\n`)}`, ...tree, ...built, ...files],
    { command: path.join(root, program), env: { ...process.env, NODEWARD_VM_SECONDS: String(seconds) }, timeout: (seconds + 600) * 1000 });
  const told = points(stdout);
  for (const { name, ok, text } of told) {
    await t.test(name, () => assert.ok(ok, text));
  }
  const all = `${stdout.slice(-4000)}\n${stderr}`;
  const counts = (what) => [...stdout.matchAll(new RegExp(`^# ${what} (\\d+)$`, 'gm'))].map(([, count]) => Number(count));
  assert.equal(counts('tests').length, rebooted ? 2 : 1, all);
  assert.equal(counts('tests').reduce((sum, count) => sum + count), told.length, `every test was told:\n${all}`);
  assert.ok(counts('skipped').every((count) => count === 0), all);
  assert.equal(code, told.every(({ ok }) => ok) ? 0 : 1, all);
  return told;
}

module.exports = { testInMachine };
