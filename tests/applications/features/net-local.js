'use strict';

// Connections with a local address and port of their own, half-closed ones, UNIX sockets, and ports that are taken.
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { close, feature, listen } = require('../feature.js');

async function freePort() {
  const probe = net.createServer();
  const port = await listen(probe, '127.0.0.2');
  await close(probe);
  return port;
}

feature(async () => {
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    const chunks = [];
    socket.on('data', (data) => chunks.push(data));
    socket.on('end', () => socket.end(`${socket.remoteAddress} ${Buffer.concat(chunks).length}`));
  });
  const port = await listen(server);
  const localPort = await freePort();
  const socket = net.connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2', localPort });
  await once(socket, 'connect');
  const own = [socket.localAddress, socket.localPort === localPort];
  socket.setNoDelay(true).setKeepAlive(true, 1000);
  socket.end(Buffer.alloc(500000));
  const [answer] = await once(socket, 'data');
  const other = net.createServer().listen(port, '127.0.0.1');
  const [{ code: taken }] = await once(other, 'error');
  await close(server);
  const refused = await once(net.connect(port, '127.0.0.1'), 'connect').catch((error) => error.code);

  const where = path.join(os.tmpdir(), `net-local-${process.pid}`);
  const local = net.createServer((peer) => peer.end('over a path'));
  local.listen(where);
  await once(local, 'listening');
  const [over] = await once(net.connect(where), 'data');
  await close(local);
  assert.deepStrictEqual(own, ['127.0.0.2', true]);
  return { own, answer: String(answer), taken, refused, over: String(over) };
});
