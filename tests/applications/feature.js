// What the features share. Each is a program of its own: it uses one package or one part of Node.js as an
// application would, asserts what must hold anywhere, and prints one JSON line with what it saw: nothing
// that differs from run to run. Its one argument is a JSON object: where the servers are.
'use strict';

const { once } = require('node:events');

// A child of a feature has words of its own there.
const given = process.argv[2]?.startsWith('{') ? JSON.parse(process.argv[2]) : {};

// Fastify says it in its documentation, not in its package.
const unsaid = { fastify: '>=20' };

// The newest of the installed releases whose `engines` admit this interpreter: NAME, else NAME-before.
function load(name) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [base] = name.split('/');
  for (const suffix of ['', '-before']) {
    const installed = name.replace(base, `${base}${suffix}`);
    const { engines } = require(`./node_modules/${base}${suffix}/package.json`);
    const least = /^>= ?(\d+)(?:\.(\d+))?/.exec(unsaid[`${base}${suffix}`] ?? engines?.node ?? '');
    if (least === null) return require(installed);
    const [wantMajor, wantMinor] = [Number(least[1]), Number(least[2] ?? 0)];
    if (major > wantMajor || (major === wantMajor && minor >= wantMinor)) return require(installed);
  }
  throw new Error(`no release of ${name} for Node.js ${process.version}`);
}

// Runs `body`, prints what it answers, and ends. A promise that never settles ends with another code.
function feature(body) {
  body().then((saw) => {
    process.stdout.write(`${JSON.stringify(saw)}\n`);
  }, (error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  });
}

// Listens on loopback, on a port that the kernel chooses; answers the port.
async function listen(server, host = '127.0.0.1') {
  server.listen(0, host);
  await once(server, 'listening');
  return server.address().port;
}

async function close(server) {
  server.close();
  server.closeAllConnections?.();
  await once(server, 'close');
}

module.exports = { close, feature, given, listen, load };
