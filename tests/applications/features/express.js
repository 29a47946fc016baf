'use strict';

const assert = require('node:assert');
const http = require('node:http');
const path = require('node:path');
const { close, feature, listen, load } = require('../feature.js');

feature(async () => {
  const express = load('express');
  const app = express();
  app.use(express.json());
  app.use('/files', express.static(path.join(__dirname, '..')));
  app.get('/hello/:name', (request, response) => response.json({ hello: request.params.name, ip: request.ip }));
  app.post('/sum', (request, response) => response.json({ sum: request.body.reduce((a, b) => a + b) }));
  const server = http.createServer(app);
  const base = `http://127.0.0.1:${await listen(server)}`;
  const hello = await (await fetch(`${base}/hello/ann`)).json();
  const sum = await (await fetch(`${base}/sum`, {
    method: 'POST', body: '[1,2,3]', headers: { 'content-type': 'application/json' },
  })).json();
  const file = await fetch(`${base}/files/feature.js`);
  const text = await file.text();
  const missing = await fetch(`${base}/none`);
  await missing.text();
  await close(server);
  assert.deepStrictEqual(sum, { sum: 6 });
  return { hello, sum, file: [file.status, text.length], missing: missing.status };
});
