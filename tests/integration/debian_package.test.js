// The Debian package: what it holds, what lintian says of it, and how it comes and goes. Of the packages lane.
'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { architecture, install, kConffile, kLater, makeLater, makePackage, version } = require('./debs.js');
const { root, temporary } = require('./support.js');

const kAtMostMs = 100000;

const ask = (command, words, options = {}) =>
  spawnSync(command, words, { encoding: 'utf8', timeout: kAtMostMs, killSignal: 'SIGKILL', stdio: ['ignore', 'pipe', 'pipe'], ...options });
const succeed = (command, words, options) => {
  const { status, stdout, stderr } = ask(command, words, options);
  assert.equal(status, 0, `${command} ${words.join(' ')}:\n${stdout}${stderr}`);
  return stdout;
};

let folder;
let deb;
let tidy;
before(() => {
  folder = temporary({ after: (remove) => { tidy = remove; } });
  deb = makePackage(folder);
});
after(() => tidy());

describe('the package', () => {
  it('says what it is', () => {
    const field = (name) => succeed('dpkg-deb', ['-f', deb, name]).trim();
    assert.deepEqual(['Package', 'Version', 'Architecture', 'Section', 'Depends', 'Recommends'].map(field),
      ['nodeward', version, architecture, 'admin', '', 'nodejs']);
    assert.match(field('Maintainer'), /^.+ <.+@.+>$/);
    const changelog = fs.readFileSync(path.join(root, 'packaging/debian/changelog'), 'utf8');
    assert.ok(changelog.startsWith(`nodeward (${version}) `), 'the changelog is of this version');
  });

  it('holds what there is for Debian, with its modes, and nothing else', () => {
    const rows = succeed('dpkg-deb', ['-c', deb]).trim().split('\n').map((row) => row.split(/\s+/));
    const wrong = rows.filter(([mode, owner, , , , name]) => owner !== 'root/root' ||
      mode !== (name.endsWith('/') ? 'drwxr-xr-x' : name === './usr/bin/nodeward' ? '-rwxr-xr-x' : '-rw-r--r--'));
    assert.deepEqual(wrong, []);
    const units = fs.readdirSync(path.join(root, 'packaging/systemd')).filter((name) => /@\.(service|socket)$/.test(name));
    assert.deepEqual(rows.map((row) => row[5].slice(2)).filter((name) => !name.endsWith('/')).sort(), [
      kConffile,
      'usr/bin/nodeward',
      'usr/lib/sysusers.d/nodeward.conf',
      ...units.map((name) => `usr/lib/systemd/system/${name}`),
      ...['bash-completion/completions/nodeward', 'fish/vendor_completions.d/nodeward.fish', 'zsh/vendor-completions/_nodeward',
        'man/man1/nodeward.1.gz', 'lintian/overrides/nodeward'].map((name) => `usr/share/${name}`),
      ...['CHANGELOG.md.gz', 'NOTICE.gz', 'README.md.gz', 'SECURITY.md.gz', 'changelog.gz', 'copyright',
        'examples/Dockerfile.example', 'examples/nodeward-example.service', 'examples/private-network.conf'].map((name) => `usr/share/doc/nodeward/${name}`),
      ...['default.toml', 'nodeward.schema.json', 'strict.toml'].map((name) => `usr/share/nodeward/profiles/${name}`),
    ].sort());
    assert.ok(rows.some((row) => row[5] === './etc/nodeward/'));
  });

  it('carries the licences of what is linked into it', () => {
    const notice = succeed('sh', ['-c', `dpkg-deb --fsys-tarfile ${deb} | tar -xO ./usr/share/doc/nodeward/NOTICE.gz | zcat`],
      { maxBuffer: 1 << 26 });
    for (const name of ['libseccomp-dev', 'libcgroup-dev', 'libsodium-dev', 'libc6-dev', 'libfmt-dev']) {
      assert.ok(notice.includes(`==== ${name}\n`), name);
    }
    assert.doesNotMatch(notice, /^==== libg(test|mock)-dev$/m);
  });

  it('is clean by lintian', () => {
    const { status, stdout } = ask('lintian', ['--fail-on', 'error,warning', '--tag-display-limit', '0', deb]);
    assert.deepEqual([status, stdout], [0, '']);
  });

  it('has an AppArmor profile that its parser takes', () => {
    const profile = path.join(root, 'packaging/apparmor/nodeward');
    assert.equal(ask('apparmor_parser', ['-Q', '-K', profile]).status, 0);
    assert.equal(succeed('apparmor_parser', ['-N', profile]).trim(), 'nodeward');
    const wrong = path.join(folder, 'wrong');
    fs.writeFileSync(wrong, fs.readFileSync(profile, 'utf8').replace('  capability,', '  capabilty,'));
    assert.notEqual(ask('apparmor_parser', ['-Q', '-K', wrong]).status, 0, 'a mistake is told');
  });
});

// --- installing, upgrading, removing ------------------------------------------------------------

