// The ladder of kernels: Debian's 5.10, 6.1, 6.12 and newest, each booted with the same root file system. What holds on
// which is written down in tests/vm/ladder.json. Of the vm lane; it needs the machine for itself and may take 1500 seconds.
'use strict';

const assert = require('node:assert/strict');
const path = require('node:path');
const { test } = require('node:test');
const { root } = require('./support.js');
const { testInMachine } = require('./vm.js');

const ladder = require(path.join(root, 'tests/vm/ladder.json'));
const kAttacks = 30;

for (const [suite, { linux }] of Object.entries(ladder)) {
  test(`Linux ${linux} (${suite})`, async (t) => {
    const told = await testInMachine(t, 'ladder.js', { suite });
    assert.ok(told.filter(({ name }) => name.includes('started as root')).length >= kAttacks, `${told.length} tests`);
  });
}
