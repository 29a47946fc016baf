// Some virtual machines have no such door: the same victim, bare, says so.
'use strict';

const assert = require('node:assert/strict');

let door;
exports.setup = () => ({
  after(result, place) {
    if (!place.confined) door = result.stdout === 'i386 ok\n';
    else if (door) assert.match(`${result.code} ${result.stderr}`, /^159 .*foreign architecture/s);
    else assert.equal(`${result.code} ${result.stdout}`, '0 i386 SIGSEGV\n');
  },
});
