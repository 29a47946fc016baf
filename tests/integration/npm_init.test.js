// `nodeward init` of the npm package: what it writes is valid and runs the project; what it says is so. Of the
// packages lane.
'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');
const { root, run, settings, start, temporary } = require('./support.js');

const kInit = path.join(root, 'packaging/npm/nodeward/init/main.js');
const init = (cwd, ...words) => run([kInit, ...words], { command: process.execPath, cwd });

// A folder with `files` ({name: text}); an object stands for its JSON.
function project(t, files) {
  const folder = temporary(t);
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, typeof text === 'string' ? text : JSON.stringify(text), { mode: 0o644 });
  }
  return folder;
}

const lacking = (stdout) => stdout.split('\n').filter((line) => line.startsWith('  [ ] ')).map((line) => line.slice(6));
const line = (stdout, name) => JSON.parse(stdout.match(new RegExp(`^  ${name} (\\[.*\\])$`, 'm'))?.[1] ?? 'null');

// The profile that init wrote, where nodeward takes it from; valid, or the test fails.
async function placed(t, folder) {
  const profile = path.join(settings(t), 'app.toml');
  fs.copyFileSync(path.join(folder, 'nodeward.toml'), profile);
  fs.chmodSync(profile, 0o644);
  const { code, stderr } = await run(['check', profile]);
  assert.deepEqual([code, stderr], [0, ''], fs.readFileSync(profile, 'utf8'));
  return profile;
}

const kDockerfile = `# a project of yesterday
FROM node:14 AS build
ARG NPM_TOKEN=abc
RUN npm install

FROM node:16
ENV JWT_SECRET=abc \\
    GREETING=hello
WORKDIR /srv/api
COPY . .
RUN npm install
EXPOSE 80
ENTRYPOINT ["tini", "--"]
CMD npm start
`;
const kServer = `const { fork } = require('node:child_process');
const { GREETING } = process.env;
if (process.argv[2]) process.exit(3);
console.log(GREETING, process.env['COLOUR'], process.env.JWT_SECRET, process.env.UNNAMED_ONE ? 1 : process.env.NODE_OPTIONS);
fork(__filename, ['child']).on('exit', (code) => console.log('child', code));
`;

describe('a project with every fault', () => {
  const files = {
    'package.json': {
      name: 'api\nversion = 7', dependencies: { stripe: '1', 'better-sqlite3': '1', '@aws-sdk/client-s3': '1' },
      devDependencies: { nodeward: '*' }, scripts: { start: 'nodemon server.js | tee log' }, engines: { node: '>=14' },
    },
    Dockerfile: kDockerfile, 'server.js': kServer, '.env': 'PASSWORD=x\n', '.env.example': 'SIZE=\n',
    'node_modules/a/index.js': 'process.env.OF_A_PACKAGE', 'test/a.test.js': 'process.env.OF_A_TEST',
  };

  it('gets a profile that runs it', async (t) => {
    const folder = project(t, files);
    const { code, stderr } = await init(folder);
    assert.deepEqual([code, stderr], [0, '']);
    const profile = await placed(t, folder);
    const text = fs.readFileSync(profile, 'utf8');
    for (const name of ['GREETING', 'COLOUR', 'JWT_SECRET', 'SIZE', 'PASSWORD']) assert.ok(text.includes(`"${name}"`), name);
    assert.doesNotMatch(text, /OF_A_|NODE_OPTIONS|^version = 7/m);
    assert.match(text, /^connect = \["@loopback", "@private", "api\.stripe\.com:443", "\*\.amazonaws\.com:443"\]$/m);
    const env = { ...process.env, GREETING: 'hello', COLOUR: 'red', JWT_SECRET: 'abc', NODE_OPTIONS: '--no-warnings' };
    const ended = await run(['run', '--set', 'supervise.restart=never', '-p', profile, '--', 'node', 'server.js'], { cwd: folder, env });
    assert.deepEqual([ended.code, ended.stdout], [0, 'hello red abc undefined\nchild 3\n'], ended.stderr);
    assert.deepEqual(ended.events.filter(({ event }) => event === 'violation'), []);
  });

  it('is told each of them', async (t) => {
    const { stdout } = await init(project(t, files));
    const told = lacking(stdout);
    const wanted = [/there is no lock file/, /admits Node\.js 14/, /^\.env: secrets/, /nodeward is in devDependencies/,
      /JWT_SECRET, PASSWORD: secrets by their names/, /better-sqlite3: name the folder of the database/,
      /start processes/, /Dockerfile:10 copies the whole folder: \.dockerignore is missing; it should name node_modules, \.git, \.env$/,
      /runs as root/, /Dockerfile:3 sets NPM_TOKEN/, /Dockerfile:7 sets JWT_SECRET/, /ENTRYPOINT that is there/,
      /CMD is written for a shell; write it as a list: CMD \["npm","start"\]/, /CMD starts npm/, /Dockerfile:11 installs development/,
      /FROM node:16: Node\.js 16/, /EXPOSE 80/, /no HEALTHCHECK/, /NODE_ENV=production/, /nodemon restarts/];
    for (const pattern of wanted) assert.ok(told.some((text) => pattern.test(text)), `${pattern}\n${stdout}`);
    assert.equal(told.length, wanted.length, stdout);
    assert.ok(!told.some((text) => text.includes('GREETING')));
  });
});

