// Events and the application on one stderr: neither can harm the other, and nobody can make nodeward wait.
// It needs the machine for itself: a full pipe and a deadline do not go with a busy neighbour.
'use strict';

const assert = require('node:assert');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');

const { eventually, nodeward, parseEvents, run, start, statusOf, temporary } = require('./support.js');

const never = ['run', '--set', 'supervise.restart="never"'];
const script = (text, ...options) => run([...never, ...options, '--', process.execPath, '-e', text]);
const lines = (text) => text.split('\n').filter((line) => line !== '');
const names = (ended) => ended.events.map((event) => event.event);
const violate = "try { require('os').setPriority(5); } catch {}";

// Every line that starts as an event is one whole event, and their numbers have no gap.
function checkEvents(text) {
  const events = parseEvents(text); // throws where one is cut
  assert.deepStrictEqual(events.map((event) => event.seq), events.map((_, i) => i + 1));
  return events;
}

describe('one stderr', () => {
  it('a line that looks like an event is marked', async () => {
    const forged = JSON.stringify({ time: '2026-01-31T09:00:00.000000Z', severity: 'INFO', event: 'exit', seq: 99 });
    const ended = await script(`console.error('${forged}'); console.error('  ' + '${forged}'); console.error('plain {"time"')`);
    assert.deepStrictEqual(names(ended), ['start', 'exit']);
    const others = lines(ended.stderr).filter((line) => !line.startsWith('{"time":'));
    assert.strictEqual(others.length, 3);
    assert.strictEqual(others.filter((line) => /^[^{ ].*"event":"exit"/.test(line)).length, 2, ended.stderr);
    assert.ok(others.includes('plain {"time"'));
  });

  it('a line without an end, and a flood of them, cut no event', async () => {
    const ended = await script(`const fs = require('fs');
      for (let i = 0; i < 20000; ++i) { fs.writeSync(2, 'x'.repeat(i % 200)); if (i % 1000 === 0) ${violate} }
      fs.writeSync(2, 'without an end');`);
    assert.strictEqual(ended.code, 0, ended.stderr.slice(-1000));
    const events = checkEvents(ended.stderr);
    assert.strictEqual(events.at(-1).event, 'exit');
    const told = events.filter((event) => event.event === 'violation').reduce((sum, event) => sum + event.count, 0);
    assert.strictEqual(told, 20);
    const rest = lines(ended.stderr).filter((line) => !line.startsWith('{"time":')).join('').replace('without an end', '');
    const sent = Array.from({ length: 20000 }, (_, i) => i % 200).reduce((sum, one) => sum + one, 0);
    assert.strictEqual(rest.length, sent, 'and nothing of the application is lost');
  });

  it('the order of the application\'s lines is kept', async () => {
    const ended = await script(`for (let i = 0; i < 5000; ++i) { console.error('line ' + i); if (i % 500 === 0) ${violate} }`);
    const own = lines(ended.stderr).filter((line) => line.startsWith('line '));
    assert.deepStrictEqual(own, Array.from({ length: 5000 }, (_, i) => `line ${i}`));
    checkEvents(ended.stderr);
  });

  it('O_NONBLOCK on the application\'s stderr loses no event', async () => {
    // The stream that Node makes of a pipe is non-blocking: so is then what it writes to.
    const ended = await script(`process.stderr._handle.setBlocking(false);
      for (let i = 0; i < 300; ++i) process.stderr.write('y'.repeat(1000) + '\\n'); ${violate}`);
    const events = checkEvents(ended.stderr);
    assert.deepStrictEqual(events.map((event) => event.event), ['start', 'violation', 'exit']);
    assert.strictEqual(lines(ended.stderr).filter((line) => /^y{1000}$/.test(line)).length, 300);
  });

  it('text events cannot be forged either', async () => {
    const ended = await script("console.error('2026-01-31 09:00:00 WARN  violation: nothing happened')", '--set', 'events.format="text"');
    assert.strictEqual(ended.code, 0);
    assert.strictEqual(lines(ended.stderr).filter((line) => /^2026-01-31/.test(line)).length, 0, ended.stderr);
    assert.match(ended.stderr, /nothing happened/);
  });
});

describe('stdout', () => {
  it('apart from stderr it is untouched, byte for byte', async () => {
    const child = spawn(nodeward, [...never, '--', process.execPath, '-e',
      "process.stdout.write(Buffer.from(Array.from({ length: 65536 }, (_, i) => i & 255))); process.stdout.write('{\"time\":\"x\",\"event\":\"exit\"}\\n')"],
    { stdio: ['ignore', 'pipe', 'ignore'] });
    const parts = [];
    child.stdout.on('data', (data) => parts.push(data));
    await new Promise((resolve) => child.on('close', resolve));
    const expected = Buffer.concat([Buffer.from(Array.from({ length: 65536 }, (_, i) => i & 255)), Buffer.from('{"time":"x","event":"exit"}\n')]);
    assert.ok(Buffer.concat(parts).equals(expected));
  });

  it('2>&1: one stream, in order, events whole', async (test) => {
    const file = path.join(temporary(test), 'out');
    const fd = fs.openSync(file, 'w');
    const child = spawn(nodeward, [...never, '--', process.execPath, '-e',
      `for (let i = 0; i < 2000; ++i) { (i % 2 ? console.log : console.error)('line ' + i); if (i % 400 === 0) ${violate} }
       console.log('{"time":"2026-01-31T09:00:00.000000Z","severity":"INFO","event":"exit"}')`], { stdio: ['ignore', fd, fd] });
    await new Promise((resolve) => child.on('close', resolve));
    fs.closeSync(fd);
    const text = fs.readFileSync(file, 'utf8');
    checkEvents(text);
    assert.deepStrictEqual(lines(text).filter((line) => line.startsWith('line ')), Array.from({ length: 2000 }, (_, i) => `line ${i}`));
    assert.strictEqual(lines(text).filter((line) => /^[^{].*2026-01-31T09/.test(line)).length, 1);
  });

  it('a file that both write to is not truncated or overwritten', async (test) => {
    const file = path.join(temporary(test), 'out');
    fs.writeFileSync(file, 'before\n');
    const fd = fs.openSync(file, 'a');
    const child = spawn(nodeward, [...never, '--', process.execPath, '-e',
      "try { require('fs').ftruncateSync(2, 0); } catch (error) { console.error(error.code); } console.error('after')"],
    { stdio: ['ignore', fd, fd] });
    await new Promise((resolve) => child.on('close', resolve));
    fs.closeSync(fd);
    const text = fs.readFileSync(file, 'utf8');
    assert.match(text, /^before\n/);
    assert.match(text, /EINVAL/);
    checkEvents(text);
  });
});

describe('a reader that does not read', () => {
  // A pipe that is full, with nobody at its other end. The application makes a violation each 10 ms.
  const busy = `setInterval(() => { ${violate} }, 10); process.on('SIGTERM', () => process.exit(6)); console.log('ready')`;

  it('neither the application nor SIGTERM waits', async (test) => {
    const child = spawn('sh', ['-c', 'mkfifo "$0"; exec 8<>"$0"; rm "$0"; head -c 65536 /dev/zero >&8; exec "$@" 2>&8',
      path.join(temporary(test), 'pipe'),
      nodeward, ...never, '--', process.execPath, '-e', busy], { stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.on('data', (data) => { out += data; });
    const ended = new Promise((resolve) => child.on('close', (code) => resolve(code)));
    await eventually(() => out.includes('ready'), 'the application runs');
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 5000);
    assert.strictEqual(await ended, 6);
    clearTimeout(late);
  });

  it('an application that floods a full stderr can still be stopped', async () => {
    const app = start([...never, '--set', 'supervise.stop_timeout="300ms"', '--', process.execPath, '-e',
      "require('fs').writeSync(1, 'ready\\n'); for (;;) require('fs').writeSync(2, 'z'.repeat(4096))"]);
    app.child.stderr.pause();
    await app.line((line) => line === 'ready');
    const pid = app.child.pid;
    process.kill(pid, 'SIGTERM');
    await eventually(() => { const status = statusOf(pid); return status === null || status.State.startsWith('Z') || app.child.exitCode !== null; },
      'the end', 5000);
    app.child.stderr.resume();
    assert.strictEqual((await app.ended).code, 143);
  });

  it('what was lost is counted, and said once somebody reads', async (test) => {
    // A file beside it tells how far the application has come.
    const file = path.join(temporary(test), 'events');
    const app = start([...never, '--set', 'supervise.backoff={ initial = "1ms", max = "1ms" }', '--set', 'supervise.restart="always"',
      '--set', 'supervise.give_up={ restarts = 5000, within = "1h" }', '--set', `events.to=["stderr", "file:${file}"]`,
      '--', '/bin/true']);
    app.child.stderr.pause();
    // More than the pipe (64 KiB) and the queue of 1,024 events hold.
    await eventually(() => fs.existsSync(file) && fs.readFileSync(file, 'utf8').split('\n').length > 1500, '1,500 events', 60000);
    app.child.kill('SIGTERM');
    app.child.stderr.resume();
    await app.ended;
    const lost = app.seen.events.reduce((sum, event) => sum + (event.lost ?? 0), 0);
    assert.ok(lost > 0);
    // The report of a loss is numbered when it is made, and may be written after later ones.
    const highest = Math.max(...app.seen.events.map((event) => event.seq));
    assert.strictEqual(app.seen.events.length + lost, highest);
  });
});

describe('files', () => {
  it('events go to two files and to stderr alike', async (test) => {
    const folder = temporary(test);
    const [one, two] = ['one', 'two'].map((name) => path.join(folder, name));
    const ended = await script(violate, '--set', `events.to=["file:${one}", "stderr", "file:${two}"]`);
    const text = ended.stderr;
    assert.deepStrictEqual(names(ended), ['start', 'violation', 'exit']);
    assert.strictEqual(fs.readFileSync(one, 'utf8'), text);
    assert.strictEqual(fs.readFileSync(two, 'utf8'), text);
    assert.strictEqual(fs.statSync(one).mode & 0o027, 0, 'others do not read them');
  });

  it('without stderr among the sinks the application has its own', async (test) => {
    const file = path.join(temporary(test), 'events');
    const forged = '{"time":"x","event":"exit"}';
    const ended = await script(`console.error('${forged}')`, '--set', `events.to=["file:${file}"]`);
    assert.strictEqual(ended.stderr, `${forged}\n`);
    checkEvents(fs.readFileSync(file, 'utf8'));
  });
});
