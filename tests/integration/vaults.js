// Keys and vaults for tests, made by Debian's age, applications that get them, and a terminal to type passphrases on.
'use strict';

const { execFileSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { temporary } = require('./support.js');

const kAtMostMs = 10000;

// A key in `folder`, 0400, root's: {file, recipient}.
function keygen(folder, name = 'identity.txt') {
  const file = path.join(folder, name);
  execFileSync('age-keygen', ['-o', file], { stdio: 'ignore', timeout: kAtMostMs });
  fs.chmodSync(file, 0o400);
  return { file, recipient: fs.readFileSync(file, 'utf8').match(/age1[a-z0-9]+/)[0] };
}

// A vault of `text` (TOML), which everybody may read.
function seal(file, recipient, text, ...flags) {
  execFileSync('age', ['-r', recipient, ...flags, '-o', file], { input: text, timeout: kAtMostMs });
  fs.chmodSync(file, 0o644);
}

// Types `lines` on a terminal, each once the command has asked again; {code, text}.
function typing(command, lines, asks) {
  return new Promise((resolve) => {
    const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
    const child = spawn('script', ['-qec', quoted, '/dev/null'], { timeout: 20000, killSignal: 'SIGKILL' });
    let text = '';
    let typed = 0;
    child.stdout.on('data', (data) => {
      text += data;
      const asked = (text.match(asks) ?? []).length;
      if (typed < lines.length && asked > typed) child.stdin.write(`${lines[typed++]}\n`);
    });
    child.stdin.on('error', () => {});
    child.on('close', (code) => resolve({ code, text }));
  });
}

// A folder of an application with `files`, {name: text}; 0755, root's. It goes with the test.
function application(t, files) {
  const folder = temporary(t);
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text, { mode: 0o644 });
  return folder;
}

// A profile for what lies in the folder `app`. `files` are more lines of [filesystem], `secrets` of [secrets]; `rest` follows.
// What is printed is not masked, unless a test is about that.
const profileFor = (app, { deliver, exec = '"@node-child"', files = '', vault = 'app.vault.age', identity = 'identity.txt', mask = false,
  secrets = '', rest = '' }) => `version = 1
[process]
user = "61237"
workdir = ${JSON.stringify(app)}
[filesystem]
read = ["@node", "@app"]
exec = [${exec}]
${files}
[secrets]
vault = "${vault}"
identity = "${identity}"
mask = ${mask}
deliver = "${deliver}"
${secrets}
${rest}`;

module.exports = { application, keygen, profileFor, seal, typing };
