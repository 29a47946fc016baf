// nodeward under Podman: root's containers and a user's, with crun; more combinations of flags with --deep.
// Of the vm lane; it needs the machine for itself, may take 900 seconds, and is left to its lane and to --deep.
'use strict';

const { test } = require('node:test');
const { testInMachine } = require('./vm.js');

test('podman', async (t) => {
  await testInMachine(t, 'podman.js');
});
