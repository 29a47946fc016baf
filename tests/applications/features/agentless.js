'use strict';

// 200 connections, each opened, used once and closed: 100 after each other, 100 at once.
const assert = require('node:assert');
const http = require('node:http');
const { close, feature, listen } = require('../feature.js');

feature(async () => {
  const ports = new Set();
  const server = http.createServer((request, response) => {
    ports.add(request.socket.remotePort);
    response.end(request.url);
  });
  const port = await listen(server);
  const get = (url) => new Promise((resolve, reject) => {
    http.get({ host: '127.0.0.1', port, path: url, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (data) => { body += data; });
      response.on('end', () => resolve(body));
    }).on('error', reject);
  });
  const bodies = [];
  for (let at = 0; at < 100; at += 1) bodies.push(await get(`/${at}`));
  bodies.push(...await Promise.all(Array.from({ length: 100 }, (_, at) => get(`/${at + 100}`))));
  await close(server);
  assert.deepStrictEqual(bodies, Array.from({ length: 200 }, (_, at) => `/${at}`));
  return { answered: bodies.length, connections: ports.size };
});
