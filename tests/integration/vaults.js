// Keys and vaults for tests, made by Debian's age, and a terminal to type passphrases on.
'use strict';

const { execFileSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

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

module.exports = { keygen, seal, typing };
