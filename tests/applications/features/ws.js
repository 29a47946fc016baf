'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const http = require('node:http');
const { close, feature, listen, load } = require('../feature.js');

feature(async () => {
  const WebSocket = load('ws');
  const server = http.createServer();
  const sockets = new WebSocket.Server({ server, perMessageDeflate: true });
  sockets.on('connection', (socket, request) => {
    socket.send(`welcome ${request.url}`);
    socket.on('message', (data, binary) => {
      for (const each of sockets.clients) each.send(data, { binary });
    });
  });
  const port = await listen(server);
  const open = async (name) => {
    const client = new WebSocket(`ws://localhost:${port}/${name}`);
    const [welcome] = await once(client, 'message');
    return { client, welcome: String(welcome) };
  };
  const a = await open('a');
  const b = await open('b');
  const received = [a, b].map(({ client }) => once(client, 'message'));
  a.client.send(Buffer.alloc(200000, 7));
  const sizes = (await Promise.all(received)).map(([data, binary]) => [data.length, binary]);
  const pong = once(b.client, 'pong');
  b.client.ping('beat');
  const beat = String((await pong)[0]);
  const closed = [a, b].map(({ client }) => once(client, 'close'));
  a.client.close(4001, 'done');
  b.client.close(1000);
  const codes = (await Promise.all(closed)).map(([code]) => code);
  sockets.close();
  await close(server);
  assert.deepStrictEqual(sizes, [[200000, true], [200000, true]]);
  return { welcome: [a.welcome, b.welcome], sizes, beat, codes };
});
