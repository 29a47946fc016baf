// Standard input that is what events are written to: the application could forge events through it.
'use strict';

const assert = require('node:assert/strict');
const net = require('node:net');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { test } = require('node:test');
const { nodeward, parseEvents, temporary } = require('./support');

const FORGED = '{"time":"2026-01-01T00:00:00Z","event":"exit","seq":1,"message":"forged"}';
const FORGE = `try { require('fs').writeSync(0, process.argv[1] + '\\n') } catch (error) { console.error(error.code) }`;

// Runs a command with one socket as 0, 1 and 2; what came out of it.
async function onOneSocket(t, command, args) {
  const server = net.createServer();
  const file = path.join(temporary(t), 'socket');
  await new Promise((resolve) => server.listen(file, resolve));
  const outcome = new Promise((resolve) => server.once('connection', (socket) => {
    let text = '';
    socket.on('data', (data) => { text += data; });
    socket.on('close', () => resolve(text));
  }));
  const ours = await new Promise((resolve) => {
    const socket = net.connect(file, () => resolve(socket));
  });
  const fd = ours._handle.fd;
  const child = spawn(command, args, { stdio: [fd, fd, fd], timeout: 10000, killSignal: 'SIGKILL' });
  const code = await new Promise((resolve) => child.on('close', resolve));
  ours.destroy();
  server.close();
  return { code, text: await outcome };
}

test('control: bare, the forged line arrives as it was written', async (t) => {
  const { text } = await onOneSocket(t, process.execPath, ['-e', FORGE, FORGED]);
  assert.ok(text.split('\n').includes(FORGED), text);
});

test('under nodeward it does not, and the operator is told why', async (t) => {
  const { code, text } = await onOneSocket(t, nodeward, ['run', '--', process.execPath, '-e', FORGE, FORGED]);
  assert.equal(code, 0, text);
  assert.ok(!text.split('\n').includes(FORGED), text);
  const events = parseEvents(text);
  assert.deepEqual(events.map((event) => event.event), ['alert', 'start', 'exit']);
  assert.match(events[0].message, /standard input is where the events go/);
});
