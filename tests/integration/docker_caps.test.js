// Started with the capabilities that a stock container gives, or fewer: what holds, and what is said.
'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { CONTAINER_CAPABILITIES: DOCKER, marker, nodeward, outcomes, run, victim } = require('./support');

// Runs `command` as root with these capabilities alone.
function withOnly(capabilities, command, options) {
  const set = ['-all', ...capabilities.map((name) => `+${name}`)].join(',');
  const args = ['--bounding-set', set, '--inh-caps', '-all', ...command];
  return run(args, { command: 'setpriv', ...options });
}

const STATUS = `
  const text = require('fs').readFileSync('/proc/self/status', 'utf8');
  console.log(['Uid', 'CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb', 'NoNewPrivs', 'Seccomp']
    .map((name) => name + ' ' + text.match(new RegExp('^' + name + ':\\\\s*(\\\\S+)', 'm'))[1]).join('\\n'));`;
const NONE = '0000000000000000';
const CONFINED = {
  Uid: '61234', CapInh: NONE, CapPrm: NONE, CapEff: NONE, CapBnd: NONE, CapAmb: NONE,
  NoNewPrivs: '1', Seccomp: '2',
};
const USER = ['--set', 'process.user="61234"'];

test('control: the lane is what a stock container has', async () => {
  const bare = await withOnly(DOCKER, [process.execPath, '-e', STATUS]);
  const facts = outcomes(bare.stdout);
  assert.equal(facts.CapBnd, '00000000a80425fb');
  assert.equal(facts.CapEff, '00000000a80425fb');
});

test('with the capabilities of a stock container every measure holds', async () => {
  const result = await withOnly(DOCKER, [nodeward, 'run', ...USER, '--', process.execPath, '-e', STATUS]);
  assert.equal(result.code, 0, result.stderr);
  assert.deepEqual(outcomes(result.stdout), CONFINED);
  const started = result.events.find((event) => event.event === 'start');
  assert.equal(started['in_force.uid'], 61234);
  assert.ok(!result.events.some((event) => event.event === 'degraded'));
});

test('without CAP_SYS_PTRACE the paths of refused calls are still read', async () => {
  const act = ['--', victim('attempt'), '/some/where', 'mount', 'chroot'];
  const result = await withOnly(DOCKER, [nodeward, 'run', ...USER, ...act]);
  assert.deepEqual(outcomes(result.stdout), { mount: 'EPERM', chroot: 'EPERM' });
  const told = result.events.filter((event) => event.event === 'violation');
  assert.deepEqual(told.map((event) => event.args.slice(0, 3)),
    [['tmpfs', '/some/where', 'tmpfs'], ['/']]);
});

test('the supervisor of another user cannot be signalled or read', async () => {
  const acts = ['kill', 'mem', 'environ', 'fds'];
  for (const target of ['parent', 'grandparent']) {
    const result = await withOnly(DOCKER,
      [nodeward, 'run', ...USER, '--', victim('attack'), target, '9', ...acts]);
    assert.equal(result.code, 0, result.stderr);
    const found = outcomes(result.stdout);
    assert.equal(found.kill, 'EPERM');
    for (const act of acts.slice(1)) assert.match(found[act], /^(EACCES|EPERM)$/, `${act} of ${target}`);
  }
});

test('without CAP_SETPCAP the bounding set stays, and explain says so', async () => {
  const fewer = DOCKER.filter((name) => name !== 'setpcap');
  const result = await withOnly(fewer, [nodeward, 'run', ...USER, '--', process.execPath, '-e', STATUS]);
  assert.equal(result.code, 0, result.stderr);
  assert.deepEqual(outcomes(result.stdout), { ...CONFINED, CapBnd: '00000000a80424fb' });
  const explained = await withOnly(fewer, [nodeward, 'explain', ...USER, '--', 'true']);
  assert.equal(explained.code, 0, explained.stderr);
  assert.match(explained.stdout, /bounding .*stays: nodeward was started without CAP_SETPCAP/);
});

test('root without any capability is refused, with the flags that help', async (t) => {
  const mark = marker(t);
  for (const capabilities of [[], ['chown', 'kill', 'setuid'], ['setgid']]) {
    const result = await withOnly(capabilities, [nodeward, 'run', ...USER, '--', ...mark.command]);
    assert.equal(result.code, 125);
    assert.match(result.stderr, /root without CAP_SETUID and CAP_SETGID/);
    assert.match(result.stderr, /try: docker run --user 61234, or --cap-add SETUID --cap-add SETGID/);
    assert.equal(result.stderr.match(/^nodeward: /gm).length, 1, result.stderr);
    assert.equal(mark.started(), false);
  }
});

test('without CAP_KILL the application could not be ended: refused, or told', async (t) => {
  const capabilities = DOCKER.filter((name) => name !== 'kill');
  const proof = marker(t);
  const strict = await withOnly(capabilities, [nodeward, 'run', ...USER, '--', ...proof.command]);
  assert.equal(strict.code, 125);
  assert.match(strict.stderr, /parent_death: .*CAP_KILL/);
  assert.match(strict.stderr, /--cap-add KILL/);
  assert.ok(!proof.started());
  const gap = await withOnly(capabilities,
    [nodeward, 'run', ...USER, '--set', 'enforcement="best-effort"', '--', 'true']);
  assert.equal(gap.code, 0, gap.stderr);
  assert.ok(gap.events.some((event) => event.event === 'degraded' && event.kind === 'parent_death'));
});
