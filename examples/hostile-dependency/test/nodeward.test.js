'use strict';

// The table, measured with the real nodeward: NODEWARD, or build/release/nodeward.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { before, describe, it } = require('node:test');
const { attempts } = require('../driver/attempts');

const EXAMPLE = path.resolve(__dirname, '..');

// Refusals that nodeward decides: each is an event that names its call. A new process is refused
// with EACCES, which Node hands to its caller as an ordinary error.
const SEEN = {
  setuid: ['EPERM', 'setresuid'],
  mount: ['EPERM', 'mount'],
  bpf: ['EPERM', 'bpf'],
  rawSocket: ['EPERM', 'socket'],
  userNamespace: ['EACCES', 'clone'],
  ptrace: ['EPERM', 'ptrace'],
  signal: ['EPERM', 'kill'],
  forkBomb: ['EACCES', 'clone'],
  shell: ['EACCES', 'clone'],
  npmrc: ['EACCES', 'openat'],
  neighbour: ['EACCES', 'openat'],
  vault: ['EACCES', 'openat'],
  callOut: ['EACCES', 'connect'],
  nameQuery: ['ECONNREFUSED', 'connect'],
  terminal: ['EPERM', 'ioctl'],
};

// Probes that healthy applications make too: refused without an event.
const QUIET = ['ioUring'];

describe('under nodeward', () => {
  let rows;
  let result;
  before(() => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hostile-rows-'));
    const file = path.join(folder, 'rows.json');
    try {
      result = spawnSync('node', ['run.js', '--json', file], { cwd: EXAMPLE, encoding: 'utf8' });
      assert.ok(fs.existsSync(file), result.stderr);
      const parsed = JSON.parse(fs.readFileSync(file, 'utf8'));
      rows = Object.fromEntries(parsed.map((row) => [row.name, row]));
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  });

  it('nothing that is promised fails', () => {
    assert.equal(result.status, 0, result.stderr);
  });

  for (const { name, title, promised } of attempts) {
    it(`${title}: measured${promised ? ' and refused' : ''}`, () => {
      const { outcome } = rows[name].nodeward;
      if (promised) assert.equal(outcome, 'refused');
      else assert.notEqual(outcome, 'no answer');
    });
  }

  for (const [name, [error, call]] of Object.entries(SEEN)) {
    it(`${name} is refused with ${error} and seen as ${call}`, () => {
      assert.match(rows[name].nodeward.detail, new RegExp(`^${error}`));
      assert.ok(rows[name].nodeward.events > 0);
      assert.ok(rows[name].nodeward.eventNames.includes(call), `${rows[name].nodeward.eventNames}`);
    });
  }

  it('known probes are refused without an event', () => {
    for (const name of QUIET) assert.equal(rows[name].nodeward.events, 0, name);
  });

  it('memory ends at the limit, and is told', () => {
    assert.match(rows.eatMemory.nodeward.detail, /^SIGKILL after \d+ MiB$/);
    assert.ok(rows.eatMemory.nodeward.eventNames.includes('memory'));
  });
});
