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

describe('whatever the form', () => {
  const FORMS = `const t = process.env.TOKEN; const u = encodeURIComponent(t); const b = Buffer.from(t);
    const say = (what) => { console.log(what); console.error(what); };
    say(t); say(JSON.stringify({ a: t })); say(JSON.stringify(JSON.stringify({ a: t }))); say({ a: t });
    say(u); say(u.toLowerCase()); say(new URLSearchParams({ a: t }).toString());
    say(b.toString('hex')); say(b.toString('hex').toUpperCase());
    for (const form of ['base64', 'base64url']) for (const before of ['', 'u', 'uu']) say(Buffer.from(before + t).toString(form));
    say(process.env.DATABASE); say('password ' + new URL(process.env.DATABASE).password); say('decoded ' + decodeURIComponent(new URL(process.env.DATABASE).password));
    say(process.env.PEM); for (const line of process.env.PEM.split('\\n')) say('line ' + line); say(JSON.stringify(process.env.PEM))`;

  it('nothing of a secret is left, on either stream', async (t) => {
    const ended = await run(command(profileOf(t), FORMS));
    assert.equal(ended.code, 0, ended.stderr);
    for (const text of [ended.stdout, own(ended.stderr)]) {
      for (const part of ['51c0', '3531', 'NTFjM', 'UxYz', 'MIIEvQ', 'AgEAAo', 'canary', 'ss-can']) assert.ok(!text.includes(part), `${part}:\n${text}`);
      assert.equal(text.split('[masked:TOKEN]').length - 1, 15, text);
      assert.ok(text.includes('line [masked:PEM]\n') && text.includes('password [masked:DATABASE]\n') && text.includes('decoded [masked:DATABASE]\n'), text);
    }
  });

  it('bare, each of them is there', async (t) => {
    const ended = await run(command(profileOf(t, SECRETS, { secrets: 'mask = false' }), FORMS));
    for (const part of ['51c0', '3531', 'NTFjM', 'UxYz', 'MIIEvQ', 'AgEAAo', 'canary', 'ss-can']) assert.ok(ended.stdout.includes(part), part);
  });
});

