// One file to copy: the same binary in a root that holds nothing else, in one of busybox and musl, and what it says
// where a root lacks something. Of the packages lane.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');
const { compiled, emptyRoot, inRoot } = require('./roots.js');
const { nodeward } = require('./support.js');

// Prints who it is, and whether /etc may be written.
const kVictim = `#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int main(void) {
  printf("uid %d write %d\\n", (int)getuid(), open("/etc/passwd", O_WRONLY | O_CREAT, 0600));
  return 7;
}
`;
const kOnce = ['run', '--set', 'supervise.restart=never'];
const kNoTmp = ['--set', 'filesystem.write=["?/tmp"]'];
const kHeld = 'uid 65532 write -1\n';

// nodeward in the root must answer `code`, and print what matches.
async function answers(top, has, words, code, { out = /^/, err = /^/ } = {}) {
  const ended = await inRoot(top, has, ['/nodeward', ...words]);
  const told = `${words.join(' ')}:\n${ended.stdout}${ended.stderr}`;
  assert.equal(ended.code, code, told);
  assert.match(ended.stdout, out, told);
  assert.match(ended.stderr, err, told);
  return ended;
}

describe('a root that holds nodeward alone', () => {
  it('has its version, its profiles, and a diagnosis', async (t) => {
    const top = emptyRoot(t);
    await answers(top, [], ['--version'], 0, { out: /^nodeward \d/ });
    await answers(top, [], ['profiles'], 0, { out: /^default\nstrict\n$/ });
    await answers(top, [], ['check', 'strict'], 0, { out: /^strict: valid\n$/ });
    await answers(top, [], ['doctor'], 0, { out: /^ {2}no +\/proc +not there\n +run refuses/m });
    await answers(top, ['proc'], ['doctor'], 0, { out: /^ {2}yes +\/proc +mounted\n/m });
    assert.deepEqual(fs.readdirSync(top).sort(), ['nodeward', 'proc'], 'it made nothing');
  });

  it('without /proc nothing starts, and explain says the same', async (t) => {
    const top = emptyRoot(t, { '/victim': compiled(t, kVictim, 'gcc', '-static') });
    const message = { err: /^nodeward: \/proc: there is no \/proc here, .*\n {2}try: mount -t proc proc \/proc/ };
    for (const more of [[], ['--set', 'enforcement=permissive']]) {
      await answers(top, [], [...kOnce, ...kNoTmp, ...more, '--', '/victim'], 125, message);
    }
    const { stdout } = await answers(top, [], ['explain', ...kNoTmp, '--', '/victim'], 125, message);
    assert.match(stdout, /run would refuse/);
    fs.mkdirSync(path.join(top, 'proc/self'), { recursive: true });
    fs.writeFileSync(path.join(top, 'proc/self/status'), 'Uid:\t0\n');
    await answers(top, [], [...kOnce, ...kNoTmp, '--', '/victim'], 125, message);
  });

  it('a static program runs, without /etc/passwd, as a number, also from a read-only root', async (t) => {
    const top = emptyRoot(t, { '/app/victim': compiled(t, kVictim, 'gcc', '-static') });
    for (const has of [['proc'], ['proc', 'readonly']]) {
      const { stdout, events } = await answers(top, has, [...kOnce, ...kNoTmp, '--', '/app/victim'], 7);
      assert.equal(stdout, kHeld);
      assert.equal(events.find(({ event }) => event === 'start')['in_force.uid'], 65532);
    }
    await answers(top, ['proc'], [...kOnce, ...kNoTmp, '--set', 'process.user=1000', '--', '/app/victim'], 7, { out: /^uid 1000 / });
  });

  it('what the profile names and the root lacks is told', async (t) => {
    const top = emptyRoot(t, { '/app/victim': compiled(t, kVictim, 'gcc', '-static') });
    const refuses = (words, code, err) => answers(top, ['proc'], [...kOnce, ...words], code, { out: /^$/, err });
    await refuses(['--', '/app/victim'], 125, /"\/tmp": there is no such file or folder\n {2}try: "\?\/tmp"/);
    await refuses([...kNoTmp, '--set', 'process.user=app', '--', '/app/victim'], 125,
      /there is no user "app" in \/etc\/passwd\n {2}try: .*\[process\] user = "65532"/);
    await refuses([...kNoTmp, '--', 'node', 'server.js'], 127, /the command "node" was not found in PATH/);
    await refuses(['-p', '/etc/nodeward/app.toml', '--', '/app/victim'], 125, /\/etc\/nodeward\/app\.toml/);
  });
});

