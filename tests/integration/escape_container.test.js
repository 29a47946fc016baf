// The attacks of tests/escape inside a stock container of a real Docker engine: its seccomp filter, its
// capabilities, its mounts, root, and no flag but the image's name.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { startEngineWithBase } = require('./docker.js');
const { nodeward, parseEvents, root, victim } = require('./support.js');

const GROUPS = ['files', 'exec', 'supervisor', 'terminal', 'identity', 'environment', 'network', 'names', 'races'];

test('the attacks, in a stock container', async (t) => {
  const engine = await startEngineWithBase(t);
  const build = path.relative(root, path.dirname(nodeward));
  await engine.build('attacks', 'tests/escape/Dockerfile', root, ['tests/escape', 'tests/integration', `${build}/nodeward`, `${build}/victims`, `${build}/escape`]);
  for (const about of (process.env.G??GROUPS.join(' ')).split(' ')) {
    const r = await engine.docker(['run', '--rm', '-e', 'ESCAPE_COLUMNS=container', 'attacks', 'node', '--test', `tests/integration/escape_${about}.test.js`], { timeout: 200000 });
    fs.writeFileSync(`/tmp/w/out.${about}`, r.stdout + r.stderr);
    console.log(about, r.code, r.stdout.match(/^# (tests|pass|fail|duration_ms).*$/gm));
  }
});
