'use strict';

// Starts server.js as a process of its own: bare, or with the words of NODEWARD_PREFIX (a JSON
// array) before it.

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const net = require('node:net');
const path = require('node:path');
const { createInterface } = require('node:readline');

const EXAMPLE = path.resolve(__dirname, '../..');
const START_MS = 60000;
const STOP_MS = 15000;

const prefix = JSON.parse(process.env.NODEWARD_PREFIX ?? '[]');

async function freePort() {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

function parseLine(line) {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

// Resolves once `test` holds for a line of stdout; rejects when the process ends or time is up.
function lineThat(child, output, test) {
  return new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`${why}; it wrote:\n${output.join('\n')}`));
    const timer = setTimeout(() => fail(`not ready after ${START_MS} ms`), START_MS);
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      output.push(line);
      if (!test(line)) return;
      clearTimeout(timer);
      resolve();
    });
    createInterface({ input: child.stderr }).on('line', (line) => output.push(line));
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      fail(`it ended with ${code ?? signal}`);
    });
  });
}

async function end(child) {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    child.kill('SIGTERM');
    await exited;
    clearTimeout(timer);
  }
  return { code: child.exitCode, signal: child.signalCode };
}

// `environment` is all that the server is given, PATH and PORT aside. The result: `url`,
// `output` (lines of both streams), `stop()`, which resolves to {code, signal}.
async function startServer(environment) {
  const port = await freePort();
  const [command, ...words] = [...prefix, 'node', 'server.js'];
  const child = spawn(command, words, {
    cwd: EXAMPLE,
    env: { PATH: process.env.PATH, PORT: String(port), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = [];
  try {
    await lineThat(child, output, (line) => parseLine(line)?.message === 'listening');
  } catch (error) {
    await end(child);
    throw error;
  }
  return { url: `http://127.0.0.1:${port}`, output, pid: child.pid, stop: () => end(child) };
}

module.exports = { startServer, freePort, prefix };
