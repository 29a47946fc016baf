// The hot path: what a serving process calls at each request is never notified, so that a request costs
// what it costs bare. Counted by strace on the supervisor: each notification is one ioctl of its own.
'use strict';

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const path = require('node:path');
const { createInterface } = require('node:readline');
const { test } = require('node:test');
const { start, temporary } = require('./support');

const kRequests = 2000;
const kWrites = 7;

// GET /plain, /file (read at each request), /kept (asks over a connection that is kept), /write.
const SERVER = `
const fs = require('node:fs');
const net = require('node:net');
const kept = net.connect(Number(process.env.HOST), '127.0.0.1');
const waiting = [];
kept.on('data', (data) => { for (const byte of data) waiting.shift()(String.fromCharCode(byte)); });
const answers = {
  '/plain': (done) => done('plain'),
  '/file': (done) => fs.readFile('file.txt', 'utf8', (error, text) => done(error ? error.code : text)),
  '/kept': (done) => { waiting.push((byte) => done('kept ' + byte)); kept.write('k'); },
  '/write': (done) => fs.writeFile('/tmp/nodeward-hot-path-' + process.pid, 'x', (error) => done(error ? error.code : 'written')),
};
const server = require('node:http').createServer((request, response) =>
  answers[request.url]((text) => response.end(text)));
kept.on('connect', () => server.listen(0, '127.0.0.1', () => console.log(server.address().port)));
process.on('exit', () => fs.rmSync('/tmp/nodeward-hot-path-' + process.pid, { force: true }));
process.on('SIGTERM', () => process.exit());`;

// What sends each byte back. Resolves with its port.
async function echo(t) {
  const server = net.createServer((socket) => socket.pipe(socket));
  t.after(() => server.close());
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server.address().port;
}

const asker = (port, agent) => (url) => new Promise((resolve, reject) => {
  http.get({ host: '127.0.0.1', port, path: url, agent }, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (data) => { text += data; }).on('end', () => resolve(text));
  }).on('error', reject);
});

// `count` requests, a few at a time; each must be answered with `text`.
async function ask(get, url, text, count) {
  let left = count;
  const worker = async () => {
    while (left-- > 0) assert.equal(await get(url), text);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

// Counts what `supervisor` is asked about from here on: `end()` resolves with {call: count}.
async function count(t, supervisor) {
  const file = path.join(temporary(t), 'trace');
  const tracer = spawn('strace', ['-f', '-e', 'trace=ioctl', '-o', file, '-p', String(supervisor)],
    { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise((resolve) => tracer.on('close', resolve));
  t.after(() => tracer.kill('SIGKILL'));
  await new Promise((resolve, reject) => {
    createInterface({ input: tracer.stderr }).on('line', (line) => line.includes('attached') && resolve());
    tracer.on('error', reject);
    ended.then(() => reject(new Error('strace ended')));
  });
  return async () => {
    tracer.kill('SIGINT');
    await ended;
    const calls = {};
    for (const [, call] of fs.readFileSync(file, 'utf8').matchAll(/ioctl.*nr=__NR_(\w+)/g)) {
      calls[call] = (calls[call] ?? 0) + 1;
    }
    return calls;
  };
}

// Serves under nodeward, and resolves with what its supervisor was asked about while all was requested.
async function serve(t, words) {
  const folder = temporary(t);
  fs.writeFileSync(path.join(folder, 'server.js'), SERVER);
  fs.writeFileSync(path.join(folder, 'file.txt'), 'file');
  const started = start(['run', ...words, '--', process.execPath, 'server.js'],
    { cwd: folder, env: { PATH: process.env.PATH, HOST: String(await echo(t)) } });
  t.after(() => started.child.kill('SIGKILL'));
  const agent = new http.Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  const get = asker(Number(await started.line(() => true)), agent);
  await ask(get, '/file', 'file', 50);  // the thread pool stands, and the connections
  const end = await count(t, started.child.pid);
  await ask(get, '/plain', 'plain', kRequests);
  await ask(get, '/file', 'file', kRequests);
  await ask(get, '/kept', 'kept k', kRequests);
  await ask(get, '/write', 'written', kWrites);
  const calls = await end();
  started.child.kill('SIGTERM');
  await started.ended;
  return calls;
}

test('requests, files that are read, and kept connections ask nobody; a file that is written does', async (t) => {
  assert.deepEqual(await serve(t, []), { openat: kWrites });
});

test('control: asked for, opens for reading are notified, one each', async (t) => {
  const { openat, ...others } = await serve(t, ['--set', 'events.files="all"']);
  assert.ok(openat >= kRequests + kWrites, `${openat} opens`);  // the C library opens what it needs besides
  assert.deepEqual(others, {});
});
