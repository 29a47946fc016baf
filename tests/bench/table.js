// Tables of text: aligned for a terminal, or Markdown.
'use strict';

function textTable(columns, rows) {
  const width = columns.map((_, at) =>
    Math.max(...[columns, ...rows].map((row) => (row[at] ?? '').length)));
  return [columns, ...rows]
    .map((row) => row.map((cell, at) => cell.padEnd(width[at])).join('  ').trimEnd())
    .join('\n');
}

function markdownTable(columns, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}

module.exports = { markdownTable, textTable };
