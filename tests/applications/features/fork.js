'use strict';

const assert = require('node:assert');
const { execFileSync, fork, spawn } = require('node:child_process');
const { once } = require('node:events');
const net = require('node:net');
const { feature, listen } = require('../feature.js');

// The child answers what it is sent, and serves the server that it is handed.
function inChild() {
  process.on('message', (message, handle) => {
    if (message === 'serve') handle.on('connection', (socket) => socket.end('from the child'));
    else if (message === 'end') process.exit(7);
    process.send({ got: message });
  });
}

async function inParent() {
  const child = fork(__filename, ['child'], { serialization: 'advanced' });
  const ask = async (...what) => {
    const answered = once(child, 'message');
    child.send(...what);
    return (await answered)[0];
  };
  const echoed = await ask(new Map([['a', 1n]]));
  const server = net.createServer();
  const port = await listen(server);
  await ask('serve', server);
  server.close();
  const [data] = await once(net.connect(port, '127.0.0.1'), 'data');
  const ended = once(child, 'exit');
  child.send('end');
  const [code] = await ended;

  const filter = spawn(process.execPath, ['-e', 'process.stdin.pipe(process.stdout)']);
  filter.stdin.end('through a pipe');
  const [through] = await once(filter.stdout, 'data');
  const [filtered] = await once(filter, 'close');
  const version = String(execFileSync(process.execPath, ['--version'])).trim();
  const killed = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await once(killed, 'spawn');
  killed.kill('SIGKILL');
  const [, signal] = await once(killed, 'exit');
  assert.strictEqual(version, process.version);
  return { got: [...echoed.got].map(String), data: String(data), code, through: String(through), filtered, signal };
}

if (process.argv[2] === 'child') inChild();
else feature(inParent);
