// Only descriptors 0, 1 and 2 reach the application, whatever nodeward was started with.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { test } = require('node:test');
const { nodeward, run, temporary, victim } = require('./support');

// Runs a command with descriptors 3 to 202 open: a folder, a socket, and files.
function inheriting(test, command, args) {
  const folder = fs.openSync('/etc', 'r');
  const server = net.createServer().listen({ path: path.join(temporary(test), 'socket') });
  const files = Array.from({ length: 198 }, () => fs.openSync('/etc/passwd', 'r'));
  const stdio = ['ignore', 'pipe', 'pipe', folder, server._handle.fd, ...files];
  const result = spawnSync(command, args, { stdio, timeout: 15000, killSignal: 'SIGKILL' });
  for (const fd of [folder, ...files]) fs.closeSync(fd);
  server.close();
  return { code: result.status, stdout: String(result.stdout), stderr: String(result.stderr) };
}

test('of 200 inherited descriptors, a folder and a socket among them, none arrives', (t) => {
  const bare = inheriting(t, victim('descriptors'), []);
  const all = Array.from({ length: 203 }, (_, fd) => fd).join(' ');
  assert.match(bare.stdout, new RegExp(`^descriptors ${all} `));
  const confined = inheriting(t, nodeward, ['run', '--', victim('descriptors')]);
  assert.equal(confined.code, 0, confined.stderr);
  assert.equal(confined.stdout, 'descriptors 0 1 2 \n');
});

test('what nodeward itself opens does not arrive either', async (t) => {
  const log = path.join(temporary(t), 'events');
  const result = await run(['run', '--set', `events.to=["stderr", "file:${log}"]`, '--',
    victim('descriptors')]);
  assert.match(fs.readFileSync(log, 'utf8'), /"event":"exit"/);
  assert.equal(result.stdout, 'descriptors 0 1 2 \n');
});

test('those that the profile names arrive, and a folder is refused', (t) => {
  const named = inheriting(t, nodeward, ['run', '--set', 'process.descriptors=[4, 202]', '--',
    victim('descriptors')]);
  assert.equal(named.stdout, 'descriptors 0 1 2 4 202 \n', named.stderr);
  const folder = inheriting(t, nodeward, ['run', '--set', 'process.descriptors=[3]', '--',
    victim('descriptors')]);
  assert.equal(folder.code, 125);
  assert.match(folder.stderr, /the descriptor 3 is a folder/);
  const closed = inheriting(t, nodeward, ['run', '--set', 'process.descriptors=[300]', '--',
    victim('descriptors')]);
  assert.equal(closed.code, 125);
  assert.match(closed.stderr, /the descriptor 300 was not open when nodeward was started/);
});

test('an inherited folder is no way out for Node.js', (t) => {
  const look = 'try { console.log(require("fs").readdirSync("/proc/self/fd/3").includes("passwd")) }' +
    ' catch (error) { console.log(error.code) }';
  assert.equal(inheriting(t, process.execPath, ['-e', look]).stdout, 'true\n');
  // Node.js has a descriptor 3 of its own, which is no folder.
  assert.match(inheriting(t, nodeward, ['run', '--', process.execPath, '-e', look]).stdout, /^E[A-Z]+\n$/);
});

test('a descriptor of another process does not arrive', async () => {
  const start = (...command) => run(command, { command: victim('with_pidfd') });
  const bare = (await start(victim('descriptors'))).stdout;
  assert.match(bare, /^descriptors 0 1 2 3 /);
  const confined = await start(nodeward, 'run', '--', victim('descriptors'));
  assert.equal(confined.stdout, 'descriptors 0 1 2 \n', confined.stderr);
});

test('closed standard descriptors are opened on /dev/null, never on a file of nodeward', async () => {
  const targets = 'for (const fd of [0, 1, 2]) { let to; ' +
    'try { to = require("fs").readlinkSync("/proc/self/fd/" + fd) } catch (error) { to = error.code } ' +
    'require("fs").appendFileSync(process.argv[1], fd + " " + to + "\\n") }';
  for (const [closing, fd] of [['<&-', 0], ['>&-', 1], ['2>&-', 2], ['<&- >&- 2>&-', null]]) {
    const file = path.join(fs.mkdtempSync('/tmp/nodeward-test-'), 'told');
    fs.writeFileSync(file, '');
    fs.chmodSync(path.dirname(file), 0o755);
    fs.chmodSync(file, 0o666);
    const shell = `exec "$0" run -- "$1" -e '${targets}' "$2" ${closing}`;
    const result = await run(['-c', shell, nodeward, process.execPath, file], { command: 'sh' });
    const told = Object.fromEntries(fs.readFileSync(file, 'utf8').trim().split('\n').map((l) => l.split(' ')));
    fs.rmSync(path.dirname(file), { recursive: true });
    assert.equal(result.code, 0, `${closing}: ${result.stderr}`);
    for (const closed of fd === null ? [0, 1, 2] : [fd]) {
      // The application's stderr may be nodeward's relay, which then drops it.
      assert.match(told[closed], /^(\/dev\/null|pipe:\[\d+\])$/, `${closing}: ${closed}`);
    }
  }
});
