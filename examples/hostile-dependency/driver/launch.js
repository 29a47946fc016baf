'use strict';

// One attempt in a process of its own: so that an end by the kernel is an outcome like any other.

const { execFileSync, spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');

const EXAMPLE = path.resolve(__dirname, '..');
const ATTEMPT_MS = 60000;

const quote = (word) => `'${word.replaceAll("'", "'\\''")}'`;

let mountsAllowed;
function mayUnshareMounts() {
  if (mountsAllowed === undefined) {
    try {
      execFileSync('unshare', ['--mount', '--propagation', 'private', 'true'], { stdio: 'ignore' });
      mountsAllowed = true;
    } catch {
      mountsAllowed = false;  // then nobody here can mount, and the machine is safe without it
    }
  }
  return mountsAllowed;
}

// The words that run the attempt. `wrapper` is what stands before `node`: nothing, or nodeward.
function commandFor(attempt, wrapper, { targets }, stderrFile) {
  const words = [...wrapper, 'node', 'index.js', attempt.name, JSON.stringify(targets)];
  if (attempt.ownMounts && mayUnshareMounts()) {
    return ['unshare', '--mount', '--propagation', 'private', ...words];
  }
  if (attempt.pty) {
    // script(1) makes the terminal. Events go to a file, for a terminal has one stream only.
    const line = `exec ${words.map(quote).join(' ')} 2>${quote(stderrFile)}`;
    return ['script', '--quiet', '--return', '--echo', 'never', '--command', line, '/dev/null'];
  }
  return words;
}

// Collects a stream; the result is complete once the process is closed.
function collect(stream) {
  const chunks = [];
  stream.on('data', (chunk) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}

// Resolves to {code, signal, timedOut, stdout, stderr}.
async function launch(attempt, wrapper, scene) {
  const stderrFile = path.join(scene.folder, `${attempt.name}.stderr`);
  const [command, ...words] = commandFor(attempt, wrapper, scene, stderrFile);
  // A pipe as input stays open: at an end of file script(1) would type Ctrl-D into the terminal.
  const child = spawn(command, words, { cwd: EXAMPLE, stdio: ['pipe', 'pipe', 'pipe'] });
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill('SIGKILL');
  }, ATTEMPT_MS);
  const [code, signal] = await once(child, 'close');
  clearTimeout(timer);
  const fromFile = fs.existsSync(stderrFile) ? fs.readFileSync(stderrFile, 'utf8') : '';
  fs.rmSync(stderrFile, { force: true });
  return { code, signal, timedOut, stdout: stdout(), stderr: stderr() + fromFile };
}

module.exports = { launch };
