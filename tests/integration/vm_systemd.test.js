// The units of packaging/systemd, and control groups of version 2, on a booted Debian 12.
// Of the vm lane; it needs the machine for itself and may take 900 seconds.
'use strict';

const path = require('node:path');
const { test } = require('node:test');
const { nodeward, root } = require('./support.js');
const { testInMachine } = require('./vm.js');

test('systemd', async (t) => {
  await testInMachine(t, 'systemd.js', { files: [
    `packaging/systemd=${path.join(root, 'packaging/systemd')}`,
    `README.md=${path.join(root, 'README.md')}`,
    `build/cgroup_vm_test=${path.join(path.dirname(nodeward), 'tests/integration/cgroup_vm_test')}`,
  ] });
});
