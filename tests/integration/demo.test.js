// What `./dev demo` shows, after setup and build: it must come to its end, and show every part.
'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { test } = require('node:test');
const { attempts } = require('../../examples/hostile-dependency/driver/attempts.js');
const { nodeward, root } = require('./support.js');

const kAtMostMs = 100000;

test('the demo', () => {
  const { status, stdout, stderr } = spawnSync(path.join(root, 'examples/demo.sh'), [], {
    env: { ...process.env, NODEWARD: nodeward }, encoding: 'utf8',
    timeout: kAtMostMs, killSignal: 'SIGKILL',
  });
  assert.deepEqual([status, stderr], [0, '']);
  const parts = [...attempts.map(({ title }) => title), 'run would start', 'own profile',
    'too many requests', '"event":"start"', '"event":"exit"', 'exit code 0', '"event":"violation"'];
  assert.deepEqual(parts.filter((part) => !stdout.includes(part)), [], stdout);
  assert.doesNotMatch(stdout, /\(expected \d+\)/);
});
