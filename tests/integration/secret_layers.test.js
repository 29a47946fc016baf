// Several vaults, one over the other: what reaches the application, and what is told of each.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { marker, refused, run, settings } = require('./support');
const { keygen, seal } = require('./vaults');

// A folder with an identity, vaults of these texts by name, and a profile that lists them in order.
function layers(t, texts, secrets = '') {
  const folder = settings(t);
  const { recipient } = keygen(folder);
  for (const [name, text] of Object.entries(texts)) seal(path.join(folder, name), recipient, text);
  const profile = path.join(folder, 'app.toml');
  const list = Object.keys(texts).map((name) => `"${name}"`).join(', ');
  fs.writeFileSync(profile, `version = 1\n[process]\nuser = "61237"\n[secrets]\nvault = [${list}]
identity = "identity.txt"\nmask = false\n${secrets}\n`);
  return { folder, profile };
}

const TEXTS = {
  'base.age': 'URL = "base-url-7f21"\nTOKEN = "base-token-7f21"\n',
  'production.age': 'TOKEN = "site-token-7f21"\nKEY = "site-key-7f21"\n',
};
const PRINT = ['--', process.execPath, '-e', 'const { URL: u, TOKEN, KEY } = process.env; console.log(u, TOKEN, KEY)'];

test('a later vault wins, name by name', async (t) => {
  const { profile } = layers(t, TEXTS, 'require = ["URL", "TOKEN", "KEY"]');
  const result = await run(['run', '-p', profile, ...PRINT]);
  assert.equal(result.code, 0, result.stderr);
  assert.equal(result.stdout, 'base-url-7f21 site-token-7f21 site-key-7f21\n');
});

test('explain tells which vault each name comes from, and no value', async (t) => {
  const { folder, profile } = layers(t, TEXTS);
  const told = await run(['explain', '-p', profile, '--', process.execPath]);
  assert.equal(told.code, 0, told.stderr);
  assert.ok(told.stdout.includes(`from ${folder}/base.age: URL\n`), told.stdout);
  assert.ok(told.stdout.includes(`from ${folder}/production.age: KEY and TOKEN\n`), told.stdout);
  assert.doesNotMatch(told.stdout + told.stderr, /7f21/);
});

test('explain refuses what run refuses', async (t) => {
  const { profile } = layers(t, TEXTS, 'require = ["TOKEN", "ABSENT"]');
  const missing = /required secrets are missing: ABSENT \(the vaults .*base\.age and .*production\.age\)/;
  await refused(marker(t), ['run', '-p', profile], [missing]);
  const told = await run(['explain', '-p', profile, '--', process.execPath]);
  assert.equal(told.code, 125);
  assert.match(told.stdout, missing);
});

test('one bad vault of several refuses the launch, by its name', async (t) => {
  const { folder, profile } = layers(t, TEXTS);
  for (const name of Object.keys(TEXTS)) {
    const file = path.join(folder, name);
    const whole = fs.readFileSync(file);
    fs.writeFileSync(file, whole.subarray(0, whole.length - 1));
    await refused(marker(t), ['run', '-p', profile], [new RegExp(`${name}: the vault`)]);
    fs.writeFileSync(file, whole);
  }
});

test('nodeward vault changes one of several, which -f names', async (t) => {
  const { folder, profile } = layers(t, TEXTS);
  const both = await run(['vault', 'list', '-p', profile]);
  assert.equal(both.code, 125);
  assert.match(both.stderr, /names 2 vaults.*base\.age and .*production\.age\n  try: -f .*production\.age/);
  const one = await run(['vault', 'list', '-p', profile, '-f', path.join(folder, 'base.age')]);
  assert.match(one.stdout, /^TOKEN .*\nURL /);
});
