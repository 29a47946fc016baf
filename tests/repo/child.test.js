// What runs between clone and execve may allocate nothing, lock nothing, throw nothing: its objects
// are compiled once more, without LTO and sanitizers, and the symbols they need are held against a list.
'use strict';
const assert = require('node:assert');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');
const { complaints, files, included, read, root } = require('./tree.js');

const children = files('src', /child\.cc$/);
const kernel = files('src/kernel', /\.cc$/);
const childHeaders = files('src', /child\w*\.h$/);
const allowed = new Set(
  read('tests/repo/child_symbols.txt').split('\n').filter((line) => line && line[0] !== '#'));

// The symbols that the given sources define and need, by file.
function symbols(sources) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nodeward-child-'));
  try {
    return sources.map((source, at) => {
      const object = path.join(folder, `${at}.o`);
      execFileSync('g++', ['-std=c++20', '-c', '-O2', '-fno-lto', '-fno-exceptions', '-fno-rtti',
        '-fstack-protector-strong', '-Isrc', source, '-o', object], { cwd: root });
      const list = (...flags) => execFileSync('nm', ['-P', ...flags, object], { encoding: 'utf8' })
        .split('\n').filter(Boolean).map((line) => line.split(' ')[0]);
      return { source, defined: list('--defined-only'), needed: list('-u') };
    });
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

// "file needs symbol" for each that neither the objects define among themselves nor the list allows.
function strangers(objects) {
  const known = new Set([...allowed, ...objects.flatMap(({ defined }) => defined)]);
  return objects.flatMap(({ source, needed }) =>
    needed.filter((name) => !known.has(name) && name !== '_GLOBAL_OFFSET_TABLE_')
      .map((name) => `${source} needs ${name}`));
}

// kernel/, the program that the child reads, and headers for the child of the same folder.
function judge(line, file) {
  const include = included(line);
  if (!include || include.system) return undefined;
  const folder = path.dirname(file).replace(/^src\//, '');
  const own = path.dirname(include.name) === folder && /child\w*\.h$/.test(include.name);
  return own || include.name.startsWith('kernel/') || include.name === 'launch/child_program.h'
    ? undefined : `the child must not include "${include.name}"`;
}

test('the child needs only symbols of the list', () => {
  assert.ok(children.length > 0, 'there are *child.cc files');
  assert.deepStrictEqual(strangers(symbols([...children, ...kernel])), []);
});

test('the child includes kernel/ and its program alone, and so do its headers', () => {
  assert.deepStrictEqual(complaints([...children, ...childHeaders], judge), []);
});

test('a child that allocates, or includes the plan, is told', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nodeward-bad-child-'));
  const source = path.join(folder, 'bad_child.cc');
  fs.writeFileSync(source, '#include <cstdlib>\nvoid* Grab(unsigned long n) { return malloc(n); }\n');
  try {
    assert.deepStrictEqual(strangers(symbols([source])), [`${source} needs malloc`]);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
  assert.match(judge('#include "measures/launch_plan.h"', 'src/measures/a_child.cc'), /must not/);
  assert.match(judge('#include "measures/b_child.h"', 'src/launch/child.cc'), /must not/);
  assert.strictEqual(judge('#include "measures/b_child.h"', 'src/measures/a_child.cc'), undefined);
});
