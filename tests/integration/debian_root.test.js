// Debian 12 with its own Node.js 18 and npm 9: the npm packages install there, and an application runs confined. The
// root is fetched once, and kept beside the build; it may take 600 seconds. Of the packages lane.
'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { after, before, it } = require('node:test');
const { packed } = require('./npm_registry.js');
const { inRoot, startInRoot } = require('./roots.js');
const { nodeward, root } = require('./support.js');

const kFolder = path.join(path.dirname(nodeward), 'debian-root');
const kTop = path.join(kFolder, 'root');
const kSlowMs = 60000;
const kServer = `require('node:http').createServer((request, response) => response.end('hello')).listen(0, '127.0.0.1', function () {
  fetch('http://127.0.0.1:' + this.address().port).then((answer) => answer.text())
    .then((text) => console.log(text, process.version, process.getuid(), process.env.GREETING));
  process.on('SIGTERM', () => { this.closeAllConnections(); this.close(); });
});
`;

let project;  // its folder as the root sees it
const here = (name) => path.join(kTop, project, name);
const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', GREETING: 'good-day', npm_config_offline: 'true', npm_config_audit: 'false', npm_config_update_notifier: 'false' };
const inProject = (command) => ['sh', '-c', `cd ${project} && ${command}`];

async function succeed(command) {
  const { code, stdout, stderr } = await inRoot(kTop, ['proc', 'dev'], inProject(command), { env, timeout: kSlowMs });
  assert.equal(code, 0, `${command}:\n${stdout}${stderr}`);
  return stdout;
}

before(() => {
  execFileSync(path.join(root, 'tests/support/debian_root.sh'), [kFolder], { stdio: ['ignore', 'ignore', 'inherit'] });
  fs.mkdirSync(path.join(kTop, 'srv'), { recursive: true });
  const made = fs.mkdtempSync(path.join(kTop, 'srv/api-'));
  fs.chmodSync(made, 0o755);
  project = made.slice(kTop.length);
  let unpack;
  for (const file of packed({ after: (remove) => { unpack = remove; } }).tarballs) fs.copyFileSync(file, here(path.basename(file)));
  unpack();
  fs.writeFileSync(here('package.json'), JSON.stringify({ name: 'api', version: '1.0.0', scripts: { start: 'node server.js' } }));
  fs.writeFileSync(here('server.js'), `// process.env.GREETING\n${kServer}`);
});
after(() => {
  fs.rmSync(path.join(kTop, project), { recursive: true });
  fs.rmSync(path.join(kTop, 'etc/nodeward'), { recursive: true, force: true });
});

it('is the distribution\'s own', async () => {
  assert.match(await succeed('node --version'), /^v18\.20\./);
  assert.match(await succeed('npm --version'), /^9\./);
});

it('npm 9 installs both packages, and init writes a profile', async () => {
  await succeed('npm install ./*.tgz');
  assert.ok(fs.existsSync(here(`node_modules/@nodeward/linux-${process.arch}/bin/nodeward`)));
  assert.match(await succeed('npx nodeward --version'), /^nodeward \d/);
  assert.match(await succeed('npx nodeward init'), /^ {2}CMD \["node", "server\.js"\]$/m);
});

it('Node.js 18 runs under that profile, by `npm start` as well, and reports nothing', async () => {
  await succeed('mkdir -p /etc/nodeward && cp nodeward.toml /etc/nodeward/app.toml && chmod 755 /etc/nodeward');
  for (const command of ['node server.js', 'npm start']) {
    const server = startInRoot(kTop, ['proc', 'dev'],
      inProject(`exec node_modules/.bin/nodeward run -p /etc/nodeward/app.toml -- ${command}`), { env });
    const answer = await server.line((line) => line.startsWith('hello'), kSlowMs);
    assert.match(answer, /^hello v18\.\S+ 65532 good-day$/);
    server.child.kill('SIGTERM');
    assert.deepEqual(await server.ended, { code: 0, signal: null }, server.seen.stderr);
    assert.deepEqual(server.seen.events.filter(({ event }) => event === 'violation'), []);
  }
});
