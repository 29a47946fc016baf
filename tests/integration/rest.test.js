// A supervisor at rest costs nothing: no wake-up, and little memory.
// It needs the machine for itself: another's signal or swapping would count.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const { describe, it } = require('node:test');

const { keeperOf, start, victim } = require('./support.js');

const kSeconds = 3; // longer than any timer of folding or retrying
const kPssLimit = 3 * 1024; // KiB; supervisor and keeper together

const number = (file, name) => Number(fs.readFileSync(file, 'utf8').match(new RegExp(`^${name}:\\s+(\\d+)`, 'm'))[1]);
const pss = (pid) => number(`/proc/${pid}/smaps_rollup`, 'Pss');
const switches = (pid) => Object.fromEntries(fs.readdirSync(`/proc/${pid}/task`)
  .map((tid) => [`${pid}/${tid}`, number(`/proc/${pid}/task/${tid}/status`, 'voluntary_ctxt_switches')]));

const look = (pids) => Object.assign({}, ...pids.map(switches));
// Time itself is what is measured here: nothing happens in it.
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// What the start set in motion has come to an end: a while without a switch, longer than nodeward waits before it gives memory back.
async function settled(pids) {
  for (let tries = 0; tries < 10; ++tries) {
    const before = JSON.stringify(look(pids));
    await pause(700);
    if (JSON.stringify(look(pids)) === before) return;
  }
  assert.fail('it does not come to rest');
}

// The largest mappings, for whoever has to find out what grew.
function largest(pid) {
  const parts = fs.readFileSync(`/proc/${pid}/smaps`, 'utf8').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m);
  return parts.map((part) => ({ kib: Number(part.match(/^Pss:\s+(\d+)/m)?.[1] ?? 0), line: part.split('\n')[0] }))
    .filter((one) => one.kib > 0).sort((a, b) => b.kib - a.kib).slice(0, 12)
    .map((one) => `${one.kib} KiB  ${one.line}`).join('\n');
}

async function rest(test, ...options) {
  const app = start(['run', '--set', 'supervise.restart="never"', ...options, '--', victim('listen')]);
  test.after(() => app.child.kill('SIGKILL'));
  await app.line((line) => line === 'ready');
  await app.until((event) => event.event === 'start');
  return { app, pids: [app.child.pid, keeperOf(app.child.pid)] };
}

describe('at rest', () => {
  for (const [what, options] of [
    ['with the default profile', []],
    ['with limits', ['--set', 'limits.memory="64M"', '--set', 'limits.pids=50', '--set', 'limits.cpu=1.0']],
  ]) {
    it(`no thread wakes up in ${kSeconds} s, ${what}`, async (test) => {
      const { app, pids } = await rest(test, ...options);
      await settled(pids);
      const before = look(pids);
      await pause(kSeconds * 1000);
      assert.deepStrictEqual(look(pids), before);
      app.child.kill('SIGTERM');
      assert.strictEqual((await app.ended).code, 0);
    });
  }

  it('supervisor and keeper together are below 3 MiB', async (test) => {
    const { app, pids } = await rest(test);
    await settled(pids);
    const total = pids.reduce((sum, pid) => sum + pss(pid), 0);
    assert.ok(total < kPssLimit, `${total} KiB: ${pids.map(pss).join(' + ')}\n${pids.map(largest).join('\n\n')}`);
    app.child.kill('SIGTERM');
    await app.ended;
  });
});
