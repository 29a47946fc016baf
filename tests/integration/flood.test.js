// A flood of refused calls, each about another name, costs neither disk nor memory, and loses no count.
'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { run, victim } = require('./support');

const CALLS = 20000;

test(`${CALLS} refused calls about as many names fit in a few lines`, async () => {
  const result = await run(['run', '--', victim('namer'), String(CALLS)], { timeout: 30000 });
  assert.equal(result.code, 0, result.stderr.slice(0, 2000));
  assert.equal(Number(result.stdout), CALLS);
  const told = result.events.filter((event) => event.event === 'violation');
  assert.equal(told.reduce((sum, event) => sum + event.count, 0), CALLS);
  const exit = result.events.find((event) => event.event === 'exit');
  assert.equal(exit.violations, CALLS);
  // 64 new names a second, folded counts of them, and one line for the rest.
  const seconds = Math.ceil(exit.uptime_ms / 1000) + 1;
  assert.ok(told.length <= seconds * 2 * 65, `${told.length} events in ${seconds} s`);
  assert.ok(Math.max(...result.stderr.split('\n').map((line) => line.length)) < 16384);
});