// A root file system with a shell, for the package's scripts, and a systemd that writes down what it is told.
function machine(t) {
  const top = temporary(t);
  for (const name of ['bin', 'dev', 'etc', 'run/systemd/system', 'var/lib/dpkg/info', 'var/lib/dpkg/updates']) {
    fs.mkdirSync(path.join(top, name), { recursive: true });
  }
  fs.writeFileSync(path.join(top, 'var/lib/dpkg/status'), '');
  fs.writeFileSync(path.join(top, 'etc/hostname'), 'box\n');
  succeed('mknod', ['-m', '666', path.join(top, 'dev/null'), 'c', '1', '3']);
  fs.copyFileSync('/bin/busybox', path.join(top, 'bin/busybox'));
  fs.symlinkSync('busybox', path.join(top, 'bin/sh'));
  for (const name of ['systemctl', 'deb-systemd-invoke', 'systemd-sysusers']) {
    fs.writeFileSync(path.join(top, 'bin', name), `#!/bin/sh\necho ${name} "$@" >>/told\n`, { mode: 0o755 });
  }
  fs.writeFileSync(path.join(top, 'told'), '');
  const at = (name) => path.join(top, name);
  const told = () => {
    const lines = fs.readFileSync(at('told'), 'utf8').trim().split('\n').filter(Boolean);
    fs.writeFileSync(at('told'), '');
    return lines;
  };
  const dpkg = (...words) => ask('dpkg', [`--root=${top}`, '--force-not-root', ...words], { env: { ...process.env, LC_ALL: 'C' } });
  // Every file and folder but dpkg's own.
  const files = () => succeed('find', ['.', '-path', './var', '-prune', '-o', '-print'], { cwd: top }).split('\n').sort();
  return { top, at, told, dpkg, files };
}

const kReload = 'systemctl --system daemon-reload';
const kUser = 'systemd-sysusers nodeward.conf';
const ok = ({ status, stdout, stderr }) => assert.equal(status, 0, stdout + stderr);
const state = (box) => ask('dpkg-query', [`--admindir=${box.at('var/lib/dpkg')}`, '-W', '-f', '${db:Status-Abbrev}${Version}', 'nodeward']).stdout;

describe('on a machine', () => {
  it('installs by the README\'s line, runs, and leaves nothing behind when purged', (t) => {
    const box = machine(t);
    const before = box.files();
    const settings = path.join(folder, 'apt.conf');
    fs.writeFileSync(settings, `Dir "${box.top}"; Dir::State::status "${box.at('var/lib/dpkg/status')}"; Dir::Bin::dpkg "/usr/bin/dpkg";
Dir::Etc "${box.at('etc/none')}"; DPkg::Options { "--root=${box.top}"; }; APT::Sandbox::User "root";\n`);
    for (const name of ['var/lib/apt/lists/partial', 'var/cache/apt/archives/partial', 'var/log/apt']) fs.mkdirSync(box.at(name), { recursive: true });
    ok(ask('sh', ['-c', install], { cwd: folder, env: { ...process.env, APT_CONFIG: settings, DEBIAN_FRONTEND: 'noninteractive' } }));
    assert.equal(state(box), `ii ${version}`);
    assert.deepEqual(box.told(), [kUser, kReload]);
    assert.match(succeed('chroot', [box.top, '/usr/bin/nodeward', '--version']), new RegExp(`^nodeward ${version.replaceAll('.', '\\.')}`));
    ok(box.dpkg('--remove', 'nodeward'));
    assert.deepEqual(box.told(), ['deb-systemd-invoke stop nodeward@*.service', kReload]);
    assert.ok(fs.existsSync(box.at(kConffile)), 'settings stay until they are purged');
    // Enabled by the administrator; and what AppArmor keeps for the next boot.
    const wants = box.at('etc/systemd/system/multi-user.target.wants');
    fs.mkdirSync(wants, { recursive: true });
    for (const unit of ['nodeward@app.service', 'other.service']) fs.symlinkSync('/lib/systemd/system/gone.service', path.join(wants, unit));
    fs.mkdirSync(box.at('var/cache/apparmor/1.0'), { recursive: true });
    for (const name of ['nodeward', 'other']) fs.writeFileSync(box.at(`var/cache/apparmor/1.0/${name}`), '');
    ok(box.dpkg('--purge', 'nodeward'));
    assert.deepEqual(fs.readdirSync(wants), ['other.service']);
    assert.deepEqual(fs.readdirSync(box.at('var/cache/apparmor/1.0')), ['other']);
    fs.rmSync(box.at('etc/systemd'), { recursive: true });
    assert.deepEqual(box.files(), before);
  });

  it('an upgrade stops nothing, and takes the new settings where nobody changed them', (t) => {
    const box = machine(t);
    ok(box.dpkg('-i', deb));
    box.told();
    ok(box.dpkg('-i', makeLater(t, deb)));
    assert.equal(state(box), `ii ${kLater}`);
    assert.deepEqual(box.told(), [kUser, kReload]);
    assert.match(fs.readFileSync(box.at(kConffile), 'utf8'), /# of a later version\n$/);
  });

  it('changed settings are asked about, kept, and never replaced in silence', (t) => {
    const box = machine(t);
    ok(box.dpkg('-i', deb));
    fs.appendFileSync(box.at(kConffile), '# of the administrator\n');
    const mine = fs.readFileSync(box.at(kConffile), 'utf8');
    fs.writeFileSync(box.at('etc/nodeward/app.toml'), 'version = 1\n');
    const asked = box.dpkg('-i', makeLater(t, deb));
    assert.notEqual(asked.status, 0, 'nobody is there to answer');
    assert.match(asked.stderr, /Configuration file '\/etc\/apparmor\.d\/nodeward'.*Modified.*end of file on stdin at conffile prompt/s);
    assert.equal(fs.readFileSync(box.at(kConffile), 'utf8'), mine);
    ok(box.dpkg('--force-confdef', '--force-confold', '--configure', '-a'));
    assert.equal(state(box), `ii ${kLater}`);
    assert.equal(fs.readFileSync(box.at(kConffile), 'utf8'), mine);
    assert.match(fs.readFileSync(box.at(`${kConffile}.dpkg-dist`), 'utf8'), /# of a later version\n$/);
    ok(box.dpkg('--purge', 'nodeward'));
    assert.deepEqual(box.files().filter((name) => /nodeward/.test(name)), ['./etc/nodeward', './etc/nodeward/app.toml'],
      'the administrator\'s own profile is not the package\'s to remove');
  });
});
