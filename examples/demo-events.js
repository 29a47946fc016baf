'use strict';

// Prints nodeward's events among the lines of stdin: the JSON as it is, broken between fields so that
// it fits a terminal. With a word, events of that name only.
//
//   nodeward run -- node server.js 2>&1 >/dev/null | node demo-events.js violation

const { createInterface } = require('node:readline');

const WIDTH = 110;
const wanted = process.argv[2];

function parse(line) {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

// One field to a piece; a piece longer than the width stands alone.
function wrapped(event) {
  const fields = Object.entries(event)
    .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  const lines = [];
  for (const field of fields) {
    const joined = `${lines.at(-1)},${field}`;
    if (lines.length > 0 && joined.length < WIDTH) lines[lines.length - 1] = joined;
    else lines.push(field);
  }
  return `{${lines.join(',\n ')}}`;
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const event = parse(line);
  if (event?.event === undefined || event.start_id === undefined) return;
  if (wanted === undefined || event.event === wanted) console.log(wrapped(event));
});
