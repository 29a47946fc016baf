// Rules on values: what breaks them refuses the launch, all at once and without a value; what is weak is
// told at the start and by verify.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { marker, refused, run, settings } = require('./support');
const { keygen, seal } = require('./vaults');

const DAY_MS = 24 * 3600 * 1000;
const dayBefore = (days) => new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);

// A folder with a vault of `text` and a profile with these rules.
function vault(t, text, rules) {
  const folder = settings(t);
  const { recipient } = keygen(folder);
  const sealed = path.join(folder, 'app.vault.age');
  seal(sealed, recipient, text);
  const profile = path.join(folder, 'app.toml');
  fs.writeFileSync(profile, `version = 1\n[process]\nuser = "61237"\n[secrets]\nvault = "app.vault.age"
identity = "identity.txt"\nmask = false\n[secrets.rules]\n${rules}\n`);
  return { folder, profile, sealed };
}

const RULES = `JWT_SECRET = { min_length = 32, pattern = "^[A-Za-z0-9]+$", max_age = "90d" }
API_KEY = { pattern = "^key_" }\n`;
const GOOD = `JWT_SECRET = "8f14e45fceea167a5a36dedd4bea2543"\nAPI_KEY = "key_51c09d"\n[nodeward.changed]\n`;

test('what keeps its rules starts, and explain tells them', async (t) => {
  const { profile } = vault(t, `${GOOD}JWT_SECRET = "${dayBefore(90)}"\n`, RULES);
  const result = await run(['run', '-p', profile, '--', process.execPath, '-p', 'process.env.API_KEY']);
  assert.equal(result.code, 0, result.stderr);
  assert.equal(result.stdout, 'key_51c09d\n');
  const told = await run(['explain', '-p', profile, '--', process.execPath]);
  assert.equal(told.code, 0);
  assert.match(told.stdout, /JWT_SECRET: at least 32 bytes, of the pattern .* and at most 90 days old/);
});

test('all that breaks a rule is told at once, and no value', async (t) => {
  const { profile } = vault(t, `JWT_SECRET = "short-51c09d"\nAPI_KEY = "51c09d"\n[nodeward.changed]
JWT_SECRET = "${dayBefore(92)}"\n`, RULES);
  const { stderr } = await refused(marker(t), ['run', '-p', profile], [
    /app\.vault\.age: secrets break their rules/, /API_KEY does not match its pattern/,
    /JWT_SECRET is shorter than 32 bytes/, /JWT_SECRET does not match its pattern/,
    /JWT_SECRET is 9[23] days old, and may be 90/, /try: nodeward vault set/]);
  assert.doesNotMatch(stderr, /51c09d/);
});

test('a secret without a day is started with, and told', async (t) => {
  const { profile } = vault(t, GOOD, RULES);
  const result = await run(['run', '-p', profile, '--', 'true']);
  assert.equal(result.code, 0, result.stderr);
  assert.match(result.stderr, /the age of \\"JWT_SECRET\\" cannot be held to 90 days: its vault has no day/);
});

test('vault set writes the day that max_age counts from', async (t) => {
  const { profile } = vault(t, `${GOOD}JWT_SECRET = "2001-01-01"\n`, RULES);
  await refused(marker(t), ['run', '-p', profile], [/JWT_SECRET is \d+ days old/]);
  const input = 'c4ca4238a0b923820dcc509a6f75849b';
  const changed = await run(['vault', 'set', 'JWT_SECRET', '-p', profile], { input });
  assert.equal(changed.code, 0, changed.stderr);
  assert.equal((await run(['run', '-p', profile, '--', 'true'])).code, 0);
});

test('weak values are told by name, at the start and by verify', async (t) => {
  const text = 'A = "your-256-bit-secret"\nB = "ChangeMe"\nC = "xxxxxxxx"\nD = "8f14e45fceea167a"\n';
  const { profile } = vault(t, text, '');
  const started = await run(['run', '-p', profile, '--', 'true']);
  assert.equal(started.code, 0, started.stderr);
  const verified = await run(['vault', 'verify', '-p', profile]);
  assert.equal(verified.code, 0, verified.stderr);
  for (const output of [started.stderr, verified.stdout]) {
    for (const name of ['A', 'B']) assert.match(output, new RegExp(`"${name}\\\\?" is a placeholder`));
    assert.match(output, /"C\\?" is one character again and again/);
    assert.doesNotMatch(output, /"D\\?" is/);
    assert.doesNotMatch(output, /your-256-bit-secret|ChangeMe|xxxxxxxx/);
  }
});
