// Keys and vaults for tests, made by Debian's age.
'use strict';

const { execFileSync } = require('node:child_process');
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

module.exports = { keygen, seal };
