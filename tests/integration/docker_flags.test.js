// What the flags of `docker run` change: the README's table, measured in containers of a real engine; and under each of
// them the dependency that steals, and the end by `docker stop`. Of the docker lane; may take 600 seconds.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { startEngineWithBase } = require('./docker.js');
const { LIMITS, startApplication, stolen } = require('./docker_app.js');
const { root, temporary } = require('./support.js');
const { keygen, seal } = require('./vaults.js');

// [flags, cells], as the README has them.
const section = fs.readFileSync(path.join(root, 'README.md'), 'utf8').split('\n## Docker\n')[1].split('\n## ')[0];
const rows = section.split('\n').filter((line) => line.startsWith('| ')).slice(1).map((line) => {
  const [name, ...cells] = line.slice(1, -1).split('|').map((cell) => cell.trim());
  const flags = name.startsWith('`') ? name.replaceAll('`', '').split(' ') : [];
  return { name, flags, cells: cells.map((cell) => cell.replace(/ \(\d\)$/, '')) };
});

// The limits of the application's profile.
const kAsked = ['limits.memory=512M', 'limits.swap=0', 'limits.cpu=1.5', 'limits.pids=64'].flatMap((line) => ['--set', line]);

// A vault and its key, for a container: docker's words.
function vault(t) {
  const folder = temporary(t);
  const { file, recipient } = keygen(folder);
  seal(path.join(folder, 'app.age'), recipient, 'A = "b"\n');
  return ['-v', `${file}:/run/secrets/nodeward-identity:ro`, '-v', `${folder}/app.age:/etc/nodeward/app.age:ro`];
}

test('the flags of docker run', async (t) => {
  const engine = await startEngineWithBase(t);
  const { up, stop, loot } = await startApplication(t, engine, 'Dockerfile.example');
  const secret = vault(t);

  // Whether a launch with these words would start, all measures in force; and that run does what explain says.
  async function starts(flags, words) {
    const command = (name, ...more) => engine.docker(['run', '--rm', ...flags, '--entrypoint', 'nodeward', 'app',
      name, ...more, ...words, '--', 'node', '-e', '0']);
    const explained = await command('explain', '--json');
    const { starts: would, measures } = JSON.parse(explained.stdout);
    const ran = await command('run');
    assert.equal(ran.code, would ? 0 : 125, ran.stderr);
    if (would) assert.deepEqual(measures.filter((row) => !['full', 'off'].includes(row.state)), []);
    return would ? 'holds' : 'refuses';
  }

  assert.ok(rows.length >= 8);
  for (const [at, { name, flags, cells }] of rows.entries()) {
    await t.test(name, async () => {
      const measured = [await starts(flags, []), await starts(flags, kAsked),
        await starts([...flags, ...secret], ['--set', 'secrets.vault=/etc/nodeward/app.age'])];
      assert.deepEqual(cells, measured);
      if (measured[0] === 'refuses') return;
      const app = await up(`app${at}`, ...LIMITS, ...flags);
      assert.deepEqual(stolen(app.seen.lines.join('\n')), { npmrc: 'EACCES', shell: 'EACCES', post: 'EACCES' });
      const { code, exit } = await stop(`app${at}`, app);
      assert.deepEqual([code, exit['process.exit.code']], [0, 0]);
    });
  }
  assert.equal(loot(), 0);
});
