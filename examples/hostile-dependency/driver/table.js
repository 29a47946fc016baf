'use strict';

// The table that is printed. Pure.

const plural = (count) => (count === 1 ? '1 event' : `${count} events`);

function cell({ outcome, detail, events, eventNames }) {
  const said = detail ? `${outcome} (${detail})` : outcome;
  return events === 0 ? said : `${said}, ${plural(events)}: ${eventNames.join(', ')}`;
}

// `rows`: [{title, bare, nodeward}]; `second` heads the last column. Columns are as wide as they
// must be.
function table(rows, second) {
  const lines = [
    ['attempt', 'bare node', second],
    ...rows.map((row) => [row.title, cell(row.bare), cell(row.nodeward)]),
  ];
  const width = (column) => Math.max(...lines.map((line) => line[column].length));
  const widths = [width(0), width(1)];
  return lines
    .map(([a, b, c]) => `${a.padEnd(widths[0])}   ${b.padEnd(widths[1])}   ${c}`)
    .join('\n');
}

module.exports = { table };
