'use strict';

const assert = require('node:assert');
const http = require('node:http');
const { close, feature, listen, load } = require('../feature.js');

feature(async () => {
  const Koa = load('koa');
  const app = new Koa();
  app.silent = true;
  app.use(async (context, next) => {
    await next();
    context.set('x-by', 'koa');
  });
  app.use((context) => {
    if (context.path === '/broken') throw new Error('broken');
    context.body = { path: context.path, query: context.query };
  });
  const server = http.createServer(app.callback());
  const base = `http://127.0.0.1:${await listen(server)}`;
  const answer = await fetch(`${base}/a?b=c`);
  const body = await answer.json();
  const broken = await fetch(`${base}/broken`);
  await broken.text();
  await close(server);
  assert.deepStrictEqual(body, { path: '/a', query: { b: 'c' } });
  return { body, by: answer.headers.get('x-by'), broken: broken.status };
});
