// On a terminal Node asks more of the kernel than on a pipe: a healthy start there is no violation.
'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { nodeward, parseEvents, temporary } = require('./support.js');

test('a start on a terminal reports nothing', (t) => {
  const events = path.join(temporary(t), 'events');
  const script = 'console.log(process.stdin.isTTY, process.stdout.isTTY, process.stderr.isTTY)';
  const line = `exec ${nodeward} run --set 'events.to=["file:${events}"]' -- node -e '${script}'`;
  // script(1) makes the terminal; its input stays open, or it would type Ctrl-D.
  const { status, stdout } = spawnSync('script', ['--quiet', '--return', '--command', line, '/dev/null'],
    { encoding: 'utf8', timeout: 15000, killSignal: 'SIGKILL', stdio: ['pipe', 'pipe', 'inherit'] });
  assert.equal(status, 0, stdout);
  assert.match(stdout, /true.*true.*true/);
  const told = parseEvents(fs.readFileSync(events, 'utf8')).map((event) => event.event);
  assert.deepEqual(told, ['start', 'exit']);
});
