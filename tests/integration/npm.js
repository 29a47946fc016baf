// Runs the tests of an example, as its reader would.
'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { nodeward, root } = require('./support.js');

const kAtMostMs = 100000;

// `npm WORDS…` in examples/EXAMPLE must end with 0, and none of its tests may have been left out.
function npm(example, words, more = {}) {
  const environment = { ...process.env, NODEWARD: nodeward, ...more };
  delete environment.NODE_TEST_CONTEXT;  // or the inner runner would run nothing, and call it passed
  const { status, stdout, stderr } = spawnSync('npm', ['--silent', ...words], {
    cwd: path.join(root, 'examples', example), env: environment, encoding: 'utf8',
    timeout: kAtMostMs, killSignal: 'SIGKILL',
  });
  const output = `${stdout}\n${stderr}`;
  assert.equal(status, 0, output);
  const count = (what) => Number(output.match(new RegExp(`^(?:#|ℹ) ${what} (\\d+)$`, 'm'))?.[1]);
  assert.ok(count('pass') > 10, output);
  assert.equal(count('skipped'), 0, output);
}

module.exports = { npm };
