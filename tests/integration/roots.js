// Root file systems that hold nothing but what a test puts there, and commands in them.
'use strict';

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { nodeward, run, start, temporary } = require('./support.js');

// A root with nodeward alone, at /nodeward, and `files` ({path: file to copy}).
function emptyRoot(t, files = {}) {
  const top = temporary(t);
  for (const [to, from] of Object.entries({ '/nodeward': nodeward, ...files })) {
    fs.mkdirSync(path.dirname(path.join(top, to)), { recursive: true });
    fs.copyFileSync(from, path.join(top, to));
    fs.chmodSync(path.join(top, to), 0o755);
  }
  return top;
}

// Mounts what `has` names (proc, dev, readonly) in a mount namespace of its own, which goes with the command.
const kEnter = `top=$1 has=$2; shift 2
case $has in *readonly*) mount --bind "$top" "$top"; mount -o remount,bind,ro "$top" || exit 99 ;; esac
case $has in *proc*) mount -t proc proc "$top/proc" || exit 99 ;; esac
case $has in *dev*) mount --bind /dev "$top/dev" || exit 99 ;; esac
exec chroot "$top" "$@"`;

function entering(top, has, words) {
  for (const name of has.filter((one) => one !== 'readonly')) fs.mkdirSync(path.join(top, name), { recursive: true });
  return ['--mount', '--propagation', 'private', 'sh', '-c', kEnter, 'sh', top, has.join(' '), ...words];
}

// Runs `words` in the root to their end, or starts them: as run() and start() of support.js.
const inRoot = (top, has, words, options = {}) =>
  run(entering(top, has, words), { command: 'unshare', cwd: '/', env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' }, ...options });
const startInRoot = (top, has, words, options = {}) =>
  start(entering(top, has, words), { command: 'unshare', cwd: '/', env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' }, ...options });

// Compiles the text of a C program; answers its path.
function compiled(t, text, compiler = 'gcc', ...flags) {
  const folder = temporary(t);
  const program = path.join(folder, 'program');
  execFileSync(compiler, ['-x', 'c', '-', '-o', program, ...flags], { input: text });
  return program;
}

module.exports = { compiled, emptyRoot, inRoot, startInRoot };
