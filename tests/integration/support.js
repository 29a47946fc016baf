// What integration tests share: start nodeward, collect its events, and never wait without a bound.
'use strict';

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const root = process.env.NODEWARD_SOURCE_DIR || path.resolve(__dirname, '../..');
const nodeward = process.env.NODEWARD || path.join(root, 'build/release/nodeward');
const victims = process.env.VICTIMS || path.join(root, 'build/release/victims');

// The path of a victim program (tests/victims/NAME.c).
const victim = (name) => path.join(victims, name);

// Events are the lines of nodeward's own; everything else on stderr is the application's.
function parseEvents(text) {
  return text.split('\n').filter((line) => line.startsWith('{"time":')).map((line) => JSON.parse(line));
}

// Runs `nodeward ARGS…` to its end. {code, signal, stdout, stderr, events}. Killed after `timeout` ms,
// which fails the caller by a null code.
function run(args, { env = process.env, cwd, input, timeout = 15000, command = nodeward, uid, gid } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, cwd, uid, gid, stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data) => { stdout += data; });
    child.stderr.on('data', (data) => { stderr += data; });
    const timer = setTimeout(() => child.kill('SIGKILL'), timeout);
    child.on('error', reject);
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, stdout, stderr, events: parseEvents(stderr), pid: child.pid });
    });
  });
}

// Starts nodeward and hands out lines and events as they come. `until(test)` resolves with the first
// event (past ones too) that passes; `line(test)` likewise for lines of stdout.
function start(args, { env = process.env, cwd, stdio = ['ignore', 'pipe', 'pipe'], command = nodeward, uid, gid } = {}) {
  const child = spawn(command, args, { env, cwd, uid, gid, stdio });
  const waiting = [];
  const seen = { events: [], lines: [], stderr: '' };
  const wake = () => {
    for (const wait of [...waiting]) {
      const found = seen[wait.kind].find(wait.test);
      if (found === undefined) continue;
      waiting.splice(waiting.indexOf(wait), 1);
      clearTimeout(wait.timer);
      wait.resolve(found);
    }
  };
  const feed = (stream, take) => {
    let rest = '';
    stream?.on('data', (data) => {
      const parts = (rest + data).split('\n');
      rest = parts.pop();
      parts.forEach(take);
      wake();
    });
  };
  feed(child.stdout, (line) => seen.lines.push(line));
  feed(child.stderr, (line) => {
    seen.stderr += `${line}\n`;
    seen.events.push(...parseEvents(line));
  });
  const wait = (kind, test, timeout) => new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no such ${kind} in ${timeout} ms:\n${seen.stderr}`)), timeout);
    waiting.push({ kind, test, resolve, timer });
    wake();
  });
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })));
  return {
    child,
    seen,
    ended,
    until: (test, timeout = 10000) => wait('events', test, timeout),
    line: (test, timeout = 10000) => wait('lines', test, timeout),
  };
}

// Resolves with what `test` answers as soon as it answers something: for states that nobody announces, such
// as the end of somebody else's process. Looks every 10 ms, and gives up after `timeout`.
function eventually(test, what, timeout = 5000) {
  const end = Date.now() + timeout;
  return new Promise((resolve, reject) => {
    const look = setInterval(() => {
      const found = test();
      if (found) resolve(found);
      else if (Date.now() > end) reject(new Error(`not in ${timeout} ms: ${what}`));
      else return;
      clearInterval(look);
    }, 10);
  });
}

// The fields of /proc/PID/status; null when the process is gone.
function statusOf(pid) {
  try {
    const lines = fs.readFileSync(`/proc/${pid}/status`, 'utf8').trim().split('\n');
    return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]));
  } catch {
    return null;
  }
}

// Every process whose status passes `test`, as [{Pid, Name, PPid, State, …}]; the numbers are strings.
function processes(test) {
  const pids = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(statusOf).filter((status) => status !== null && test(status));
}

// The keeper of a supervisor.
const keeperOf = (supervisor) =>
  Number(processes((status) => status.PPid === String(supervisor) && status.Name === 'nodeward-keeper')[0]?.Pid);

// A folder that goes with the test; 0755, root's.
function temporary(test) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nodeward-test-'));
  fs.chmodSync(folder, 0o755);
  test.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

// A folder for profiles, vaults and identities: as /etc/nodeward, beneath nothing that the application may
// reach, which /tmp is not. It goes with the test; 0755, root's.
function settings(test) {
  const folder = fs.mkdtempSync('/run/nodeward-test-');
  fs.chmodSync(folder, 0o755);
  test.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

// What the victims attempt and attack print, one "NAME RESULT" a line: {name: result}.
const outcomes = (text) => Object.fromEntries(text.trim().split('\n').map((line) => line.split(' ')));

// A folder in which every user may write, and a file there that a started command would leave:
// `command` is what to run, `started()` whether it did.
function marker(test) {
  const folder = temporary(test);
  fs.chmodSync(folder, 0o1777);
  const file = path.join(folder, 'started');
  return { command: ['/usr/bin/touch', file], started: () => fs.existsSync(file) };
}

// Runs nodeward with `args` and holds that it refuses: exit code `code`, one message on stderr that
// matches each of `patterns`, no event, and nothing started. `mark` comes from marker(); its command is
// appended unless `command` stands for it.
async function refused(mark, args, patterns, { code = 125, command = mark.command, ...options } = {}) {
  const result = await run([...args, '--', ...command], options);
  const told = `${args.join(' ')}:\n${result.stderr}`;
  assert.equal(result.code, code, told);
  assert.equal(result.stderr.match(/^nodeward: /gm)?.length, 1, `one message: ${told}`);
  for (const pattern of patterns) assert.match(result.stderr, pattern, told);
  assert.equal(result.stdout, '');
  assert.deepEqual(result.events, [], told);
  assert.equal(mark.started(), false, `nothing was started: ${told}`);
  return result;
}

// The capabilities that Docker gives a container without being asked.
const CONTAINER_CAPABILITIES = ['chown', 'dac_override', 'fowner', 'fsetid', 'kill', 'setgid', 'setuid', 'setpcap',
  'net_bind_service', 'net_raw', 'sys_chroot', 'mknod', 'audit_write', 'setfcap'];

module.exports = {
  CONTAINER_CAPABILITIES, eventually, keeperOf, marker, nodeward, outcomes, parseEvents, processes, refused, root, run, settings, start,
  statusOf, temporary, victim,
};
