// nodeward under Podman: root's containers and a user's, with crun. Of the vm lane; it needs the machine for
// itself and may take 900 seconds. More combinations of flags with --deep.
'use strict';

const { test } = require('node:test');
const { testInMachine } = require('./vm.js');

test('podman', async (t) => {
  await testInMachine(t, 'podman.js');
});