describe('however it is cut', () => {
  it('over writes, byte by byte, and at the border of a pipe', async (t) => {
    const ended = await run(command(profileOf(t), `const fs = require('fs'); const t = Buffer.from(process.env.TOKEN);
      for (const byte of t) fs.writeSync(1, Buffer.from([byte]));
      for (let at = 65536 - t.length - 2; at <= 65538; ++at) fs.writeSync(1, Buffer.concat([Buffer.alloc(at, '.'), t, Buffer.from('\\n')]));`));
    assert.equal(ended.code, 0, ended.stderr);
    assert.ok(!ended.stdout.includes('51c0'));
    const size = Buffer.byteLength(TOKEN);
    assert.equal(ended.stdout.split('[masked:TOKEN]').length - 1, 1 + size + 5);
    assert.equal(ended.stdout.replaceAll('[masked:TOKEN]', '').length, Array.from({ length: size + 5 }, (_, i) => 65536 - size - 2 + i + 1).reduce((a, b) => a + b));
  });

  it('a prompt that ends as a secret begins appears in an idle moment', async (t) => {
    const child = spawn(nodeward, command(profileOf(t), `process.stdout.write('go on? ' + process.env.TOKEN.slice(0, 3)); process.stdin.on('data', () => process.exit(0))`),
      { stdio: ['pipe', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.on('data', (data) => { text += data; });
    await eventually(() => text === `go on? ${TOKEN.slice(0, 3)}`, 'the prompt', 10000);
    child.stdin.end('y\n');
    assert.equal(await new Promise((resolve) => child.on('close', resolve)), 0);
  });
});

describe('everything else', () => {
  it('100 MB of binary output arrives byte for byte', async (t) => {
    const { child, ended } = collect(command(profileOf(t), `const crypto = require('crypto'); const fs = require('fs');
      const cipher = crypto.createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16));
      const write = (bytes) => { for (let at = 0; at < bytes.length;) at += fs.writeSync(1, bytes, at); };
      for (let i = 0; i < 100; ++i) write(cipher.update(Buffer.alloc(1 << 20)));`));
    assert.ok(child.pid);
    const { code, stdout } = await ended;
    assert.equal(code, 0);
    const cipher = crypto.createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16));
    const hash = crypto.createHash('sha256');
    for (let i = 0; i < 100; ++i) hash.update(cipher.update(Buffer.alloc(1 << 20)));
    assert.equal(crypto.createHash('sha256').update(stdout).digest('hex'), hash.digest('hex'));
  });

  it('a slow reader gets all of it, after the application has ended', async (t) => {
    const child = spawn(nodeward, command(profileOf(t), `require('fs').writeSync(1, 'z'.repeat(60000) + process.env.TOKEN + 'end')`), { stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (data) => { stderr += data; });
    await eventually(() => stderr.includes('"event":"exit"'), 'its end', 10000);
    let stdout = '';
    child.stdout.on('data', (data) => { stdout += data; });
    await new Promise((resolve) => child.on('close', resolve));
    assert.equal(stdout, `${'z'.repeat(60000)}[masked:TOKEN]end`);
  });

  it('nobody is waited for once nodeward was told to stop', async (t) => {
    const child = spawn(nodeward, command(profileOf(t), `setInterval(() => process.stdout.write('x'.repeat(100000)), 5)`), { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.pause();
    let stderr = '';
    child.stderr.on('data', (data) => { stderr += data; });
    await eventually(() => stderr.includes('"event":"start"'), 'its start', 10000);
    t.after(() => child.kill('SIGKILL'));
    child.kill('SIGTERM');
    await eventually(() => child.exitCode !== null, `its end:\n${stderr}`, 8000);
    assert.equal(child.exitCode, 143, stderr);
  });

  it('what was said last comes before the news of the end', async (t) => {
    const ended = await run(command(profileOf(t), `process.stderr.write('last words ' + process.env.TOKEN.slice(0, 5)); process.exit(3)`));
    assert.equal(ended.code, 3);
    assert.ok(ended.stderr.indexOf(`last words ${TOKEN.slice(0, 5)}`) >= 0, ended.stderr);
    assert.ok(ended.stderr.indexOf('last words') < ended.stderr.indexOf('"event":"exit"'), ended.stderr);
  });

  it('nobody reads any more: EPIPE, as bare', async (t) => {
    const child = spawn(nodeward, command(profileOf(t), `process.stdout.on('error', (error) => { console.error(error.code); process.exit(7); }); setInterval(() => process.stdout.write('x'.repeat(1000)), 5)`),
      { stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (data) => { stderr += data; });
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.on('exit', resolve));
    assert.equal(code, 7, stderr);
    assert.match(stderr, /EPIPE/);
  });

  it('2>&1: one stream, in order', async (t) => {
    const file = path.join(temporary(t), 'out');
    const fd = fs.openSync(file, 'w');
    const child = spawn(nodeward, command(profileOf(t), "for (let i = 0; i < 1000; ++i) (i % 2 ? console.log : console.error)(i + ' ' + process.env.TOKEN)"), { stdio: ['ignore', fd, fd] });
    await new Promise((resolve) => child.on('close', resolve));
    fs.closeSync(fd);
    const lines = own(fs.readFileSync(file, 'utf8')).trim().split('\n');
    assert.deepEqual(lines, Array.from({ length: 1000 }, (_, i) => `${i} [masked:TOKEN]`));
  });
});

describe('nodeward itself', () => {
  it('its events hold no secret, and stay JSON', async (t) => {
    const script = "try { require('fs').writeFileSync('/etc/' + process.env.NAME, ''); } catch {}";
    const profile = (mask) => profileOf(t, { NAME: 'canary-51c0"x' }, { secrets: `mask = ${mask}` });
    const masked = await run(command(profile(true), script));
    const told = (ended) => parseEvents(ended.stderr).find((event) => event.event === 'violation' && JSON.stringify(event).includes('/etc/'));
    assert.ok(JSON.stringify(told(masked)).includes('/etc/[masked:NAME]'), masked.stderr);
    assert.ok(!masked.stderr.includes('canary-51c0'));
    assert.ok(JSON.stringify(told(await run(command(profile(false), script)))).includes('canary-51c0'));
  });

  it('what is too short or too common is told by name', async (t) => {
    const ended = await run(command(profileOf(t, { PIN: '1234', MODE: 'production', TOKEN }), 'console.log(process.env.PIN, process.env.MODE)'));
    assert.equal(ended.stdout, '1234 production\n');
    const warnings = ended.events.filter((event) => event.kind === 'warning').map((event) => event.message);
    assert.ok(warnings.some((text) => /"PIN" is shorter than 8 bytes/.test(text)) && warnings.some((text) => /"MODE" is too common/.test(text)), ended.stderr);
    assert.ok(!ended.stderr.includes('1234:'));
  });

  it('events in a file: stderr is masked all the same', async (t) => {
    const file = path.join(settings(t), 'events');
    const ended = await run(command(profileOf(t), 'process.stderr.write("a " + process.env.TOKEN + " b")', '--set', `events.to=["file:${file}"]`));
    assert.equal(ended.stderr, 'a [masked:TOKEN] b');
  });

  it('a restart with another vault masks the new and the old', async (t) => {
    const profile = profileOf(t, { TOKEN: 'first-51c09d' });
    const recipient = fs.readFileSync(path.join(path.dirname(profile), 'identity.txt'), 'utf8').match(/age1[a-z0-9]+/)[0];
    const started = start(command(profile, "console.log('now ' + process.env.TOKEN + ' first-51c09d .'); process.stdin.resume(); setInterval(() => {}, 1000); process.on('SIGUSR2', () => process.exit(1))",
      '--set', 'supervise.restart="on-failure"'));
    await started.line((line) => line.startsWith('now '));
    seal(path.join(path.dirname(profile), 'app.vault.age'), recipient, 'TOKEN = "second-51c09d"\n');
    const { 'process.pid': pid } = await started.until((event) => event.event === 'start');
    process.kill(pid, 'SIGUSR2');
    await eventually(() => started.seen.lines.length >= 2, 'the second line', 10000);
    started.child.kill('SIGTERM');
    await started.ended;
    assert.deepEqual(started.seen.lines.slice(0, 2), ['now [masked:TOKEN] [masked:TOKEN] .', 'now [masked:TOKEN] [masked:TOKEN] .']);
  });

  it('explain says it', async (t) => {
    const told = (profile) => run(['explain', '-p', profile, '--', process.execPath, '-e', '1']);
    assert.match((await told(profileOf(t))).stdout, /masked in standard output and error, but on a terminal/);
    assert.match((await told(profileOf(t, SECRETS, { secrets: 'mask = false' }))).stdout, /not masked in what the application prints/);
  });
});
