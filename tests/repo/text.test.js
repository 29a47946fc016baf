// Habits that a machine can hold: short files, nothing left for later, no waiting by the clock,
// nothing of one machine.
'use strict';
const assert = require('node:assert');
const test = require('node:test');
const { complaints, files, read } = require('./tree.js');

const kLongest = 400;  // lines, exclusive
const code = /\.(cc|h|c|js|mjs|cjs|sh|bash|cmake)$|^(CMakeLists\.txt|dev|run)$/;
const prose = /\.(md|toml|json|scd|txt|service)$|^Dockerfile/;

const longFiles = (names, text) =>
  names.filter((file) => text(file).split('\n').length - 1 >= kLongest);

const later = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK'].join('|')})\\b`);
const leftForLater = (line) => (later.test(line) ? 'left for later' : undefined);

// A wait by the clock. A command that sleeps as the subject of a test (`run -- sleep 60`) is none.
const waits = [
  [/\.(cc|h|c)$/, /\b(u|nano|clock_nano)?sleep\s*\(|sleep_(for|until)\b/],
  [/\.(sh|bash)$/, /(^|[;&|(]|\b(do|then|else)\b)\s*sleep\s+[\d.$"]/],
  [/\.[cm]?js$/, /await\s+(setTimeout|sleep|delay)\(|new Promise\([^)]*\)?\s*=>\s*setTimeout\(/],
];
const waitsByTheClock = (line, file) =>
  waits.some(([name, wait]) => name.test(file) && wait.test(line))
    ? 'waits by the clock; wait for the event itself' : undefined;

// A path into somebody's own folders. /home/node is the home in Node's own images.
const personal = /(^|[\s"'`(=:,])\/(work|workspace|Users|home)\/(?!node\b)\w/;
const ofOneMachine = (line) => (personal.test(line) ? 'a path of one machine' : undefined);

const resolvedUrl = (line) => (/"resolved":\s*"http/.test(line) ? 'names a registry' : undefined);

const everything = files('.', new RegExp(`${code.source}|${prose.source}`))
  .filter((file) => !file.endsWith('package-lock.json'));

test(`no source file has ${kLongest} lines`, () => {
  const ours = files('.', code);
  assert.ok(ours.length > 20, 'the sources were found');
  assert.deepStrictEqual(longFiles(ours, read), []);
  assert.deepStrictEqual(longFiles(['a'], () => 'x\n'.repeat(kLongest)), ['a']);
});

test('nothing is left for later', () => {
  assert.deepStrictEqual(complaints(everything, leftForLater), []);
  assert.ok(leftForLater('// TO' + 'DO: more'));
});

test('no test waits by the clock', () => {
  // Victims are subjects; a bench, and the test of a supervisor at rest, measure over time.
  const tests = [...files('tests', code), ...files('examples', /\.test\.[cm]?js$/)]
    .filter((file) => !/^tests\/(victims\/|bench\/|integration\/rest\.test\.js$)/.test(file));
  assert.deepStrictEqual(complaints(tests, waitsByTheClock), []);
  for (const [file, line] of [['a.cc', '  usl' + 'eep(100);'], ['a.sh', 'true; sl' + 'eep 1'],
    ['a.sh', 'while x; do sl' + 'eep 0.1; done'], ['a.js', '  await set' + 'Timeout(100);']]) {
    assert.ok(waitsByTheClock(line, file), line);
  }
  assert.ok(!waitsByTheClock('nodeward run -- sleep 60', 'a.sh'));
});

test('no path of one machine', () => {
  assert.deepStrictEqual(complaints(everything, ofOneMachine), []);
  assert.ok(ofOneMachine('see "/ho' + 'me/somebody/x"'));
  assert.ok(!ofOneMachine('WORKDIR /home/node/app'));
});

test('lock files name packages and hashes, not who served them', () => {
  const locks = files('.', /^package-lock\.json$/);
  assert.ok(locks.length > 0, 'lock files were found');
  assert.deepStrictEqual(complaints(locks, resolvedUrl), []);
  assert.ok(resolvedUrl('  "resolved": "ht' + 'tps://example.com/a.tgz",'));
});
