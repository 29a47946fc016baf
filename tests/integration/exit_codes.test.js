// What nodeward's exit code says, and what the exit event explains.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');

const { run, temporary } = require('./support.js');

const once = ['--set', 'supervise.restart="never"'];
const script = (text) => run(['run', ...once, '--', process.execPath, '-e', text]);
const exitOf = (ended) => ended.events.find((event) => event.event === 'exit');

describe('the application ends by itself', () => {
  for (const code of [0, 1, 42, 255]) {
    it(`its code ${code} is nodeward's`, async () => {
      const ended = await script(`process.exit(${code})`);
      assert.strictEqual(ended.code, code, ended.stderr);
      assert.strictEqual(exitOf(ended)['process.exit.code'], code);
      assert.strictEqual(exitOf(ended).signal, undefined);
    });
  }

  it('130 by exit(130) is no signal', async () => {
    const ended = await script('process.exit(130)');
    assert.strictEqual(ended.code, 130);
    assert.strictEqual(exitOf(ended)['process.exit.code'], 130);
  });
});

describe('a signal ends the application', () => {
  for (const [name, number] of [['SIGHUP', 1], ['SIGUSR2', 12], ['SIGTERM', 15], ['SIGKILL', 9], ['SIGSEGV', 11]]) {
    it(`${name}: ${128 + number}`, async () => {
      const ended = await script(`process.kill(process.pid, '${name}'); setTimeout(() => {}, 10000)`);
      assert.strictEqual(ended.code, 128 + number, ended.stderr);
      assert.strictEqual(exitOf(ended).signal, number);
      assert.strictEqual(exitOf(ended)['process.exit.code'], undefined);
    });
  }

  it('SIGKILL from somebody is not called an OOM kill', async () => {
    const ended = await script("process.kill(process.pid, 'SIGKILL')");
    assert.match(exitOf(ended).reason, /somebody sent SIGKILL/);
  });
});

describe("Node's own codes are explained", () => {
  it('13: a top-level await that never settles', async (test) => {
    const file = path.join(temporary(test), 'main.mjs');
    fs.writeFileSync(file, 'await new Promise(() => {});\n');
    const ended = await run(['run', ...once, '--', process.execPath, file]);
    assert.strictEqual(ended.code, 13);
    assert.match(exitOf(ended).reason, /top-level await/);
  });

  it('9: a flag that node does not know', async () => {
    const ended = await run(['run', ...once, '--', process.execPath, '--no-such-flag', '-e', '0']);
    assert.strictEqual(ended.code, 9);
    assert.match(exitOf(ended).reason, /command-line flags/);
  });

  it('134: out of heap', async () => {
    const ended = await run(['run', ...once, '--', process.execPath, '--max-old-space-size=20', '-e',
      'const all = []; for (;;) all.push(new Array(10000).fill(all.length));']);
    assert.strictEqual(ended.code, 134, ended.stderr);
    assert.match(exitOf(ended).reason, /JavaScript heap out of memory/);
    assert.match(ended.stderr, /^FATAL ERROR: .*heap/m, 'node\'s own words come through');
  });

  it('an uncaught exception is 1, with its trace', async () => {
    const ended = await script("throw new Error('in the application')");
    assert.strictEqual(ended.code, 1);
    assert.match(ended.stderr, /Error: in the application/);
  });
});

describe('nothing was started', () => {
  const refused = async (code, pattern, args) => {
    const ended = await run(args);
    assert.strictEqual(ended.code, code, ended.stderr);
    assert.match(ended.stderr, pattern);
    assert.strictEqual(ended.stdout, '');
    assert.ok(!ended.events.some((event) => event.event === 'start'), ended.stderr);
  };

  it('125: a profile that is not there', () =>
    refused(125, /no-such\.toml/, ['run', '-p', '/no-such.toml', '--', process.execPath, '-e', 'console.log(1)']));
  it('125: a value that cannot be', () =>
    refused(125, /stop_timeout/,
      ['run', '--set', 'supervise.stop_timeout="soon"', '--', process.execPath, '-e', 'console.log(1)']));
  it('127: a command that is not there', () => refused(127, /no-such-command/, ['run', '--', 'no-such-command']));
  it('127: a path that is not there', () => refused(127, /\/no\/such/, ['run', '--', '/no/such/command']));
  it('126: a file that may not be executed', async (test) => {
    const file = path.join(temporary(test), 'plain');
    fs.writeFileSync(file, 'text\n', { mode: 0o644 });
    await refused(126, /plain/, ['run', '--', file]);
  });
  it('126: a folder', (test) => refused(126, /director|folder/i, ['run', '--', temporary(test)]));
  it('126 or 127: a script whose interpreter is not there', async (test) => {
    const file = path.join(temporary(test), 'script');
    fs.writeFileSync(file, '#!/no/such/interpreter\n', { mode: 0o755 });
    await refused(127, /interpreter/, ['run', '--', file]);
  });
  it('126: a file that is no program', async (test) => {
    const file = path.join(temporary(test), 'noise');
    fs.writeFileSync(file, 'neither ELF nor script\n', { mode: 0o755 });
    await refused(126, /#!/, ['run', '--', file]);
  });
});
