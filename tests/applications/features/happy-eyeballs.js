'use strict';

// A name with two addresses, of which the first refuses: the second is taken.
const assert = require('node:assert');
const { once } = require('node:events');
const http = require('node:http');
const net = require('node:net');
const { close, feature, listen } = require('../feature.js');

const both = (name, options, done) =>
  done(null, [{ address: '::1', family: 6 }, { address: '127.0.0.1', family: 4 }]);

feature(async () => {
  const server = http.createServer((request, response) => response.end('answered'));
  const port = await listen(server);
  const socket = net.connect({ host: 'two.test', port, lookup: both, autoSelectFamily: true });
  await once(socket, 'connect');
  const { remoteAddress } = socket;
  socket.destroy();
  const body = await new Promise((resolve, reject) => {
    http.get({ host: 'two.test', port, lookup: both, autoSelectFamily: true, agent: false }, (response) => {
      response.setEncoding('utf8').once('data', resolve);
    }).on('error', reject);
  });
  await close(server);
  const none = await once(net.connect({ host: 'two.test', port, lookup: both, autoSelectFamily: true }), 'connect')
    .then(() => 'connected', (error) => error.errors?.length ?? error.code);
  assert.strictEqual(remoteAddress, '127.0.0.1');
  return { remoteAddress, body, none };
});
