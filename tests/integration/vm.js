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

// `script` is a file of tests/vm: node:test in JavaScript. `suite` names the kernel (tests/vm/run.sh), `seconds` are what
// the machine may take. The tree there is /test, laid out as the repository. `machine` is another one's program, with the
// words before the command file; the script is a file beside it.
async function testInMachine(t, script, { suite = 'bookworm', files = [], seconds = 900, machine = ['tests/vm/run.sh', '-k', suite] } = {}) {
  const folder = temporary(t);
  const [program, ...words] = machine;
  const write = (name, text) => {
    fs.writeFileSync(path.join(folder, name), text);
    return path.join(folder, name);
  };
  const build = path.dirname(nodeward);
  const deep = process.env.NODEWARD_DEEP === '1';
  const env = { NODEWARD: '/test/build/nodeward', VICTIMS: '/test/build/victims', ESCAPE: '/test/build/escape', NODEWARD_SOURCE_DIR: '/test',
    ESCAPE_COLUMNS: deep ? 'root user docker' : 'root', NODEWARD_DEEP: deep ? '1' : '' };
  const command = write('command', [...Object.entries(env).map(([key, value]) => `export ${key}='${value}'`),
    `exec node --test-reporter=tap /test/${path.dirname(program)}/${script}`, ''].join('\n'));
  const tree = ['tests/integration', 'tests/escape', path.dirname(program)].map((name) => `${name}=${path.join(root, name)}`);
  const built = [`build/nodeward=${nodeward}`, `build/victims=${path.dirname(victim('x'))}`, `build/escape=${path.join(build, 'escape')}`];
  const { code, stdout, stderr } = await run([...words, command, `suite=${write('suite', `${suite}\n`)}`, ...tree, ...built, ...files],
    { command: path.join(root, program), env: { ...process.env, NODEWARD_VM_SECONDS: String(seconds) }, timeout: (seconds + 600) * 1000 });
  const told = points(stdout);
  for (const { name, ok, text } of told) {
    await t.test(name, () => assert.ok(ok, text));
  }
  const all = `${stdout.slice(-4000)}\n${stderr}`;
  assert.equal(Number(stdout.match(/^# tests (\d+)$/m)?.[1]), told.length, `every test was told:\n${all}`);
  assert.match(stdout, /^# skipped 0$/m, all);
  assert.equal(code, told.every(({ ok }) => ok) ? 0 : 1, all);
  return told;
}

module.exports = { testInMachine };