describe('an interpreter for something else', () => {
  const patched = (t, changes) => {
    const program = compiled(t, kVictim, 'gcc', '-static');
    const bytes = fs.readFileSync(program);
    for (const [at, byte] of Object.entries(changes)) bytes[at] = byte;
    fs.writeFileSync(program, bytes);
    return program;
  };
  // elf.h: e_ident[EI_CLASS] is byte 4, e_machine begins at byte 18.
  const cases = {
    'another processor': [(t) => patched(t, { 18: 183 }), /\/node: .*a program for another processor: 64-bit ARM\n/],
    '32 bits': [(t) => patched(t, { 4: 1 }), /\/node: .*a 32-bit program/],
    'glibc, where there is none': [(t) => compiled(t, kVictim), /its loader \/lib64\/ld-linux-x86-64\.so\.2 is not there/],
    'musl, where there is none': [(t) => compiled(t, kVictim, 'musl-gcc'), /its loader \/lib\/ld-musl-x86_64\.so\.1 is not there/],
  };
  for (const [what, [make, err]] of Object.entries(cases)) {
    it(what, async (t) => {
      await answers(emptyRoot(t, { '/node': make(t) }), ['proc'], [...kOnce, ...kNoTmp, '--', '/node', 'server.js'], 126, { out: /^$/, err });
    });
  }

  it('a script whose interpreter is not there', async (t) => {
    const script = path.join(path.dirname(compiled(t, kVictim)), 'script');
    fs.writeFileSync(script, '#!/usr/bin/node\n');
    await answers(emptyRoot(t, { '/cli.js': script }), ['proc'], [...kOnce, ...kNoTmp, '--', '/cli.js'], 127,
      { out: /^$/, err: /\/usr\/bin\/node: .*its interpreter \(#! line or ld\.so\) is not/s });
  });
});

describe('busybox and musl', () => {
  const files = (t) => ({
    '/bin/busybox': '/bin/busybox', '/lib/ld-musl-x86_64.so.1': fs.realpathSync('/lib/ld-musl-x86_64.so.1'),
    '/app/victim': compiled(t, kVictim, 'musl-gcc'),
  });

  it('a program that musl loads runs confined', async (t) => {
    const { stdout, events } = await answers(emptyRoot(t, files(t)), ['proc'], [...kOnce, ...kNoTmp, '--', '/app/victim'], 7);
    assert.equal(stdout, kHeld);
    assert.equal(events.filter(({ event }) => event === 'violation').length, 1, 'the write, and nothing of musl itself');
  });

  it('its own user is found in its own /etc/passwd', async (t) => {
    const top = emptyRoot(t, files(t));
    fs.mkdirSync(path.join(top, 'etc'));
    fs.writeFileSync(path.join(top, 'etc/passwd'), 'root:x:0:0::/:\nnode:x:1234:1234::/app:\n');
    fs.writeFileSync(path.join(top, 'etc/group'), 'node:x:1234:\n');
    await answers(top, ['proc'], [...kOnce, ...kNoTmp, '--', '/app/victim'], 7, { out: /^uid 1234 write -1$/m });
  });

  it('the launcher of the npm package needs no more than its shell', async (t) => {
    const top = emptyRoot(t, files(t));
    const into = path.join(top, 'app/node_modules');
    const launcher = path.join(into, 'nodeward/bin/nodeward');
    fs.mkdirSync(path.dirname(launcher), { recursive: true });
    fs.copyFileSync(path.join(__dirname, '../../packaging/npm/nodeward/bin/nodeward'), launcher);
    const program = path.join(into, `@nodeward/linux-${process.arch}/bin/nodeward`);
    fs.mkdirSync(path.dirname(program), { recursive: true });
    fs.copyFileSync(nodeward, program);
    for (const name of ['sh', 'readlink', 'uname']) fs.symlinkSync('busybox', path.join(top, 'bin', name));
    const { code, stdout } = await inRoot(top, ['proc'], ['/app/node_modules/nodeward/bin/nodeward', '--version']);
    assert.equal(code, 0);
    assert.match(stdout, /^nodeward \d/);
  });
});
