// The Debian package, made by the README's line, and one of a later version.
'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { nodeward, root, temporary } = require('./support.js');

const kAtMostMs = 100000;
const [, version] = fs.readFileSync(path.join(root, 'CMakeLists.txt'), 'utf8').match(/^project\(nodeward VERSION (\S+)/m);
const architecture = execFileSync('dpkg', ['--print-architecture'], { encoding: 'utf8' }).trim();
const kConffile = 'etc/apparmor.d/nodeward';
const kLater = '9.0';

// The README's two lines, in a folder where build/release is the tree that the tests run.
const readme = fs.readFileSync(path.join(root, 'README.md'), 'utf8');
const [make, install] = readme.match(/^```sh debian\n([\s\S]*?)^```$/m)[1].trim().split('\n');

const succeed = (command, words, options) => execFileSync(command, words, { timeout: kAtMostMs, stdio: ['ignore', 'ignore', 'inherit'], ...options });

// Makes the package in `folder`; answers its path.
function makePackage(folder) {
  fs.mkdirSync(path.join(folder, 'build'));
  fs.symlinkSync(path.dirname(nodeward), path.join(folder, 'build/release'));
  // Whatever the umask is, the package's modes are Debian's.
  succeed('sh', ['-c', `umask 077; ${make}`], { cwd: folder });
  return path.join(folder, `nodeward_${version}_${architecture}.deb`);
}

// The package of a later version, with another AppArmor profile.
function makeLater(t, deb) {
  const made = temporary(t);
  const tree = path.join(made, 'tree');
  succeed('dpkg-deb', ['-R', deb, tree]);
  const edit = (name, from, to) => {
    const text = fs.readFileSync(path.join(tree, name), 'utf8');
    assert.match(text, from);
    fs.writeFileSync(path.join(tree, name), text.replace(from, to));
  };
  edit('DEBIAN/control', /^Version: .*$/m, `Version: ${kLater}`);
  edit(kConffile, /$/, '# of a later version\n');
  const file = path.join(made, `nodeward_${kLater}_${architecture}.deb`);
  succeed('dpkg-deb', ['--root-owner-group', '-b', tree, file]);
  return file;
}

module.exports = { architecture, install, kConffile, kLater, makeLater, makePackage, version };
