// Runs the features of tests/applications: each once bare, the control, and once under nodeward with what
// its row in the table adds to the default profile. Both must end with 0 and say the same, and nodeward
// must have had nothing to tell but what the row expects. CI takes Node.js 18 and 24; NODEWARD_DEEP=1 18 to 26. Where the system's
// own Node.js is one of them it stands for that version: Debian's is built in another way.
'use strict';

const assert = require('node:assert/strict');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');

const { root, run } = require('./support.js');
const { startServers } = require('./servers.js');

const applications = path.join(root, 'tests/applications');
const { groups, placed } = require(path.join(applications, 'table.js'));

const kAtMostMs = 60000;
const kUser = 65532;
const majors = process.env.NODEWARD_DEEP === '1' ? [18, 20, 22, 24, 26] : [18, 24];
// nodeward names a home for a user who has none.
const environment = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/' };

const interpreter = (major) => (process.versions.node.startsWith(`${major}.`)
  ? process.execPath : path.join(root, `tests/node-matrix/node_modules/node${major}/bin/node`));

const settings = (row, where) => Object.entries({
  'supervise.restart': 'never', 'process.user': String(kUser),
  ...Object.fromEntries(Object.entries(row.profile).map(([key, values]) => [key, placed(values, where)])),
}).flatMap(([key, value]) => ['--set', `${key}=${JSON.stringify(value)}`]);

// What the feature saw: its one line of stdout.
function saw(ended, how) {
  const told = `${how}: ${ended.signal ?? ended.code}\n${ended.stdout}${ended.stderr}`;
  assert.equal(ended.code, 0, told);
  assert.match(ended.stdout, /^\{.*\}\n$/, told);
  return JSON.parse(ended.stdout);
}

async function sameAsBare(row, node, servers) {
  const where = { port: servers.postgres?.port };
  for (const [name, { folder }] of Object.entries(servers)) where[name] = folder;
  const command = [node, path.join(applications, 'features', `${row.feature}.js`), JSON.stringify(row.given(servers))];
  const options = { cwd: applications, env: environment, timeout: kAtMostMs };
  const bare = await run(command.slice(1), { ...options, command: node, uid: kUser, gid: kUser });
  const under = await run(['run', ...settings(row, where), '--', ...command], options);
  assert.deepEqual(saw(under, 'under nodeward'), saw(bare, 'bare'));
  // Whether it is found to listen before it ends is a matter of time.
  const told = under.events.filter(({ event, syscall }) => event !== 'ready' && (event !== 'violation' || !row.refused.includes(syscall)));
  assert.deepEqual(told.map(({ event }) => event), ['start', 'exit'], JSON.stringify(told, null, 1));
  if (row.refused.length === 0) assert.equal(told[1].violations, 0);
}

// Registers a test for each row of the groups, on each interpreter that has the feature.
function testGroups(...names) {
  const rows = names.flatMap((name) => groups[name]);
  let servers;
  const ends = [];  // what runs until the last test has
  before(async () => {
    const test = { after: (end) => ends.unshift(end) };
    servers = await startServers(test, [...new Set(rows.flatMap((row) => row.servers))]);
  });
  after(async () => {
    for (const end of ends) await end();
  });
  for (const major of majors) {
    describe(`Node.js ${major}`, () => {
      for (const row of rows.filter(({ from }) => from <= major)) {
        it(row.name, () => sameAsBare(row, interpreter(major), servers));
      }
    });
  }
}

module.exports = { testGroups };
