'use strict';

const assert = require('node:assert');
const dgram = require('node:dgram');
const { once } = require('node:events');
const { feature } = require('../feature.js');

async function pair(type, address) {
  const server = dgram.createSocket(type);
  server.on('message', (data, from) => server.send(`${data}!`, from.port, from.address));
  server.bind(0, address);
  await once(server, 'listening');
  const { port } = server.address();
  const saw = {};

  const unbound = dgram.createSocket(type);
  unbound.send(['sent ', 'in parts'], port, address);
  saw.unbound = String((await once(unbound, 'message'))[0]);
  unbound.close();

  const connected = dgram.createSocket(type);
  connected.bind(0, address);
  await once(connected, 'listening');
  connected.connect(port, address);
  await once(connected, 'connect');
  connected.send('connected');
  saw.connected = String((await once(connected, 'message'))[0]);
  saw.peer = connected.remoteAddress().port === port;
  connected.disconnect();
  connected.send('again', port, address);
  saw.again = String((await once(connected, 'message'))[0]);
  connected.setBroadcast(true);
  connected.setTTL(9);
  saw.buffer = connected.getRecvBufferSize() > 0;
  connected.close();
  server.close();
  return saw;
}

feature(async () => {
  const udp4 = await pair('udp4', '127.0.0.1');
  assert.strictEqual(udp4.again, 'again!');
  return { udp4 };
});
