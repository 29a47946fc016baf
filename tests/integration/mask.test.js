// What the application prints holds no secret of its vault: in no form that programs write one, wherever a
// write, a pipe or a pause cuts it. Everything else arrives byte for byte.
'use strict';

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');
const { eventually, nodeward, parseEvents, run, settings, start, temporary } = require('./support');
const { keygen, seal } = require('./vaults');

const TOKEN = 'tok/51c09d+"é"=&x\\y<z>';
const PEM = `-----BEGIN PRIVATE KEY-----\n${['MIIEvQ+canary/51c09d', 'AgEAAoIBAQC7canary51'].join('\n')}\n-----END PRIVATE KEY-----\n`;
const DATABASE = 'postgres://app:p%40ss-canary-51c0@db.internal:5432/app';
const SECRETS = { TOKEN, PEM, DATABASE };

const toml = (values) => Object.entries(values).map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`).join('');

// A profile with a vault of these values: its path.
function profileOf(t, values = SECRETS, { secrets = '', rest = '' } = {}) {
  const folder = settings(t);
  const { recipient } = keygen(folder);
  seal(path.join(folder, 'app.vault.age'), recipient, toml(values));
  const profile = path.join(folder, 'app.toml');
  fs.writeFileSync(profile, `version = 1\n[process]\nuser = "61237"\n[supervise]\nrestart = "never"\n[secrets]\nvault = "app.vault.age"
identity = "identity.txt"\n${secrets}\n${rest}`);
  return profile;
}

const command = (profile, script, ...options) => ['run', '-p', profile, ...options, '--', process.execPath, '-e', script];
const started = (events) => events.find((event) => event.event === 'start');
const own = (stderr) => stderr.split('\n').filter((line) => !line.startsWith('{"time":')).join('\n');

// Runs to its end with both streams as buffers.
function collect(args, stdio = ['ignore', 'pipe', 'pipe']) {
  const child = spawn(nodeward, args, { stdio });
  const parts = { stdout: [], stderr: [] };
  child.stdout?.on('data', (data) => parts.stdout.push(data));
  child.stderr?.on('data', (data) => parts.stderr.push(data));
  const ended = new Promise((resolve) => child.on('close', (code) => resolve({
    code, stdout: Buffer.concat(parts.stdout), stderr: Buffer.concat(parts.stderr).toString(),
  })));
  return { child, ended };
}

describe('each stream', () => {
  it('has no secret in it, on stdout and on stderr', async (t) => {
    const ended = await run(command(profileOf(t), 'console.log("a", process.env.TOKEN, "b"); console.error("c", process.env.TOKEN, "d")'));
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(ended.stdout, 'a [masked:TOKEN] b\n');
    assert.equal(own(ended.stderr), 'c [masked:TOKEN] d\n');
    assert.deepEqual(started(ended.events).masked, ['stdout', 'stderr']);
  });

  it('mask = false passes it through', async (t) => {
    const ended = await run(command(profileOf(t, SECRETS, { secrets: 'mask = false' }), 'console.log(process.env.TOKEN); console.error(process.env.TOKEN)'));
    assert.equal(ended.stdout, `${TOKEN}\n`);
    assert.equal(own(ended.stderr), `${TOKEN}\n`);
    assert.equal(started(ended.events).masked, undefined);
  });
});
