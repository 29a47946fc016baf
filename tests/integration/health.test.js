// Health checks: what counts as healthy, what follows when it is not, and answers that mean harm.
'use strict';

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');

const { run, start, victim } = require('./support');

let counter = 0;
const fresh = () => `health-${process.pid}-${counter += 1}`;
let port = 3810;
const quick = 'interval = "200ms", timeout = "200ms", failures = 2';
const health = (at, more = '') => ['--set', `supervise.health={ http = "http://127.0.0.1:${at}/healthz", ${quick}, start = "1h"${more} }`];
const fast = ['--set', 'supervise.backoff={ initial = "10ms", max = "10ms" }'];

// A server whose answers to /healthz are what was written to it last; `up` when it listens.
const server = (at) => `
  let answer = '200';
  process.stdin.on('data', (data) => { answer = String(data).trim(); });
  require('http').createServer((request, response) => {
    if (answer === 'hang') return;
    if (answer === 'break') return request.socket.destroy();
    if (answer === 'long') return request.socket.write('HTTP/1.1 200 ' + 'x'.repeat(1e6));
    if (answer === 'nonsense') return request.socket.end('220 smtp.example ready\\r\\n');
    if (answer === 'drip') return request.socket.write('HTTP/1.1 2');
    response.writeHead(Number(answer), { location: 'http://127.0.0.1:1/' });
    response.end('body'.repeat(100000));
  }).listen(${at}, '127.0.0.1', () => console.log('up'))`;

function serve(t, options) {
  const at = port += 1;
  const app = start(['run', '--set', `network.listen=[${at}]`, ...health(at, options.health), ...fast, ...options.set ?? [], '--',
    process.execPath, '-e', server(at)], { stdio: ['pipe', 'pipe', 'pipe'] });
  t.after(async () => { app.child.kill('SIGKILL'); await app.ended; });
  return app;
}

const turns = (app, state, after = 0) =>
  app.until((event) => event.event === 'health' && event.health === state && event.seq > after);

describe('a health check', () => {
  it('makes it ready with the first good answer', async (t) => {
    const app = serve(t, {});
    assert.equal((await app.until(({ event }) => event === 'ready')).by, 'health');
    await turns(app, 'healthy');
  });

  for (const [answer, why] of [['500', /^it answered with status 500$/], ['404', /status 404/], ['hang', /^no answer within 200 ms$/],
    ['break', /^(it closed the connection without an answer|the connection broke: .*)$/], ['long', /^its first line has no end$/],
    ['nonsense', /^it answered "220 smtp\.example ready", which is no HTTP$/], ['drip', /^no answer within 200 ms$/]]) {
    it(`${answer} is unhealthy`, async (t) => {
      const app = serve(t, { health: ', on_unhealthy = "event"' });
      await turns(app, 'healthy');
      app.child.stdin.write(`${answer}\n`);
      const event = await turns(app, 'unhealthy');
      assert.match(event.reason, why);
      assert.equal(event.code, 'NW311');
      assert.equal(event.severity, 'WARN');
      if (answer === 'long' || answer === 'hang') return;
      app.child.stdin.write('200\n');
      await turns(app, 'healthy', event.seq);
    });
  }

  for (const answer of ['204', '302', '399']) {
    it(`${answer} is healthy, and no redirect is followed`, async (t) => {
      const app = serve(t, { health: ', on_unhealthy = "event"' });
      await turns(app, 'healthy');
      app.child.stdin.write('500\n');
      const event = await turns(app, 'unhealthy');
      app.child.stdin.write(`${answer}\n`);
      await turns(app, 'healthy', event.seq);
    });
  }

  it('over TCP asks for a connection alone', async (t) => {
    const at = port += 1;
    const app = start(['run', '--set', `network.listen=[${at}]`,
      '--set', `supervise.health={ tcp = "127.0.0.1:${at}", ${quick}, start = "1h", on_unhealthy = "event" }`, '--', process.execPath, '-e',
      `const server = require('net').createServer().listen(${at}, '127.0.0.1'); process.stdin.once('data', () => server.close())`],
    { stdio: ['pipe', 'pipe', 'pipe'] });
    t.after(async () => { app.child.kill('SIGKILL'); await app.ended; });
    await turns(app, 'healthy');
    app.child.stdin.write('\n');
    assert.match((await turns(app, 'unhealthy')).reason, /^no connection to 127\.0\.0\.1:\d+: ECONNREFUSED/);
  });

  it('has nothing to say of an application that is stopped', async (t) => {
    const app = serve(t, { health: ', on_unhealthy = "event"' });
    await turns(app, 'healthy');
    const { 'process.pid': pid } = app.seen.events.find(({ event }) => event === 'start');
    process.kill(pid, 'SIGSTOP');
    // Each takes longer than a check may.
    for (let i = 0; i < 20; ++i) await run(['status', '--healthy', fresh()]);
    assert.ok(!app.seen.events.some((event) => event.health === 'unhealthy'));
    process.kill(pid, 'SIGCONT');
    app.child.stdin.write('500\n');
    await turns(app, 'unhealthy');
  });

  it('does not count while it starts', async (t) => {
    const app = start(['run', '--set', 'supervise.health={ tcp = "127.0.0.1:3899", interval = "50ms", timeout = "50ms", failures = 1, start = "1h" }',
      '--', victim('listen')]);
    t.after(async () => { app.child.kill('SIGKILL'); await app.ended; });
    await app.line((line) => line === 'ready');
    for (let i = 0; i < 20; ++i) await run(['status', '--healthy', fresh()]);
    assert.ok(!app.seen.events.some(({ event }) => event === 'health'));
  });
});

