// Which folder of src/ may include which: src/floors.txt says, this holds it.
'use strict';
const assert = require('node:assert');
const test = require('node:test');
const { complaints, files, included, read } = require('./tree.js');

// "folder: token…" lines; a token is a folder or one header.
function parseFloors(text) {
  const floors = new Map();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [folder, allowed] = line.split(':');
    floors.set(folder, new Set([folder, ...allowed.split(' ').filter(Boolean)]));
  }
  return floors;
}

// What is wrong with `line` in a file of src/`folder`, or undefined.
function judge(floors, folder, line) {
  const include = included(line);
  if (!include || include.system || !include.name.includes('/')) {
    return include && !include.system ? `"${include.name}" is not written from src/` : undefined;
  }
  const allowed = floors.get(folder);
  if (!allowed) return `src/${folder} has no line in src/floors.txt`;
  const target = include.name.split('/')[0];
  if (allowed.has(target) || allowed.has(include.name)) return undefined;
  return `${folder} must not include "${include.name}" (src/floors.txt)`;
}

const sources = files('src', /\.(cc|h)$/);
const floors = parseFloors(read('src/floors.txt'));

test('every include stays on its floor or goes down', () => {
  assert.ok(sources.length > 10, 'the sources were found');
  assert.deepStrictEqual(
    complaints(sources, (line, file) => judge(floors, file.split('/')[1], line)), []);
});

test('the floors have one direction: a folder names only those above it in the file', () => {
  const seen = new Set();
  for (const [folder, allowed] of floors) {
    for (const token of allowed) {
      if (token === folder || token.includes('/')) continue;
      assert.ok(seen.has(token), `${folder} names ${token}, which stands below it`);
    }
    seen.add(folder);
  }
});

test('an include of a higher floor, of one header not granted, and a bare one are told', () => {
  const small = parseFloors('# comment\nbase:\nhost: base launch/plain.h\n');
  assert.match(judge(small, 'base', '#include "host/report.h"'), /base must not include/);
  assert.match(judge(small, 'host', '#include "launch/spawn.h"'), /host must not include/);
  assert.match(judge(small, 'base', '#include "text.h"'), /not written from src/);
  assert.match(judge(small, 'odd', '#include "base/text.h"'), /no line/);
  assert.strictEqual(judge(small, 'host', '#include "launch/plain.h"'), undefined);
  assert.strictEqual(judge(small, 'host', '#include <linux/filter.h>'), undefined);
});
