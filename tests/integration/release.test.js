// packaging/release.sh: what a release holds, and that the same commit gives the same bytes, in whatever folder. The
// second binary is linked anew, of objects that ccache may remember; with NODEWARD_DEEP=1 they are compiled anew, too.
// It may take 900 seconds. Of the packages lane.
'use strict';

const assert = require('node:assert/strict');
const { execFileSync, spawnSync } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { after, before, it } = require('node:test');
const { nodeward, root, temporary } = require('./support.js');

const kEpoch = '1767225600';
const kReleaseMs = 300000;
const build = path.dirname(nodeward);
const sum = (file) => crypto.createHash('sha256').update(fs.readFileSync(file)).digest('hex');
const sums = (folder) => Object.fromEntries(fs.readdirSync(folder).sort().map((name) => [name, sum(path.join(folder, name))]));
const succeed = (command, words, options = {}) => {
  const { status, stdout, stderr } = spawnSync(command, words, { encoding: 'utf8', timeout: kReleaseMs, maxBuffer: 1 << 26, ...options });
  assert.equal(status, 0, `${command} ${words.join(' ')}:\n${stdout}${stderr}`);
  return stdout;
};

let folder;
let tidy;
const at = (name) => path.join(folder, name);
const release = (name, tree, umask) => succeed('sh', ['-c', `umask ${umask}; "$0" "$1" "$2"`,
  path.join(root, 'packaging/release.sh'), at(name), tree], { env: { ...process.env, SOURCE_DATE_EPOCH: kEpoch } });
before(() => {
  folder = temporary({ after: (remove) => { tidy = remove; } });
  release('first', build, '022');
});
after(() => tidy());

const named = (pattern) => {
  const found = fs.readdirSync(at('first')).filter((name) => pattern.test(name));
  assert.equal(found.length, 1, String(pattern));
  return path.join(at('first'), found[0]);
};

it('has a tarball, packages, a bill of materials, and sums that are right', () => {
  const version = succeed(nodeward, ['--version']).split(' ')[1].trim();
  const names = fs.readdirSync(at('first')).map((name) => name.replaceAll(version, 'V')).sort();
  const [cpu, machine] = [process.arch, execFileSync('uname', ['-m'], { encoding: 'utf8' }).trim()];
  assert.deepEqual(names, ['SHA256SUMS', `nodeward-V-linux-${machine}.tar.gz`,
    `nodeward-V-linux-${machine}.spdx.json`, 'nodeward-V.tgz', `nodeward-linux-${cpu}-V.tgz`,
    `nodeward_V_${execFileSync('dpkg', ['--print-architecture'], { encoding: 'utf8' }).trim()}.deb`].sort());
  const checked = succeed('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: at('first') });
  assert.equal(checked.trim().split('\n').length, names.length - 1);
});

it('the tarball holds the binary that was tested, and the licences of what is in it', () => {
  succeed('tar', ['-xf', named(/\.tar\.gz$/), '-C', folder, '--strip-components=1', '--one-top-level=unpacked']);
  assert.equal(sum(at('unpacked/bin/nodeward')), sum(nodeward));
  for (const name of ['LICENSE', 'README.md', 'SECURITY.md', 'share/man/man1/nodeward.1', 'share/nodeward/profiles/nodeward.schema.json']) {
    assert.ok(fs.existsSync(at(`unpacked/${name}`)), name);
  }
  assert.match(fs.readFileSync(at('unpacked/NOTICE'), 'utf8'), /^==== libseccomp-dev$/m);
});

it('the bill of materials names what is linked, in the form of SPDX 2.3', () => {
  const bill = JSON.parse(fs.readFileSync(named(/\.spdx\.json$/), 'utf8'));
  assert.deepEqual([bill.spdxVersion, bill.dataLicense, bill.SPDXID, bill.creationInfo.created],
    ['SPDX-2.3', 'CC0-1.0', 'SPDXRef-DOCUMENT', '2026-01-01T00:00:00Z']);
  const [own, ...linked] = bill.packages;
  assert.equal(own.checksums[0].checksumValue, sum(nodeward));
  const names = linked.map(({ name }) => name);
  for (const name of ['libseccomp-dev', 'libcap-ng-dev', 'libcgroup-dev', 'libsodium-dev', 'libc-ares-dev', 'libc6-dev',
    'libstdc++-12-dev', 'libboost1.81-dev', 'libtomlplusplus-dev', 'libcli11-dev']) assert.ok(names.includes(name), name);
  assert.ok(!names.some((name) => /gtest|gmock/.test(name)), 'tests are not in the binary');
  for (const { SPDXID, name, versionInfo, licenseDeclared, externalRefs } of linked) {
    assert.match(SPDXID, /^SPDXRef-[A-Za-z0-9.-]+$/);
    assert.equal(versionInfo, succeed('dpkg-query', ['-W', '-f', '${Version}', name]));
    assert.match(licenseDeclared, /^(NOASSERTION|[A-Za-z0-9.-]+( AND [A-Za-z0-9.-]+)*)$/);
    assert.match(externalRefs[0].referenceLocator, /^pkg:deb\/debian\/\S+@\S+\?arch=\w+$/);
  }
  assert.equal(linked.find(({ name }) => name === 'libseccomp-dev').licenseDeclared, 'LGPL-2.1-only');
  const ids = new Set(bill.packages.map(({ SPDXID }) => SPDXID));
  assert.equal(ids.size, bill.packages.length);
  assert.deepEqual(bill.relationships.filter(({ relatedSpdxElement }) => !ids.has(relatedSpdxElement)), []);
  assert.equal(bill.relationships.filter(({ relationshipType }) => relationshipType === 'STATIC_LINK').length, linked.length);
});

it('no path of who built it is in the binary', () => {
  assert.equal(fs.readFileSync(nodeward).includes(root), false);
});

it('two builds in two folders give the same bytes', () => {
  const copy = at('a-folder/of-another-name');
  fs.mkdirSync(copy, { recursive: true });
  succeed('sh', ['-c', 'git ls-files -z -co --exclude-standard | xargs -0 sh -c \'ls -d "$@" 2>/dev/null\' sh | tar -cT - | tar -x -C "$0"', copy], { cwd: root });
  fs.cpSync(path.join(root, '.git'), path.join(copy, '.git'), { recursive: true });
  const env = { ...process.env, ...(process.env.NODEWARD_DEEP === '1' ? { CCACHE_DISABLE: '1' } : {}) };
  succeed('cmake', ['--preset', 'release', '--log-level=WARNING'], { cwd: copy, env });
  succeed('cmake', ['--build', 'build/release', '--target', 'nodeward', 'man'], { cwd: copy, env, timeout: 3 * kReleaseMs });
  assert.equal(sum(path.join(copy, 'build/release/nodeward')), sum(nodeward));
  release('second', path.join(copy, 'build/release'), '077');
  assert.deepEqual(sums(at('second')), sums(at('first')));
});
