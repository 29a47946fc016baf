'use strict';

// The positive control: bare and as root, each attempt gets what it is after. An attempt that fails
// here would prove nothing by failing under nodeward.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { attempts, control } = require('../driver/attempts');
const { judge } = require('../driver/judge');
const { launch } = require('../driver/launch');
const { openScene } = require('../driver/scene');

const EXAMPLE = path.resolve(__dirname, '..');

// A kernel built without loadable modules has no /proc/modules.
const impossible = fs.existsSync('/proc/modules') ? {} : { loadModule: 'kernel without modules' };

describe('bare, as root', () => {
  let scene;
  before(async () => {
    assert.equal(process.getuid(), 0, 'to be run as root');
    scene = await openScene();
  });
  after(() => scene?.close());

  for (const attempt of [control, ...attempts]) {
    it(attempt.title, async () => {
      const row = judge(attempt, await launch(attempt, [], scene));
      const expected = attempt.name in impossible
        ? { outcome: 'refused', detail: impossible[attempt.name] }
        : { outcome: 'succeeded', detail: row.detail };
      assert.deepEqual({ outcome: row.outcome, detail: row.detail }, expected, row.stderr);
      assert.notEqual(row.detail, '');
    });
  }

  it('leaves no mount and no process behind', () => {
    assert.ok(!fs.readFileSync('/proc/self/mounts', 'utf8').includes(scene.folder));
    const left = fs.readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).filter((pid) => {
      try {
        return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(scene.folder);
      } catch {
        return false;  // it ended between the two readings
      }
    });
    assert.deepEqual(left, []);
  });
});

describe('as another user', () => {
  it('the same attempts are refused by the kernel itself', async () => {
    const nobody = { cwd: EXAMPLE, encoding: 'utf8', uid: 65534, gid: 65534 };
    for (const name of ['shadow', 'setuid', 'rawSocket', 'bpf', 'supervisorMemory']) {
      const { stdout } = spawnSync('node', ['index.js', name], nobody);
      assert.equal(JSON.parse(stdout).outcome, 'refused', `${name}: ${stdout}`);
    }
  });

  it('an unknown attempt is an error', () => {
    const { status, stderr } = spawnSync('node', ['index.js', 'toString'], { cwd: EXAMPLE });
    assert.equal(status, 2);
    assert.match(String(stderr), /^usage:/);
  });
});
