'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const { isMainThread, parentPort, Worker, workerData } = require('node:worker_threads');
const { close, feature, listen } = require('../feature.js');

async function inWorker() {
  const view = new Int32Array(workerData.shared);
  for (let at = 0; at < 1000; at += 1) Atomics.add(view, 0, 1);
  const socket = net.connect(workerData.port, '127.0.0.1');
  const [greeting] = await once(socket, 'data');
  parentPort.postMessage({ greeting: String(greeting), size: fs.statSync(__filename).size > 0 });
}

async function inMain() {
  const server = net.createServer((socket) => socket.end('hello'));
  const port = await listen(server);
  const shared = new SharedArrayBuffer(4);
  const workers = Array.from({ length: 6 }, () => new Worker(__filename, { workerData: { shared, port } }));
  const exits = workers.map((worker) => once(worker, 'exit'));
  const messages = await Promise.all(workers.map(async (worker) => (await once(worker, 'message'))[0]));
  const codes = (await Promise.all(exits)).map(([code]) => code);
  await close(server);
  const counted = new Int32Array(shared)[0];
  assert.strictEqual(counted, 6000);
  const stuck = new Worker('for (;;);', { eval: true });
  await once(stuck, 'online');
  return { messages, codes, counted, ended: await stuck.terminate() };
}

if (isMainThread) feature(inMain);
else inWorker();
