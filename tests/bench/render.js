// Writes RESULTS.md from what was measured last: build/bench/*.json.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { markdownTable } = require('./table.js');

const order = ['launch', 'throughput', 'violations', 'memory', 'confine', 'hot_path', 'secrets', 'deploy'];
const folder = path.resolve(__dirname, '../../build/bench');
const results = order.map((name) => path.join(folder, `${name}.json`)).filter(fs.existsSync)
  .map((file) => JSON.parse(fs.readFileSync(file, 'utf8')));

const section = (result) => [
  `## ${result.title}`,
  `${result.cpu}; ${result.kernel}; ${result.date}.`,
  markdownTable(result.columns, result.rows),
  ...(result.aims.length === 0 ? [] : [markdownTable(
    ['aim', 'measured', 'wanted', ''],
    result.aims.map(({ what, measured, sign, bound, met }) =>
      [what, measured, `${sign} ${bound}`, met ? 'met' : '**not met**']))]),
  ...result.notes,
].join('\n\n');

const text = ['# Measured', 'Written by `./dev bench`; not by hand.', ...results.map(section)];
fs.writeFileSync(path.join(__dirname, 'RESULTS.md'), `${text.join('\n\n')}\n`);
console.log('wrote tests/bench/RESULTS.md');
