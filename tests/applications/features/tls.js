'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const https = require('node:https');
const tls = require('node:tls');
const { close, feature, given, listen } = require('../feature.js');

feature(async () => {
  const read = (name) => fs.readFileSync(`${given.certificates}/${name}`);
  const identity = { key: read('key.pem'), cert: read('cert.pem') };
  const server = https.createServer(identity, (request, response) => response.end(request.socket.getProtocol()));
  const port = await listen(server);
  const get = (options) => new Promise((resolve) => {
    https.get({ host: 'localhost', port, agent: false, ...options }, (response) => {
      response.setEncoding('utf8').once('data', resolve);
    }).on('error', (error) => resolve(error.code));
  });
  const trusted = await get({ ca: identity.cert });
  const untrusted = await get({});
  const older = await get({ ca: identity.cert, maxVersion: 'TLSv1.2' });
  await close(server);

  const asking = tls.createServer({ ...identity, ca: identity.cert, requestCert: true }, (socket) => {
    socket.end(socket.getPeerCertificate().subject.CN);
  });
  const socket = tls.connect({ host: 'localhost', port: await listen(asking), ca: identity.cert, ...identity });
  const [subject] = await once(socket, 'data');
  await once(socket, 'close');
  await close(asking);
  assert.strictEqual(String(subject), 'localhost');
  return { trusted, untrusted, older, roots: tls.rootCertificates.length > 50 };
});
