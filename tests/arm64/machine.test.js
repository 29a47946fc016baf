// The arm64 build on a kernel of arm64, emulated: guest.js tells what is tried there. NODEWARD is the binary of that build,
// MACHINE the folder of packages that the machine is made of.
'use strict';

const assert = require('node:assert/strict');
const path = require('node:path');
const { test } = require('node:test');
const { nodeward, root } = require('../integration/support.js');
const { testInMachine } = require('../integration/vm.js');

const kAttacks = 30;
const built = (name) => `build/${name}=${path.join(path.dirname(nodeward), name)}`;

test('arm64, Linux 6.1', async (t) => {
  const told = await testInMachine(t, 'guest.js', {
    machine: ['tests/arm64/machine.sh', process.env.MACHINE], seconds: 900,
    files: [built('tests/unit/unit_test'), `tests/vm/ladder.json=${path.join(root, 'tests/vm/ladder.json')}`],
  });
  assert.ok(told.filter(({ name }) => name.includes('started as root')).length >= kAttacks, `${told.length} tests`);
});
