'use strict';

const assert = require('node:assert');
const { feature, load } = require('../feature.js');

feature(async () => {
  const app = load('fastify')();
  app.get('/hello/:name', {
    schema: { response: { 200: { type: 'object', properties: { hello: { type: 'string' } } } } },
  }, async (request) => ({ hello: request.params.name, hidden: true }));
  app.post('/age', { schema: { body: { type: 'object', properties: { age: { type: 'integer' } } } } },
    async (request) => request.body);
  const base = await app.listen({ port: 0, host: '127.0.0.1' });
  const hello = await (await fetch(`${base}/hello/ann`)).json();
  const wrong = await fetch(`${base}/age`, {
    method: 'POST', body: '{"age":"old"}', headers: { 'content-type': 'application/json' },
  });
  const { message } = await wrong.json();
  const inside = await app.inject('/hello/bob');
  await app.close();
  assert.deepStrictEqual(hello, { hello: 'ann' });
  return { hello, wrong: [wrong.status, message], inside: inside.json() };
});
