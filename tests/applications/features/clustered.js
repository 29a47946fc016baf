// What both ways of sharing a port have in common: two workers, 40 connections, an orderly end.
'use strict';

const assert = require('node:assert');
const cluster = require('node:cluster');
const { once } = require('node:events');
const http = require('node:http');
const { feature } = require('../feature.js');

const kWorkers = 2;
const kRequests = 40;

function serve() {
  const server = http.createServer((request, response) => response.end(String(cluster.worker.id)));
  server.listen(0, '127.0.0.1');
  process.on('message', () => {
    server.close();
    cluster.worker.disconnect();
  });
}

const get = (port) => new Promise((resolve, reject) => {
  http.get({ port, host: '127.0.0.1', agent: false }, (response) => {
    response.setEncoding('utf8').once('data', resolve);
  }).on('error', reject);
});

async function share(policy) {
  cluster.schedulingPolicy = policy;
  const workers = Array.from({ length: kWorkers }, () => cluster.fork());
  const addresses = await Promise.all(workers.map(async (worker) => (await once(worker, 'listening'))[0]));
  const exits = workers.map((worker) => once(worker, 'exit'));
  const answers = [];
  for (let at = 0; at < kRequests; at += 1) answers.push(await get(addresses[0].port));
  for (const worker of workers) worker.send('end');
  const codes = (await Promise.all(exits)).map(([code]) => code);
  assert.strictEqual(new Set(addresses.map(({ port }) => port)).size, 1);
  return { answers, codes };
}

module.exports = (policy, judge) => {
  if (cluster.isPrimary) feature(async () => judge(await share(policy)));
  else serve();
};
