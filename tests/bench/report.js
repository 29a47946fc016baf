// One bench's result: reads tab-separated lines, writes build/bench/NAME.json, prints the table.
//   title  TEXT
//   columns  NAME…
//   row  VALUE…
//   aim  WHAT  MEASURED  <=|>=|=  BOUND     (told with whether it was met; never changed to fit)
//   note  TEXT
// Usage: report.js NAME <LINES
'use strict';
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { textTable } = require('./table.js');

const compare = {
  '<=': (measured, bound) => measured <= bound,
  '>=': (measured, bound) => measured >= bound,
  '=': (measured, bound) => measured === bound,
};

function parse(text) {
  const result = { title: '', columns: [], rows: [], aims: [], notes: [] };
  for (const line of text.split('\n').filter(Boolean)) {
    const [kind, ...values] = line.split('\t');
    if (kind === 'title') result.title = values[0];
    else if (kind === 'columns') result.columns = values;
    else if (kind === 'row') result.rows.push(values);
    else if (kind === 'note') result.notes.push(values[0]);
    else if (kind === 'aim') {
      const [what, measured, sign, bound] = values;
      if (!Number.isFinite(Number(measured))) throw new Error(`no number measured: ${line}`);
      const met = compare[sign](Number(measured), Number(bound));
      result.aims.push({ what, measured, sign, bound, met });
    } else throw new Error(`unknown line: ${line}`);
  }
  return result;
}

const name = process.argv[2];
const result = {
  name,
  ...parse(fs.readFileSync(0, 'utf8')),
  cpu: `${os.cpus()[0].model.trim()}, ${os.cpus().length} processors`,
  kernel: `${os.type()} ${os.release()}`,
  date: new Date().toISOString().slice(0, 10),
};
const folder = path.resolve(__dirname, '../../build/bench');
fs.mkdirSync(folder, { recursive: true });
fs.writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`);

console.log(`\n${result.title}\n\n${textTable(result.columns, result.rows)}\n`);
for (const { what, measured, sign, bound, met } of result.aims) {
  console.log(`${met ? 'met' : 'NOT MET'}: ${what}: ${measured} (aim: ${sign} ${bound})`);
}
for (const note of result.notes) console.log(note);
