// The README's table of kernels is what tests/vm/ladder.json says, which the machines of tests/vm are held to.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const root = path.resolve(__dirname, '../..');
const ladder = Object.values(JSON.parse(fs.readFileSync(path.join(root, 'tests/vm/ladder.json'), 'utf8')));

const row = (cells) => `| ${cells.join(' | ')} |`;
const rowsOf = (kind, names) => names.filter((name) => new Set(ladder.map((rung) => rung[kind][name])).size > 1)
  .map((name) => row([`\`${name}\``, ...ladder.map((rung) => rung[kind][name])]));

function table() {
  const measures = Object.keys(ladder[0].measures);
  const same = measures.filter((name) => ladder.every((rung) => rung.measures[name] === 'full'));
  return [
    row(['', ...ladder.map(({ linux, or_newer: newer }) => `Linux ${linux}${newer ? ' and newer' : ''}`)]),
    `|---${'|---'.repeat(ladder.length)}|`,
    row(['Landlock ABI', ...ladder.map((rung) => rung.landlock_abi || 'none')]),
    ...rowsOf('measures', measures),
    row([same.map((name) => `\`${name}\``).join(', '), ...ladder.map(() => 'full')]),
    ...rowsOf('doctor', ['wake_up_flags']),
  ].join('\n');
}

test('the README says of each kernel what was measured there', () => {
  assert.ok(fs.readFileSync(path.join(root, 'README.md'), 'utf8').includes(`\n${table()}\n`), `the README lacks:\n${table()}`);
});
