// The README tells what real applications need in a profile: exactly what the tests give them.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const { root } = require('./support.js');

const applications = path.join(root, 'tests/applications');
const { groups, table } = require(path.join(applications, 'table.js'));

const rows = Object.values(groups).flat();

test('the README has the table', () => {
  const readme = fs.readFileSync(path.join(root, 'README.md'), 'utf8');
  const found = /<!-- applications -->\n([\s\S]*?)<!-- -->\n/.exec(readme);
  assert.ok(found, 'README.md has a block between <!-- applications --> and <!-- -->');
  assert.equal(found[1], table());
});

test('every feature has a row, and every row a test', () => {
  const shared = ['clustered.js'];
  const features = fs.readdirSync(path.join(applications, 'features')).filter((file) => !shared.includes(file));
  assert.deepEqual([...new Set(rows.map(({ feature }) => `${feature}.js`))].sort(), features.sort());
  const tests = fs.readdirSync(__dirname).filter((file) => /^applications_.*\.test\.js$/.test(file))
    .map((file) => fs.readFileSync(path.join(__dirname, file), 'utf8')).join('');
  assert.deepEqual(Object.keys(groups).filter((group) => !tests.includes(`'${group}'`)), []);
});
