// A real Docker engine for tests, and an image to begin with, made of the files of this machine's own packages:
// nothing is pulled. The engine is `dockerd` of the PATH, the client `docker` of the PATH; both are stock.
'use strict';

const assert = require('node:assert/strict');
const { execFileSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { root, run, start } = require('./support.js');

const kReadyMs = 60000;
const kBuildMs = 90000;

// Debian's essential packages are in the image, and these.
const PACKAGES = ['age', 'ca-certificates', 'iproute2', 'mount', 'procps', 'tzdata'];
// What no package lists, or another than Debian's.
const WHOLE = ['/etc/ssl/certs', '/usr/share/nodejs', '/usr/lib/node_modules/npm', '/usr/local/lib/node_modules/npm'];

// What the packages' own scripts would have made; and the user of Node's own images.
const BASE = `FROM files
RUN cd /usr/share/base-passwd && cp passwd.master /etc/passwd && cp group.master /etc/group && \\
    sed 's/:.*/:*:19000:0:99999:7:::/' /etc/passwd >/etc/shadow && chmod 640 /etc/shadow && \\
    echo node:x:1000:1000::/home/node:/bin/bash >>/etc/passwd && echo node:x:1000: >>/etc/group && \\
    install -d -o node -g node /home/node && ldconfig
`;

const archive = (folder, words, input) =>
  execFileSync('tar', ['-C', folder, '-cf', '-', ...words], { input, maxBuffer: 1 << 30 });
const lines = (command, words) =>
  execFileSync(command, words, { encoding: 'utf8', maxBuffer: 1 << 28 }).split('\n').filter((line) => line !== '');

// The named packages, Debian's essential ones, and whatever they depend on.
function withDependencies(names) {
  const rows = lines('dpkg-query', ['-W', '-f', '${db:Status-Status}\t${Package}\t${Essential}\t${Pre-Depends}, ${Depends}\t${Provides}\n'])
    .map((line) => line.split('\t')).filter(([status]) => status === 'installed');
  const list = (text) => text.split(/,\s*/).filter(Boolean);
  const bareName = (text) => text.replace(/[ (:].*/, '');
  const depends = new Map(rows.map((row) => [row[1], row[3]]));
  const provides = new Map(rows.flatMap((row) => list(row[4]).map((name) => [bareName(name), row[1]])));
  const wanted = [...names, ...rows.filter((row) => row[2] === 'yes').map((row) => row[1])];
  const found = new Set();
  while (wanted.length > 0) {
    const name = wanted.pop();
    if (found.has(name)) continue;
    assert.ok(depends.has(name), `package ${name} is installed`);
    found.add(name);
    for (const alternatives of list(depends.get(name))) {
      const installed = alternatives.split(/\s*\|\s*/).map(bareName).map((one) => (depends.has(one) ? one : provides.get(one)));
      wanted.push(...installed.filter(Boolean).slice(0, 1));
    }
  }
  return [...found];
}

// The interpreter, its libraries and npm, by name and by what the names lead to.
function filesOfNode() {
  const libraries = lines('ldd', [process.execPath]).flatMap((line) => line.match(/\/\S+/g) ?? []);
  const npm = lines('sh', ['-c', 'command -v npm']);
  return [process.execPath, ...libraries, ...npm].flatMap((file) => [file, fs.realpathSync(file)]);
}

// A tar archive of what an image of Debian with Node.js has.
function rootFileSystem() {
  const unwanted = /^\/usr\/share\/(doc|info|locale|man)\//;
  const packaged = lines('dpkg-query', ['-L', ...withDependencies(PACKAGES)]).filter((name) => !unwanted.test(name));
  const whole = lines('find', WHOLE.filter((name) => fs.existsSync(name)));
  const names = new Set(['/bin', '/lib', '/lib64', '/sbin'].filter((name) => fs.existsSync(name)));
  for (const name of [...packaged, ...filesOfNode(), ...whole]) {
    const folder = path.dirname(name);
    // /bin is a link: what a package calls /bin/sh is /usr/bin/sh.
    if (/^\/[^.]/.test(name) && fs.existsSync(folder)) names.add(path.join(fs.realpathSync(folder), path.basename(name)));
  }
  const there = [...names].filter((name) => fs.lstatSync(name, { throwIfNoEntry: false }));
  return archive('/', ['--no-recursion', '-T', '-'], there.map((name) => `.${name}`).join('\n'));
}

// Starts an engine that ends with the test `t`, its containers, mounts and files with it. `host` is its address; its methods:
//   docker(words, options)    runs the client to its end, as run() of support.js
//   succeed(words, options)   the same, and it must end with 0; answers stdout
//   start(words)              starts the client, as start() of support.js
//   build(name, dockerfile, folder, files)   `docker build` with `files` of `folder`, the Dockerfile among them
async function startEngine(t) {
  const folder = fs.mkdtempSync('/tmp/nodeward-engine-');
  const script = path.join(root, 'tests/support/docker_engine.sh');
  const child = spawn('sh', [script, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  t.after(async () => {
    child.stdin.end();
    await ended;
    assert.ok(!fs.existsSync(folder), `${folder} is gone with the engine`);
  });
  let log = '';
  await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`dockerd is not ready:\n${log}`)), kReadyMs);
    child.stdout.on('data', (data) => {
      log += data;
      if (!log.includes('API listen on')) return;
      clearTimeout(timer);
      resolve();
    });
  });

  const client = (words) => ['-H', `unix://${folder}/socket`, ...words];
  const env = { ...process.env, DOCKER_BUILDKIT: '0', DOCKER_CONFIG: folder };
  const docker = (words, options) => run(client(words), { command: 'docker', env, ...options });
  const succeed = async (words, options) => {
    const { code, stdout, stderr } = await docker(words, options);
    assert.equal(code, 0, `docker ${words.join(' ')}:\n${stdout}${stderr}`);
    return stdout;
  };
  const build = (name, dockerfile, context, files) =>
    succeed(['build', '-t', name, '-f', dockerfile, '-'], { input: archive(context, files), timeout: kBuildMs });
  return { host: `unix://${folder}/socket`, docker, succeed, build, start: (words) => start(client(words), { command: 'docker', env }) };
}

// An engine that has the image `base`: Debian with Node.js and npm.
async function startEngineWithBase(t) {
  const engine = await startEngine(t);
  await engine.succeed(['import', '-', 'files'], { input: rootFileSystem(), timeout: kBuildMs });
  await engine.succeed(['build', '-t', 'base', '-'], { input: BASE, timeout: kBuildMs });
  return engine;
}

module.exports = { startEngineWithBase };
