'use strict';

const assert = require('node:assert');
const http = require('node:http');
const { close, feature, listen, load } = require('../feature.js');

feature(async () => {
  const { Agent, Client, Pool, request } = load('undici');
  const server = http.createServer((incoming, response) => incoming.pipe(response));
  const port = await listen(server);
  const base = `http://localhost:${port}`;
  const once = await request(base, { method: 'POST', body: 'text', dispatcher: new Agent({ pipelining: 0 }) });
  const echoed = await once.body.text();
  const pool = new Pool(base, { connections: 5 });
  const many = await Promise.all(Array.from({ length: 50 }, async (_, at) => {
    const { body } = await pool.request({ path: '/', method: 'POST', body: `n${at}` });
    return body.text();
  }));
  const client = new Client(`http://127.0.0.1:${port}`, { pipelining: 10 });
  const piped = await Promise.all([1, 2, 3].map(async (at) =>
    (await client.request({ path: '/', method: 'PUT', body: String(at) })).body.text()));
  await client.close();
  await pool.close();
  const refused = await request('http://127.0.0.1:1/').then(() => 'answered', (error) => error.code);
  await close(server);
  assert.strictEqual(echoed, 'text');
  return { echoed, many: many.join(), piped, refused, version: Boolean(process.versions.undici) };
});
