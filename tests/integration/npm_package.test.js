// The npm packages, installed from their tarballs without a registry, and by the README's own lines from one on the
// loopback interface. Of the packages lane.
'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { about, packed, quietly, registry } = require('./npm_registry.js');
const { eventually, nodeward, root, run, start, statusOf, temporary } = require('./support.js');

const kInstallMs = 60000;
const kServer = `const server = require('node:http').createServer((request, response) => response.end('hello'));
server.listen(0, '127.0.0.1', () => console.log('listening', process.pid, process.getuid()));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server.close());
process.on('SIGUSR2', () => console.log('told'));
`;
const kCpu = process.arch;

// The tarballs, for all tests.
let tarballs;
let unpack;
before(() => { ({ tarballs } = packed({ after: (remove) => { unpack = remove; } })); });
after(() => unpack());

// A project with a server. {folder, bin, env, npm(words)}; npm must end with 0.
function project(t, more = {}) {
  const folder = temporary(t);
  fs.writeFileSync(path.join(folder, 'package.json'), '{ "name": "api", "version": "1.0.0" }\n');
  fs.writeFileSync(path.join(folder, 'server.js'), kServer);
  const env = quietly(folder, more);
  const npm = async (...words) => {
    const result = await run(words, { command: 'npm', cwd: folder, env, timeout: kInstallMs });
    assert.equal(result.code, 0, `npm ${words.join(' ')}:\n${result.stdout}${result.stderr}`);
  };
  return { folder, env, npm, bin: path.join(folder, 'node_modules/.bin/nodeward') };
}

// A project that has both packages.
async function installed(t) {
  const made = project(t);
  await made.npm('install', ...tarballs);
  return made;
}

const goBin = ({ bin, folder, env }, words, options = {}) => run(words, { command: bin, cwd: folder, env, ...options });