describe('a project without a fault', () => {
  const files = {
    'package.json': {
      name: 'good', scripts: { start: 'node server.js --one' }, engines: { node: '>=20' }, dependencies: { nodeward: '1', pg: '1' },
    },
    'package-lock.json': {}, 'server.js': 'console.log(process.argv[2], process.env.PORT)',
    '.dockerignore': 'node_modules\n.git\n',
    Dockerfile: `FROM node:22.1-slim\nENV NODE_ENV=production\nWORKDIR /srv/api\nCOPY . .\nRUN npm ci --omit=dev
USER node\nHEALTHCHECK CMD ["node", "health.js"]\nCMD ["node", "server.js", "--one"]\n`,
  };

  it('lacks nothing, and its lines start it', async (t) => {
    const folder = project(t, files);
    const { code, stdout } = await init(folder);
    assert.equal(code, 0);
    assert.deepEqual([lacking(stdout), stdout.trim().split('\n').at(-1)], [[], 'Nothing else is lacking.'], stdout);
    const entrypoint = line(stdout, 'ENTRYPOINT');
    assert.deepEqual(entrypoint, ['/srv/api/node_modules/.bin/nodeward', 'run', '-p', '/etc/nodeward/app.toml', '--']);
    const profile = await placed(t, folder);
    const words = [...entrypoint.slice(1), ...line(stdout, 'CMD')].map((word) => (word === entrypoint[3] ? profile : word));
    const ended = await run(words, { cwd: folder, env: { ...process.env, PORT: '3000' } });
    assert.deepEqual([ended.code, ended.stdout], [0, '--one 3000\n'], ended.stderr);
  });

  it('without a Dockerfile the start script says what runs', async (t) => {
    const { Dockerfile, ...rest } = files;
    assert.ok(Dockerfile);
    const { stdout } = await init(project(t, rest));
    assert.deepEqual(line(stdout, 'CMD'), ['node', 'server.js', '--one']);
  });
});

it('the example gets a profile that runs it', async (t) => {
  const folder = temporary(t);
  execFileSync('cp', ['-a', `${path.join(root, 'examples/express-api')}/.`, folder]);
  fs.rmSync(path.join(folder, 'nodeward.toml'));
  const { code, stdout } = await init(folder);
  assert.equal(code, 0);
  const env = { ...process.env, JWT_SECRET: 'x'.repeat(40), PORT: '0', LOG_LEVEL: 'info' };
  const server = start(['run', '-p', await placed(t, folder), '--', ...line(stdout, 'CMD')], { cwd: folder, env });
  await server.line((text) => text.includes('listening'), 20000);
  server.child.kill('SIGTERM');
  assert.deepEqual(await server.ended, { code: 0, signal: null }, server.seen.stderr);
  assert.deepEqual(server.seen.events.filter(({ event }) => event === 'violation'), []);
});

describe('bad input', () => {
  const refused = async (folder, pattern, ...words) => {
    const { code, stdout, stderr } = await init(folder, ...words);
    assert.deepEqual([code, stdout], [125, '']);
    assert.match(stderr, pattern);
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
  };

  it('a profile that is there stays, unless --force', async (t) => {
    const folder = project(t, { 'package.json': {}, 'nodeward.toml': 'mine' });
    await refused(folder, /nodeward\.toml is there already, and stays as it is \(--force replaces it\)/);
    assert.equal(fs.readFileSync(path.join(folder, 'nodeward.toml'), 'utf8'), 'mine');
    assert.equal((await init(folder, '--force')).code, 0);
    assert.match(fs.readFileSync(path.join(folder, 'nodeward.toml'), 'utf8'), /^version = 1$/m);
  });

  it('no package.json, one that is none, an unknown option', async (t) => {
    await refused(project(t, {}), /there is no package\.json here/);
    await refused(project(t, { 'package.json': '{"a": ' }), /package\.json: .*JSON/);
    await refused(project(t, { 'package.json': '[]' }), /package\.json holds no object/);
    await refused(project(t, { 'package.json': {} }), /there is no option "--forse"/, '--forse');
  });

  it('fields of the wrong kind, a Dockerfile of nothing', async (t) => {
    const odd = { name: 7, scripts: 'x', dependencies: [], devDependencies: null, engines: 3, main: {} };
    const folder = project(t, { 'package.json': odd, Dockerfile: '\n\\\n', 'a/b.js': '' });
    assert.equal((await init(folder)).code, 0);
    await placed(t, folder);
  });
});
