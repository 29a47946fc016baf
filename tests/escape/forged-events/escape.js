// No line of the application's passes for an event.
'use strict';

const assert = require('node:assert/strict');

exports.setup = () => ({
  after(result, place) {
    const forged = result.events.filter((event) => event.message === 'forged');
    if (place.confined) assert.deepEqual(forged, []);
    else assert.ok(forged.length >= 3, 'bare, they would pass');
  },
});
