// The Debian package on a booted Debian 12: installed, run as a service, booted again, upgraded, removed, purged.
// Of the vm lane; it needs the machine for itself, may take 900 seconds, and is left to its lane and to --deep.
'use strict';

const path = require('node:path');
const { test } = require('node:test');
const { install, makeLater, makePackage } = require('./debs.js');
const { temporary } = require('./support.js');
const { testInMachine } = require('./vm.js');

test('the Debian package', async (t) => {
  const deb = makePackage(temporary(t));
  const later = makeLater(t, deb);
  await testInMachine(t, 'debian.js', { rebooted: 'debian_rebooted.js',
    files: [`debs/${path.basename(deb)}=${deb}`, `later/${path.basename(later)}=${later}`], env: { INSTALL: install } });
});
