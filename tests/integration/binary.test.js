// What ships: one static, hardened file.
'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const { test } = require('node:test');
const { nodeward, run, root } = require('./support');

const readelf = (...flags) => execFileSync('readelf', [...flags, '-W', nodeward], {
  encoding: 'utf8', maxBuffer: 64 << 20,
});

test('static and position independent: no interpreter, no shared library', () => {
  assert.match(readelf('-h'), /Type:\s+DYN/);
  assert.doesNotMatch(readelf('-l'), /INTERP/);
  assert.doesNotMatch(readelf('-d'), /NEEDED/);
});

test('full RELRO, and no executable stack', () => {
  assert.match(readelf('-l'), /GNU_RELRO/);
  assert.match(readelf('-l'), /GNU_STACK\s+\S+\s+\S+\s+\S+\s+\S+\s+\S+\s+RW\s/);
  assert.match(readelf('-d'), /BIND_NOW|FLAGS_1.*NOW/);
});

test('built with the stack protector and fortified calls', () => {
  const symbols = readelf('-s');
  assert.match(symbols, /__stack_chk_fail/);
  assert.match(symbols, /__(snprintf|memcpy|read)_chk/);
});

test('--version names the commit', async () => {
  const result = await run(['--version']);
  assert.equal(result.code, 0);
  assert.match(result.stdout, /^nodeward \d+\.\d+\.\d+( \([0-9a-f]{7,}\))?\n$/);
  const inGit = require('node:fs').existsSync(`${root}/.git`);
  assert.equal(/\(/.test(result.stdout), inGit);
});
