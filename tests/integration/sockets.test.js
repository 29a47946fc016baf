// An application that opens, replaces, shares and abandons sockets by the thousand leaves nothing behind in
// the supervisor, and is answered all the same. It may take 600 seconds.
'use strict';

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const { describe, it } = require('node:test');

const { CONTAINER_CAPABILITIES, eventually, nodeward, victim } = require('./support');

const CONTAINER = ['setpriv', '--inh-caps=-all', '--bounding-set',
  ['-all', ...CONTAINER_CAPABILITIES.map((name) => `+${name}`)].join(',')];

const held = (pid) => fs.readdirSync(`/proc/${pid}/fd`).length;
const threads = (pid) => fs.readdirSync(`/proc/${pid}/task`).length;

// `more`: what the supervisor may still hold afterwards, over what it held at the start.
function leavesNothing(start, more) {
  return async (t) => {
    const server = net.createServer((socket) => socket.on('error', () => {}).resume());
    await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    t.after(() => server.close());
    const words = [...start, nodeward, 'run', '--set', 'filesystem.exec=["@node-child"]', '--set', 'limits.core="0"', '--',
      victim('sockets'), String(server.address().port)];
    const child = spawn(words[0], words.slice(1), { cwd: '/', stdio: ['pipe', 'pipe', 'pipe'] });
    t.after(() => child.kill('SIGKILL'));
    let told = '';
    child.stderr.on('data', (data) => { told += data; });
    let said = '';
    child.stdout.on('data', (data) => { said += data; });
    await eventually(() => told.includes('"event":"start"'), 'the start', 10000);
    const before = held(child.pid);
    await eventually(() => said.endsWith('connected\n') || said.endsWith('refused\n') || child.exitCode !== null, 'its end', 400000);
    assert.equal(said, 'done\nconnected\n', told.slice(0, 2000));
    await eventually(() => held(child.pid) <= before + more, `${held(child.pid)} descriptors, ${before} at the start`, 10000);
    await eventually(() => threads(child.pid) <= 8, `${threads(child.pid)} threads`, 10000);
    child.stdin.end();
    const code = await new Promise((resolve) => { child.on('close', resolve); });
    assert.equal(code, 0, told.slice(-2000));
    server.closeAllConnections?.();
  };
}

describe('a flood of sockets', () => {
  it('where the supervisor fetches them', leavesNothing([], 4));
  // It keeps a few hundred until the next sweep.
  it('where the supervisor makes them', leavesNothing(CONTAINER, 520));
});