describe('the tarballs', () => {
  it('hold the program, the launcher, and nothing of this machine', () => {
    const [launcher, program] = tarballs.map(about);
    const [, version] = fs.readFileSync(path.join(root, 'CMakeLists.txt'), 'utf8').match(/^project\(nodeward VERSION (\S+)/m);
    assert.deepEqual([launcher.name, launcher.version, program.name, program.version],
      ['nodeward', version, `@nodeward/linux-${kCpu}`, version]);
    assert.deepEqual(launcher.optionalDependencies, { '@nodeward/linux-x64': version, '@nodeward/linux-arm64': version });
    assert.deepEqual([program.os, program.cpu], [['linux'], [kCpu]]);
    assert.equal(launcher.scripts, undefined, 'nothing runs while it is installed');
    const listed = execFileSync('tar', ['-tf', tarballs[1]], { encoding: 'utf8' }).trim().split('\n').sort();
    assert.deepEqual(listed, ['LICENSE', 'README.md', 'bin/nodeward', 'package.json'].map((name) => `package/${name}`));
    const inside = execFileSync('tar', ['-xOf', tarballs[1], 'package/bin/nodeward'], { maxBuffer: 1 << 26 });
    assert.ok(inside.equals(fs.readFileSync(nodeward)));
  });

  it('are the same bytes each time', (t) => {
    const again = packed(t).tarballs;
    for (const at of [0, 1]) assert.ok(fs.readFileSync(again[at]).equals(fs.readFileSync(tarballs[at])), again[at]);
  });

  it('are not made of what is no program', async (t) => {
    const folder = temporary(t);
    const { code, stderr } = await run([folder, '/dev/null'], { command: path.join(root, 'packaging/npm/pack.js'), env: quietly(folder) });
    assert.equal(code, 1);
    assert.match(stderr, /\/dev\/null is no program for x64 or arm64/);
  });
});

describe('an installation', () => {
  it('names no host in its lock file', async (t) => {
    const { folder } = await installed(t);
    const lock = fs.readFileSync(path.join(folder, 'package-lock.json'), 'utf8');
    assert.match(lock, /"node_modules\/nodeward"/);
    assert.doesNotMatch(lock, /https?:/);
  });

  it('leaves one process: signals, its number and its exit code are nodeward\'s own', async (t) => {
    const made = await installed(t);
    const server = start(['run', '--', 'node', 'server.js'], { command: made.bin, cwd: made.folder, env: made.env });
    const [, pid, uid] = (await server.line((line) => line.startsWith('listening'))).split(' ');
    assert.notEqual(uid, '0');
    assert.equal(fs.realpathSync(`/proc/${server.child.pid}/exe`),
      path.join(made.folder, `node_modules/@nodeward/linux-${kCpu}/bin/nodeward`));
    assert.notEqual(pid, String(server.child.pid));
    server.child.kill('SIGUSR2');
    await server.line((line) => line === 'told');
    server.child.kill('SIGTERM');
    assert.deepEqual(await server.ended, { code: 0, signal: null });
    const once = ['run', '--set', 'supervise.restart=never', '--', 'node', '-e'];
    assert.equal((await goBin(made, [...once, 'process.exit(7)'])).code, 7);
    assert.equal((await goBin(made, [...once, 'process.kill(process.pid, 9)'])).code, 128 + 9);
    assert.equal((await goBin(made, ['run', '-p', 'nowhere.toml', '--', 'node'])).code, 125);
  });

  it('is not started where the application could replace it', async (t) => {
    const made = await installed(t);
    const program = path.join(made.folder, `node_modules/@nodeward/linux-${kCpu}/bin/nodeward`);
    fs.chownSync(program, 61237, 61237);
    const words = ['run', '--set', 'process.user="61237"', '--set', `filesystem.write=["${made.folder}"]`, '--', 'node', '-p', '1'];
    const { code, stderr } = await goBin(made, words);
    assert.equal(code, 125);
    assert.match(stderr, /nodeward's own program lies beneath/);
    fs.chownSync(program, 0, 0);
    assert.equal((await goBin(made, words)).stdout, '1\n');
  });

  it('does not read NODE_OPTIONS on the way', async (t) => {
    const made = await installed(t);
    fs.writeFileSync(path.join(made.folder, 'evil.js'), 'console.log("evil");');
    const env = { ...made.env, NODE_OPTIONS: `--require ${made.folder}/evil.js` };
    const { code, stdout } = await goBin(made, ['run', '--', 'node', '-p', '1'], { env });
    assert.deepEqual([code, stdout], [0, '1\n']);
    const bare = await run(['-p', '1'], { command: 'node', cwd: made.folder, env });
    assert.equal(bare.stdout, 'evil\n1\n', 'bare, it would have run');
  });

  it('finds the program from a workspace further down, and by a link', async (t) => {
    const made = await installed(t);
    const deep = path.join(made.folder, 'packages/api/node_modules');
    fs.mkdirSync(deep, { recursive: true });
    fs.renameSync(path.join(made.folder, 'node_modules/nodeward'), path.join(deep, 'nodeward'));
    fs.symlinkSync(path.join(deep, 'nodeward/bin/nodeward'), path.join(made.folder, 'link'));
    for (const bin of [path.join(deep, 'nodeward/bin/nodeward'), path.join(made.folder, 'link')]) {
      const { code, stdout } = await run(['--version'], { command: bin });
      assert.equal(code, 0);
      assert.match(stdout, /^nodeward \d/);
    }
  });
});

describe('the program is missing', () => {
  const refuses = async (made, patterns, more) => {
    const { code, stdout, stderr } = await goBin(made, ['--version'], more);
    assert.deepEqual([code, stdout], [125, ''], stderr);
    for (const pattern of patterns) assert.match(stderr, pattern);
  };

  it('with --omit=optional', async (t) => {
    const made = project(t);
    await made.npm('install', '--omit=optional', tarballs[0]);
    await refuses(made, [new RegExp(`^nodeward: the package @nodeward/linux-${kCpu} is not installed beside `), /without --omit=optional/]);
  });

  it('where node_modules came from another machine', async (t) => {
    const made = await installed(t);
    const other = kCpu === 'x64' ? 'arm64' : 'x64';
    fs.renameSync(path.join(made.folder, `node_modules/@nodeward/linux-${kCpu}`),
      path.join(made.folder, `node_modules/@nodeward/linux-${other}`));
    await refuses(made, [new RegExp(`node_modules has @nodeward/linux-${other}: it was installed for another machine`)]);
  });

  it('on another processor, and on another system', async (t) => {
    const made = await installed(t);
    const { code, stderr } = await run(['i686', made.bin, '--version'], { command: 'setarch' });
    assert.equal(code, 125);
    assert.match(stderr, /there is no build for i686, only for x86_64 and aarch64/);
    fs.writeFileSync(path.join(made.folder, 'uname'), '#!/bin/sh\necho Darwin\n', { mode: 0o755 });
    await refuses(made, [/runs on Linux, and this is Darwin/], { env: { ...made.env, PATH: `${made.folder}:${process.env.PATH}` } });
  });
});

describe('the README', () => {
  const readme = fs.readFileSync(path.join(root, 'README.md'), 'utf8');
  const [, text] = readme.match(/^```sh npm\n([\s\S]*?)^```$/m);
  const lines = text.trim().split('\n');

  it('installs, runs and begins a profile, word for word', async (t) => {
    const { asked, settings } = await registry(t, tarballs);
    const { folder, env } = project(t, settings);
    assert.equal(lines.length, 3);
    const [install, serve, init] = lines.map((line) => ['-c', `exec ${line}`]);
    const fetched = await run(install, { command: 'sh', cwd: folder, env, timeout: kInstallMs });
    assert.equal(fetched.code, 0, fetched.stderr);
    assert.ok(asked.includes(`@nodeward/linux-${kCpu}`));
    assert.deepEqual(Object.keys(JSON.parse(fs.readFileSync(path.join(folder, 'package.json'))).dependencies), ['nodeward']);
    assert.deepEqual(fs.readdirSync(path.join(folder, 'node_modules/@nodeward')), [`linux-${kCpu}`]);

    // Ended as a terminal does it, by the group: npx itself passes no SIGTERM on.
    const server = start(['sh', ...serve], { command: 'setsid', cwd: folder, env });
    const [, pid, uid] = (await server.line((line) => line.startsWith('listening'), kInstallMs)).split(' ');
    assert.notEqual(uid, '0');
    process.kill(-server.child.pid, 'SIGINT');
    await server.ended;
    await eventually(() => statusOf(pid) === null, 'the server has ended');

    const begun = await run(init, { command: 'sh', cwd: folder, env, timeout: kInstallMs });
    assert.deepEqual([begun.code, begun.stderr], [0, '']);
    assert.match(begun.stdout, /^nodeward\.toml is written\.\n/);
  });
});
