// Every refusal is counted, and few are told one by one.
'use strict';

const assert = require('node:assert/strict');

exports.setup = () => ({
  after(result, place) {
    if (!place.confined) return;
    const told = result.events.filter((event) => event.event === 'violation');
    const exit = result.events.findLast((event) => event.event === 'exit');
    assert.equal(exit.violations, 30000);
    assert.equal(told.reduce((sum, event) => sum + event.count, 0), 30000);
    assert.ok(told.length < 1500, `${told.length} events`);
  },
});
