'use strict';

// Programs other than Node.js: one by its path, one found in PATH, one through a shell.
const assert = require('node:assert');
const { exec, execFile, spawnSync } = require('node:child_process');
const { promisify } = require('node:util');
const { feature } = require('../feature.js');

feature(async () => {
  const { stdout: path } = await promisify(execFile)('/usr/bin/echo', ['by', 'path']);
  const { stdout: name } = await promisify(execFile)('echo', ['by', 'name']);
  const { stdout: shell } = await promisify(exec)('echo by shell | cat');
  const missing = spawnSync('/usr/bin/no-such-program').error.code;
  assert.strictEqual(path, 'by path\n');
  return { path, name, shell, missing };
});
