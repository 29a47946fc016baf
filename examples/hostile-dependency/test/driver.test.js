'use strict';

// How the driver reads what a process left behind: an outcome is never taken for granted.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { describe, it } = require('node:test');
const { attempts } = require('../driver/attempts');
const { broken, judge } = require('../driver/judge');
const { table } = require('../driver/table');
const left = require('../packages/left-padder');

const EXAMPLE = path.resolve(__dirname, '..');
const mount = { name: 'mount' };
const ended = (fields) => ({
  code: 0, signal: null, timedOut: false, stdout: '', stderr: '', ...fields,
});
const answer = '{"attempt":"mount","outcome":"refused","detail":"EPERM"}\r\n';

describe('judge', () => {
  it('takes the attempt at its word', () => {
    const row = judge(mount, ended({ stdout: `noise\n${answer}` }));
    assert.deepEqual(row, { outcome: 'refused', detail: 'EPERM', events: 0, eventNames: [] });
  });

  it("adds up nodeward's counts and ignores its other lines", () => {
    const stderr = [
      '{"event":"start","seq":1}',
      '{"event":"violation","kind":"syscall","syscall":"mount","count":1}',
      '{"event":"violation","kind":"syscall","syscall":"mount","count":41}',
      '{"event":"limit","kind":"pids"}',
      '{"event":"exit","count":7}',
      'null', 'text',
    ].join('\n');
    const row = judge(mount, ended({ stdout: answer, stderr }));
    assert.equal(row.events, 43);
    assert.deepEqual(row.eventNames, ['mount', 'pids']);
  });

  it('takes a kill for a refusal, by signal or by exit code, and says how far it came', () => {
    const stdout = ['32 MiB', '64 MiB']
      .map((progress) => JSON.stringify({ attempt: 'mount', progress }))
      .join('\n');
    for (const how of [{ code: 137 }, { code: null, signal: 'SIGKILL' }]) {
      const row = judge(mount, ended({ stdout, ...how }));
      assert.equal(row.outcome, 'refused');
      assert.equal(row.detail, 'SIGKILL after 64 MiB');
    }
    assert.equal(judge(mount, ended({ code: 159 })).detail, 'SIGSYS');
  });

  it('takes no other end for a refusal', () => {
    const ends = [
      { code: 125 }, { code: 127 }, { code: 0 }, { code: 1 }, { code: 134 },
      { code: null, signal: 'SIGSEGV' },
      { code: null, signal: 'SIGKILL', timedOut: true },
      { code: 0, stdout: '{"attempt":"other","outcome":"refused"}\n' },
    ];
    for (const how of ends) {
      assert.equal(judge(mount, ended(how)).outcome, 'no answer', JSON.stringify(how));
    }
  });
});

describe('broken', () => {
  const row = (promised, outcome) => ({ promised, nodeward: { outcome } });

  it('names promised rows that were not refused, and only those', () => {
    const bad = [row(true, 'succeeded'), row(true, 'no answer')];
    const good = [row(true, 'refused'), row(false, 'succeeded')];
    assert.deepEqual(broken([...good, ...bad]), bad);
  });
});

describe('table', () => {
  it('shows outcome, detail and events of each column', () => {
    const text = table([{
      title: 'mount a file system',
      bare: { outcome: 'succeeded', detail: 'tmpfs', events: 0, eventNames: [] },
      nodeward: { outcome: 'refused', detail: 'EPERM', events: 1, eventNames: ['mount'] },
    }], 'under nodeward');
    assert.deepEqual(text.split('\n'), [
      'attempt               bare node           under nodeward',
      'mount a file system   succeeded (tmpfs)   refused (EPERM), 1 event: mount',
    ]);
  });
});

describe('the package', () => {
  it('pads strings, and has every attempt of the table', () => {
    assert.equal(left.leftPad('7', 3, '0'), '007');
    const missing = attempts.filter(({ name }) => !Object.hasOwn(left.attempts, name));
    assert.deepEqual(missing, []);
    assert.equal(Object.keys(left.attempts).length, attempts.length + 1);
  });
});

describe('run.js', () => {
  const run = (words, env = {}) => spawnSync('node', ['run.js', ...words], {
    cwd: EXAMPLE, encoding: 'utf8', env: { PATH: process.env.PATH, ...env },
  });

  it('measures nothing without nodeward', () => {
    const { status, stdout, stderr } = run([], { NODEWARD: '/nonexistent/nodeward' });
    assert.equal(status, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /nonexistent\/nodeward is missing/);
  });

  it('takes a launcher that starts nothing for an error, never for a refusal', () => {
    const { status, stdout, stderr } = run([], { NODEWARD: '/bin/false' });
    assert.equal(status, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /does not work: exit code 1/);
  });

  it('fails where nothing is stopped', () => {
    const { status, stderr } = run(['--control']);
    assert.equal(status, 1);
    for (const { name, title } of attempts.filter((attempt) => attempt.promised)) {
      if (name === 'loadModule') continue;  // not every kernel takes modules
      assert.ok(stderr.includes(`not stopped: ${title}`), title);
    }
  });

  it('takes no other words', () => {
    assert.equal(run(['--jsno', 'x']).status, 2);
    assert.equal(run(['--json']).status, 2);
  });
});
