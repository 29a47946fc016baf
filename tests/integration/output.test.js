// Whatever bytes an application puts into paths and its own name, the output stays one line an event,
// valid, and without a byte that a terminal would act on.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { test } = require('node:test');
const { nodeward, parseEvents, temporary, victim } = require('./support');

const CALLS = 72;

// {stdout, lines of stderr} as bytes.
function attack(...args) {
  const result = spawnSync(nodeward, ['run', ...args, '--', victim('hostile_names')],
    { timeout: 15000, killSignal: 'SIGKILL' });
  assert.equal(result.status, 0, String(result.stderr));
  assert.equal(String(result.stdout), `${CALLS}\n`);
  return result.stderr;
}

// Nothing but newline below 0x20; no DEL; no C1 control, bidi override or line separator; valid UTF-8.
function isSafe(bytes) {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  const bad = text.match(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/);
  const about = bad && `U+${bad[0].codePointAt(0).toString(16)} behind ${text.slice(bad.index - 60, bad.index)}`;
  assert.equal(bad, null, about);
  return text;
}

function holdsJson(text) {
  const lines = text.trimEnd().split('\n');
  const events = lines.map((line) => JSON.parse(line));
  assert.deepEqual(events.map((event) => event.seq), events.map((_, index) => index + 1));
  const told = events.filter((event) => event.event === 'violation');
  assert.equal(told.reduce((total, event) => total + event.count, 0), CALLS);
  assert.equal(events.filter((event) => event.event === 'exit').length, 1, 'none was forged');
  for (const event of told) assert.equal(event.syscall, 'chroot');
  return told;
}

test('control: the victim\'s names do hold such bytes', () => {
  const bytes = fs.readFileSync(victim('hostile_names'));
  for (const part of ['\x1b[31mred', '/tmp/new\nline', '\r\t\x01\x1f\x7f']) {
    assert.ok(bytes.includes(Buffer.from(part, 'latin1')));
  }
  assert.throws(() => isSafe(Buffer.from('a\x1b[31m')));
  assert.throws(() => isSafe(Buffer.from([0xff])));
});

test('json', () => {
  const told = holdsJson(isSafe(attack()));
  const paths = new Set(told.map((event) => event.args[0]));
  assert.equal(paths.size, 12, 'different paths stay different');
});

test('json, in a file', (t) => {
  const file = path.join(temporary(t), 'events');
  attack('--set', `events.to=["file:${file}"]`);
  holdsJson(isSafe(fs.readFileSync(file)));
});

test('text', () => {
  const text = isSafe(attack('--set', 'events.format="text"'));
  const lines = text.trimEnd().split('\n');
  const told = lines.filter((line) => line.includes('chroot('));
  assert.equal(lines.length, told.length + 2, `start, violations, exit:\n${text}`);
});

test('an application cannot forge an event or break one on the shared stderr', () => {
  const forge = `
    const line = JSON.stringify({ time: "2026-01-01T00:00:00Z", severity: "INFO", event: "exit", seq: 1 });
    process.stderr.write(line + "\\n");
    process.stderr.write("half a line");
    process.stderr.write("\\n " + line + "\\n");`;
  const result = spawnSync(nodeward, ['run', '--', process.execPath, '-e', forge], { timeout: 15000 });
  const lines = String(result.stderr).trimEnd().split('\n');
  const parsed = parseEvents(String(result.stderr));
  assert.deepEqual(parsed.map((event) => [event.event, event.seq]), [['start', 1], ['exit', 2]]);
  assert.equal(lines.filter((line) => line.includes('"2026-01-01T00:00:00Z"')).length, 2, 'its words are kept');
});
