// Runs the tests of an example, as its reader would.
'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
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

// nodeward and its words, up to the command: the example's profile, where the application reaches neither
// it nor the vault beside it. That is not in its own folder, and not in /tmp.
function prefix(context, ...more) {
  const folder = fs.mkdtempSync('/run/nodeward-test-');
  context.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  fs.chmodSync(folder, 0o755);
  const profile = path.join(folder, 'nodeward.toml');
  fs.copyFileSync(path.join(root, 'examples/express-api/nodeward.toml'), profile);
  return { NODEWARD_PREFIX: JSON.stringify([nodeward, 'run', '-p', profile, ...more, '--']) };
}

module.exports = { npm, prefix };
