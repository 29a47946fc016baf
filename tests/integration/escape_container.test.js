// The attacks of tests/escape inside a stock container of a real Docker engine: its seccomp filter, its
// capabilities, its mounts, root, and no flag that changes any of it. All of them may take 600 seconds.
'use strict';

const assert = require('node:assert/strict');
const path = require('node:path');
const { test } = require('node:test');
const { startEngineWithBase } = require('./docker.js');
const { GROUPS, expected } = require('./escape.js');
const { nodeward, root } = require('./support.js');

const kGroupMs = 300000;

test('the attacks, in a stock container', async (t) => {
  const engine = await startEngineWithBase(t);
  const build = path.relative(root, path.dirname(nodeward));
  await engine.build('attacks', 'tests/escape/Dockerfile', root, ['tests/escape', 'tests/integration',
    ...['nodeward', 'victims', 'escape'].map((name) => path.join(build, name))]);
  for (const about of GROUPS) {
    await t.test(about, async () => {
      const { code, stdout, stderr } = await engine.docker(['run', '--rm', '-e', 'ESCAPE_COLUMNS=container', 'attacks',
        'node', '--test', `tests/integration/escape_${about}.test.js`], { timeout: kGroupMs });
      assert.equal(code, 0, `${stdout}\n${stderr}`);
      const count = (what) => Number(stdout.match(new RegExp(`^(?:#|ℹ) ${what} (\\d+)$`, 'm'))?.[1]);
      assert.equal(count('pass'), expected(about, 'container').length, stdout);
      assert.equal(count('skipped'), 0, stdout);
    });
  }
});
