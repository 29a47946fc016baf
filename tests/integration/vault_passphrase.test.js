// Vaults for a passphrase: made and changed here, opened by Debian's age, and back.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { nodeward, run, settings } = require('./support');
const { keygen, typing } = require('./vaults');

const PASSPHRASE = 'gravel tooth 51c09d';
const ASKS = /(passphrase|Once more|Passphrase)[^\n]*: /g;

// A place for a vault; `vault(words, {input, fds})` runs a subcommand, fds being texts by number.
function place(t) {
  const folder = settings(t);
  const file = path.join(folder, 'app.vault.age');
  const vault = ([sub, ...words], { input = '', fds = {} } = {}) => {
    const opens = Object.entries(fds).map(([fd, text]) => `${fd}< <(printf %s '${text}')`).join(' ');
    return run(['-c', `"$0" "$@" ${opens}`, nodeward, 'vault', sub, '-f', file, ...words], { command: 'bash', input });
  };
  return { folder, file, vault };
}
const WITH = { fds: { 4: PASSPHRASE } };
const FD = ['--passphrase-fd', '4'];

// What age makes of the file with this passphrase.
const decrypt = (file, passphrase) => typing(['age', '-d', file], [passphrase], /passphrase[^\n]*: /g);

test('a vault for a passphrase, from a descriptor: age opens it, changes keep it', async (t) => {
  const { file, vault } = place(t);
  const made = await vault(['create', '--passphrase', ...FD], WITH);
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stderr, /app\.vault\.age: an empty vault for a passphrase/);
  assert.match(fs.readFileSync(file, 'latin1'), /^age-encryption\.org\/v1\n-> scrypt \S{22} 18\n/);
  for (const [name, input] of [['A', 'value-a'], ['B', 'value-b']]) {
    const set = await vault(['set', name, ...FD], { ...WITH, input });
    assert.equal(set.code, 0, set.stderr);
  }
  const list = await vault(['list', ...FD], WITH);
  assert.match(list.stdout, /^A .*\nB /, list.stderr);
  assert.match((await vault(['verify', ...FD], WITH)).stdout, /2 secrets\n {2}for a passphrase/);
  const opened = await decrypt(file, PASSPHRASE);
  assert.equal(opened.code, 0, opened.text);
  assert.match(opened.text, /A = "value-a"\r?\nB = "value-b"/);
  const wrong = await vault(['set', 'C', ...FD], { input: 'x', fds: { 4: 'other' } });
  assert.equal(wrong.code, 125);
  assert.match(wrong.stderr, /the passphrase does not open the vault/);
});

test('what age made with a passphrase is changed, and still opens with it', async (t) => {
  const { folder, file, vault } = place(t);
  const plain = path.join(folder, 'plain.toml');
  fs.writeFileSync(plain, '# by hand\nA = "old"\n');
  const sealed = await typing(['age', '-p', '-a', '-o', file, plain], [PASSPHRASE, PASSPHRASE], /passphrase[^\n]*: /g);
  assert.equal(sealed.code, 0, sealed.text);
  const set = await vault(['set', 'B', ...FD], { ...WITH, input: 'new' });
  assert.equal(set.code, 0, set.stderr);
  assert.ok(fs.readFileSync(file, 'latin1').startsWith('-----BEGIN AGE'), 'armour stays armour');
  assert.match((await decrypt(file, PASSPHRASE)).text, /# by hand\r?\nA = "old"\r?\nB = "new"/);
});

test('on a terminal it is asked for twice, not shown, and asked for once to change', async (t) => {
  const { file } = place(t);
  const create = [nodeward, 'vault', 'create', '-f', file, '--passphrase'];
  const differ = await typing(create, [PASSPHRASE, 'another'], ASKS);
  assert.equal(differ.code, 125, differ.text);
  assert.match(differ.text, /the two passphrases differ; nothing was changed/);
  const empty = await typing(create, ['', ''], ASKS);
  assert.match(empty.text, /an empty passphrase/);
  assert.equal(fs.existsSync(file), false);
  const made = await typing(create, [PASSPHRASE, PASSPHRASE], ASKS);
  assert.equal(made.code, 0, made.text);
  assert.ok(!made.text.includes(PASSPHRASE));
  const value = path.join(path.dirname(file), 'value');
  fs.writeFileSync(value, 'x');
  const set = await typing([nodeward, 'vault', 'set', 'A', '-f', file, '--from', value], [PASSPHRASE], ASKS);
  assert.equal(set.code, 0, set.text);
  assert.equal(set.text.match(ASKS).length, 1);
});

test('rekey: another passphrase, from a passphrase to recipients, and back', async (t) => {
  const { folder, file, vault } = place(t);
  assert.equal((await vault(['create', '--passphrase', ...FD], WITH)).code, 0);
  assert.equal((await vault(['set', 'A', ...FD], { ...WITH, input: 'value-a' })).code, 0);
  const both = { fds: { 4: PASSPHRASE, 5: 'next words' } };
  const next = await vault(['rekey', '--passphrase', ...FD, '--new-passphrase-fd', '5'], both);
  assert.equal(next.code, 0, next.stderr);
  assert.match(next.stderr, /encrypted anew, to a passphrase\n.*can still open old copies.*: A/);
  assert.notEqual((await decrypt(file, PASSPHRASE)).code, 0);
  assert.equal((await decrypt(file, 'next words')).code, 0);
  const { file: identity, recipient } = keygen(folder);
  const mixed = await vault(['rekey', '--passphrase', '-r', recipient, ...FD], { fds: { 4: 'next words' } });
  assert.match(mixed.stderr, /a passphrase is the only recipient of its vault/);
  const to = await vault(['rekey', '-r', recipient, ...FD], { fds: { 4: 'next words' } });
  assert.equal(to.code, 0, to.stderr);
  assert.match(to.stderr, /encrypted anew, to 1 recipient\n.*can still open old copies/);
  assert.match((await vault(['list', '-i', identity])).stdout, /^A /);
  const back = await vault(['rekey', '--passphrase', '-i', identity, '--new-passphrase-fd', '5'], { fds: { 5: PASSPHRASE } });
  assert.equal(back.code, 0, back.stderr);
  const text = (await decrypt(file, PASSPHRASE)).text;
  assert.match(text, /A = "value-a"/);
  assert.ok(!text.includes(recipient), 'it remembers nobody who cannot open it');
});
