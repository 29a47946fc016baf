'use strict';

const assert = require('node:assert');
const http = require('node:http');
const { close, feature, listen } = require('../feature.js');

feature(async () => {
  const server = http.createServer((request, response) => {
    if (request.url === '/moved') response.writeHead(302, { location: '/' }).end();
    else if (request.url === '/slow') response.write('begun');
    else request.pipe(response);
  });
  const port = await listen(server);
  const saw = {};
  for (const host of ['127.0.0.1', 'localhost']) {
    const answer = await fetch(`http://${host}:${port}/`, { method: 'POST', body: 'x'.repeat(100000) });
    saw[host] = (await answer.text()).length;
  }
  const moved = await fetch(`http://127.0.0.1:${port}/moved`);
  saw.moved = [moved.redirected, await moved.text()];
  const slow = await fetch(`http://127.0.0.1:${port}/slow`, { signal: AbortSignal.timeout(300) });
  saw.aborted = await slow.text().then(() => 'whole', (error) => error.name);
  const form = new FormData();
  form.set('file', new Blob(['text']), 'a.txt');
  const posted = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: form });
  saw.form = (await posted.text()).includes('filename="a.txt"');
  await close(server);
  const closed = http.createServer();
  const free = await listen(closed);
  await close(closed);
  saw.refused = await fetch(`http://127.0.0.1:${free}/`).then(() => 'answered', (error) => error.cause.code);
  assert.strictEqual(saw.localhost, 100000);
  return saw;
});
