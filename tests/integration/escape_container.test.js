// The attacks of tests/escape inside a stock container of a real Docker engine: its seccomp filter, its
// capabilities, its mounts, root, and no flag that changes any of it. Of the docker lane; all of them may take 1200 seconds.
'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const path = require('node:path');
const { test } = require('node:test');
const { startEngineWithBase } = require('./docker.js');
const { GROUPS, escapeIn, expected, holds, told } = require('./escape.js');
const { nodeward, root } = require('./support.js');

const kGroupMs = 300000;

// What is about the supervisor is tried once more where that is the first process of the container.
const FIRST = ['proc-first', 'own-program', ...['memory', 'owner', 'proc', 'schedule', 'signal'].map((what) => `${what}-supervisor`)];

// The table of hostile-dependency wants limits that the container has, too. Bare, Docker refuses the others.
const LIMITS = ['-m', '256m', '--memory-swap', '256m', '--pids-limit', '64'];
const BARE = ['shadow', 'setuid', 'rawSocket', 'ioUring', 'ptrace', 'signal', 'supervisorEnvironment', 'supervisorMemory',
  'vault', 'terminal', 'npmrc', 'neighbour', 'shell', 'callOut', 'nameQuery', 'passwd'];

test('the attacks, in a stock container', async (t) => {
  const engine = await startEngineWithBase(t);
  const build = path.relative(root, path.dirname(nodeward));
  execFileSync(path.join(root, 'examples/hostile-dependency/build-addon.sh'), { stdio: 'ignore' });
  await engine.build('attacks', 'tests/escape/Dockerfile', root, ['tests/escape', 'tests/integration',
    'examples/hostile-dependency', 'examples/express-api/make-vault.sh',
    ...['nodeward', 'victims', 'escape'].map((name) => path.join(build, name))]);
  for (const about of GROUPS) {
    await t.test(about, async () => {
      const { code, stdout, stderr } = await engine.docker(['run', '--rm', '-e', 'ESCAPE_COLUMNS=container', 'attacks',
        'node', '--test', `tests/integration/escape_${about}.test.js`], { timeout: kGroupMs });
      assert.equal(code, 0, `${stdout}\n${stderr}`);
      const count = (what) => Number(stdout.match(new RegExp(`^(?:#|ℹ) ${what} (\\d+)$`, 'm'))?.[1]);
      assert.equal(count('pass'), expected(about, 'container').length, stdout);
      assert.equal(count('skipped'), 0, stdout);
    });
  }
  for (const name of FIRST) {
    await t.test(`${name}, nodeward being the first process`, async () => {
      const escape = escapeIn(name, 'container');
      const fill = (word) => word.replace('{victims}', path.join('/srv/nodeward', build, 'victims'));
      const command = (escape.command ?? [path.join('/srv/nodeward', build, 'escape', name)]).map(fill)
        .map((word) => (word === 'grandparent' ? '1' : word));
      const run = (escape.confined.run ?? escape.run).map((word) => word.replace('{outside}', '/var/tmp').replace('{inside}', '/tmp'));
      const result = await engine.docker(['run', '--rm', '--entrypoint', path.join('/srv/nodeward', build, 'nodeward'), 'attacks',
        'run', '--set', 'process.user="65532"', '--', ...command, ...run, ...escape.acts], { timeout: 30000 });
      holds({ code: 0, ...escape.confined }, result, 'container', 'under nodeward');
      told(escape, result);
      assert.equal(result.events.find((event) => event.event === 'exit')['process.exit.code'], 0);
    });
  }
  await t.test('the table of hostile-dependency', async () => {
    const text = await engine.succeed(['run', '--rm', ...LIMITS, 'attacks', 'sh', '-c',
      'node examples/hostile-dependency/run.js --json /tmp/rows >&2 && cat /tmp/rows'], { timeout: kGroupMs });
    const rows = JSON.parse(text);
    assert.deepEqual(rows.filter((row) => row.bare.outcome === 'succeeded').map((row) => row.name), BARE);
    assert.deepEqual(rows.filter((row) => row.promised && row.nodeward.outcome !== 'refused'), []);
  });
});
