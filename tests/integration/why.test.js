// `nodeward why` as a command, and its answers beside what `run` truly does.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { outcomes, root, run, temporary, victim } = require('./support');

const json = async (...words) => {
  const { code, stdout, stderr } = await run(['why', '--json', ...words]);
  assert.equal(stderr, '');
  return { status: code, ...JSON.parse(stdout) };
};

// act of victims/attempt, and the question of `why` about the call that it makes
const ACTS = [
  ['mount', ['mount']],
  ['chroot', ['chroot']],
  ['ptrace', ['ptrace', 'PTRACE_TRACEME']],
  ['bpf', ['bpf', 'BPF_MAP_CREATE']],
  ['memfd_create', ['memfd_create', 'x', '0']],
  ['raw_socket', ['socket', 'AF_INET', 'SOCK_RAW', 'IPPROTO_ICMP']],
  ['high_bits_socket', ['socket', '0x100000011', 'SOCK_RAW']],
  ['fork', ['clone', 'SIGCHLD']],
  ['set_dumpable', ['prctl', 'PR_SET_DUMPABLE', '1']],
  ['clone3', ['clone3']],
  ['io_uring_setup', ['io_uring_setup']],
  ['unknown_call', ['999']],
];
const ALLOWING = ['--set', 'syscalls.allow=["@default", "@process", "memfd_create", "chroot"]'];

for (const [name, options] of [['the default', []], ['a wider profile', ALLOWING]]) {
  test(`under ${name}, why says what run does`, async (t) => {
    const folder = temporary(t);
    for (const [act, question] of ACTS) {
      const { stdout } = await run(['run', ...options, '--', victim('attempt'), folder, act]);
      const outcome = outcomes(stdout)[act];
      const { allowed, answer, status } = await json(...options, 'syscall', ...question);
      assert.equal(status, allowed ? 0 : 1, act);
      const refused = /\b(EPERM|EACCES|ENOSYS)\b/.exec(answer)?.[1];
      // What the filter lets through the kernel still judges: chroot wants a capability.
      if (!allowed) assert.equal(refused, outcome, `${act}: ${answer}`);
      else assert.ok(outcome === 'ok' || act === 'chroot', `${act}: ${answer}, but ${outcome}`);
    }
  });
}

test('the line of the answer is the profile\'s own', async (t) => {
  const file = path.join(temporary(t), 'app.toml');
  fs.writeFileSync(file, 'version = 1\n\n[syscalls]\nallow = ["@default",\n  "mount"]\n', { mode: 0o644 });
  const { allowed, rule, where } = await json('-p', file, 'syscall', 'mount');
  assert.deepEqual([allowed, rule, where], [true, '"mount" in [syscalls] allow', `${file}:5:3`]);
});

test('files: why says what node gets', async (t) => {
  const folder = temporary(t);
  const secret = path.join(folder, 'secret');
  fs.writeFileSync(secret, 'x', { mode: 0o644 });
  fs.chmodSync(folder, 0o755);
  for (const [rules, expected] of [[[], 'EACCES'], [['--set', `filesystem.read=["@node", "${folder}"]`], 'ok']]) {
    const options = [...rules, '--set', 'filesystem.write=[]', '--set', 'process.workdir="/usr"'];
    const script = `try { require('fs').readFileSync('${secret}'); console.log('ok') } catch (e) { console.log(e.code) }`;
    const { stdout } = await run(['run', ...options, '--', 'node', '-e', script]);
    assert.equal(stdout, `${expected}\n`);
    const { allowed } = await json(...options, 'open', secret);
    assert.equal(allowed, expected === 'ok');
  }
});

test('a code is explained, in any letters', async () => {
  const header = fs.readFileSync(path.join(root, 'src/events/codes.h'), 'utf8');
  const codes = [...header.matchAll(/"(NW\d{3})"/g)].map(([, code]) => code);
  assert.ok(codes.length > 20);
  for (const code of codes) {
    const { code: status, stdout, stderr } = await run(['why', code.toLowerCase()]);
    assert.deepEqual([status, stderr], [0, ''], code);
    assert.ok(stdout.startsWith(`${code}: `), stdout);
    assert.ok(stdout.split('\n').every((line) => line.startsWith('    ') || line.length <= 79), stdout);
  }
});

test('nonsense ends with 125 and says what would be asked rightly', async () => {
  for (const [words, hint] of [
    [['NW999'], /neither a code nor a question/],
    [['sycall', 'mount'], /nodeward why syscall/],
    [['syscall', 'montu'], /nodeward why syscall mount/],
    [['open'], /nodeward why open/],
    [['connect', 'example.com'], /names no port/],
    [['-p', '/nowhere.toml', 'syscall', 'mount'], /nowhere\.toml/],
    [[], /QUESTION/],
  ]) {
    const { code, stdout, stderr } = await run(['why', ...words]);
    assert.deepEqual([code, stdout], [125, ''], words.join(' '));
    assert.match(stderr, hint);
  }
});

test('what is asked cannot act on the terminal', async () => {
  const { stdout } = await run(['why', 'open', '/tmp/\u001b[31mx\nforged: allowed']);
  assert.ok(!stdout.includes('\u001b') && !stdout.includes('\nforged'), stdout);
});
