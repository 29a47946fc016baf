// nodeward vault scan: what lies open in a tree is told by its place and kind, and never its text.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { execFileSync } = require('node:child_process');
const { test } = require('node:test');
const { run, settings, temporary } = require('./support');
const { keygen, seal } = require('./vaults');

// Made up, of the right shape, and in halves: this file itself would be found otherwise.
const BODY = 'q7WeRt2yUiOp3Kxq7WeRt2yUiOp3Kxq7WeRt2y';
const GITHUB = ['ghp', BODY.slice(0, 36)].join('_');
const STRIPE = ['sk_live', BODY.slice(0, 24)].join('_');
const PEM = '-----BEGIN RSA ' + 'PRIVATE KEY-----\nMIIE\n';
const VALUE = 'plain words of 51c09d';

function tree(t, files) {
  const folder = temporary(t);
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  }
  return folder;
}
const scan = (folder, ...words) => run(['vault', 'scan', folder, ...words]);

test('tokens, keys and variables are told by file and line, sorted, without their text', async (t) => {
  const folder = tree(t, {
    'src/app.js': `one\ntwo\nconst key = "${GITHUB}";\n`,
    'certs/server.key': PEM,
    '.env': `# comment\nDEBUG=1\nexport DB_PASSWORD="${VALUE}"\nAPI_TOKEN=\nSESSION_SECRET=\${OTHER}\nPAY=${STRIPE}\n`,
    '.env.example': 'DB_PASSWORD=write-yours-here\n',
    'clean.js': 'process.env.DB_PASSWORD\n',
  });
  const { code, stdout, stderr } = await scan(folder);
  assert.equal(code, 1, stderr);
  assert.deepEqual(stdout.trim().split('\n'), [
    `${folder}/.env:3: a value of DB_PASSWORD`, `${folder}/.env:6: a Stripe key`,
    `${folder}/certs/server.key:1: a private key`, `${folder}/src/app.js:3: a GitHub token`]);
  for (const text of [GITHUB, STRIPE, VALUE, 'MIIE']) assert.ok(!(stdout + stderr).includes(text));
});

test('a clean tree is 0, and what is not read is not called clean', async (t) => {
  const folder = tree(t, { 'a.js': 'x', 'large.js': '' });
  assert.equal((await scan(folder)).code, 0);
  fs.truncateSync(path.join(folder, 'large.js'), (16 << 20) + 1);
  const { code, stderr } = await scan(folder);
  assert.equal(code, 125);
  assert.match(stderr, /large\.js: not read: no permission, or over 16 MiB/);
  assert.equal((await scan(path.join(folder, 'absent'))).code, 125);
  assert.equal((await scan(path.join(folder, 'a.js'))).code, 125);
});

test('node_modules only with --all; binary files, links, pipes and devices never', async (t) => {
  const folder = tree(t, { 'node_modules/x/index.js': GITHUB, 'a.bin': `\0${GITHUB}` });
  const outside = tree(t, { 'secret.js': GITHUB });
  fs.symlinkSync(path.join(outside, 'secret.js'), path.join(folder, 'link.js'));
  fs.symlinkSync(outside, path.join(folder, 'folder'));
  fs.symlinkSync('.', path.join(folder, 'circle'));
  execFileSync('mkfifo', [path.join(folder, 'pipe')]);
  assert.equal((await scan(folder)).code, 0);
  const all = await scan(folder, '--all');
  assert.equal(all.code, 1);
  assert.equal(all.stdout, `${folder}/node_modules/x/index.js:1: a GitHub token\n`);
});

test('a vault\'s own values are found by name, and those too short are told', async (t) => {
  const folder = tree(t, { 'config.json': `{\n "a": "${VALUE}", "b": "tiny"\n}`, 'key.js': 'line-two-of-the-secret' });
  const kept = settings(t);
  const { file, recipient } = keygen(kept);
  const vault = path.join(kept, 'app.vault.age');
  seal(vault, recipient, `PHRASE = "${VALUE}"\nTINY = "tiny"\nMANY = "one\\nline-two-of-the-secret\\n"\nABSENT = "nowhere-in-there"\n`);
  assert.equal((await scan(folder)).code, 0);
  const { code, stdout, stderr } = await scan(folder, '--vault', vault, '-i', file);
  assert.equal(code, 1, stderr);
  assert.equal(stdout, `${folder}/config.json:2: the vault's PHRASE\n${folder}/key.js:1: the vault's MANY\n`);
  assert.match(stderr, /not looked for, being shorter than 8 bytes: TINY/);
  assert.ok(!(stdout + stderr).includes(VALUE));
  const json = JSON.parse((await scan(folder, '--vault', vault, '-i', file, '--json')).stdout);
  assert.deepEqual(json, {
    findings: [{ file: `${folder}/config.json`, line: 2, kind: "the vault's PHRASE" },
      { file: `${folder}/key.js`, line: 1, kind: "the vault's MANY" }],
    unread: [], too_short: ['TINY'],
  });
});

test('a name that would act on the terminal is escaped', async (t) => {
  const folder = tree(t, { 'a\x1b[31m.js': GITHUB });
  const { stdout } = await scan(folder);
  assert.ok(!stdout.includes('\x1b'), JSON.stringify(stdout));
  assert.match(stdout, /: a GitHub token\n$/);
});