describe('an unhealthy application', () => {
  it('is started again, and begins anew', async (t) => {
    const app = serve(t, { set: ['--set', 'supervise.restart="never"'] });
    const first = await app.until(({ event }) => event === 'ready');
    app.child.stdin.write('500\n');
    await turns(app, 'unhealthy');
    const exit = await app.until(({ code }) => code === 'NW401');
    assert.match(exit.reason, /^it was ended for being unhealthy: it answered with status 500$/);
    await app.until(({ event }) => event === 'restart');
    const second = await app.until((event) => event.event === 'ready' && event.seq > first.seq);
    assert.notEqual(second['process.pid'], first['process.pid']);
    app.child.kill('SIGTERM');
    assert.equal((await app.ended).code, 143);
  });

  it('ends nodeward with 1, whatever it makes of the signal', async (t) => {
    const app = serve(t, { health: ', on_unhealthy = "exit"' });
    await turns(app, 'healthy');
    app.child.stdin.write('500\n');
    assert.equal((await app.ended).code, 1);
    assert.ok(!app.seen.events.some(({ event }) => event === 'restart'));
  });

  it('gives up at last', async (t) => {
    const app = start(['run', ...fast, '--set', 'supervise.give_up={ restarts = 2, within = "1min" }',
      '--set', `supervise.health={ tcp = "127.0.0.1:3899", ${quick}, start = "0s" }`, '--', victim('listen')]);
    t.after(async () => { app.child.kill('SIGKILL'); await app.ended; });
    await app.ended;
    assert.equal(app.seen.events.filter(({ event }) => event === 'start').length, 3);
    assert.equal(app.seen.events.at(-1).code, 'NW402');
  });
});

describe('refused when the profile is read', () => {
  for (const [set, pattern] of [
    ['supervise.health={ http = "http://10.0.0.1:3000/" }', /is not on loopback/],
    ['supervise.health={ http = "https://127.0.0.1/" }', /is not an http:\/\/ address/],
    ['supervise.health={ http = "http://127.0.0.1/a b" }', /has a path that is no plain text/],
    ['supervise.health={ tcp = "127.0.0.1:0" }', /has no port from 1 to 65535/],
    ['supervise.health={ command = ["true"] }', /supervise\.health\.command" is not available in this version/],
    ['supervise.health={ interval = "1s" }', /nothing says what to ask/],
    ['supervise.health={ tcp = "80", interval = "1s", timeout = "2s" }', /timeout is longer than interval/],
    ['supervise.health={ tcp = "80", http = "http://localhost/" }', /http and tcp are both there/],
  ]) {
    it(set, async () => {
      const ended = await run(['run', '--set', set, '--', '/bin/true']);
      assert.equal(ended.code, 125, ended.stderr);
      assert.match(ended.stderr, pattern);
    });
  }

  it('a network of its own, which nodeward does not reach', async () => {
    const ended = await run(['run', '--set', 'supervise.health={ tcp = "80" }', '--set', 'namespaces.net=true', '--', '/bin/true']);
    assert.equal(ended.code, 125);
    assert.match(ended.stderr, /a loopback that nodeward does not reach/);
  });
});
