'use strict';

// An application that depends on left-padder.
//
//   node index.js ATTEMPT [JSON]    JSON: where the attempt finds what it is after
//
// Prints {"attempt", "outcome": "succeeded" | "refused", "detail"} as the last line; before it, for
// attempts that may not live to see the end, lines with "progress".

const fs = require('node:fs');
const { attempts } = require('./packages/left-padder');

// Synchronously: the next step may be the one that kills this process.
const print = (line) => fs.writeSync(1, `${JSON.stringify(line)}\n`);

async function main([attempt, targets = '{}']) {
  if (!Object.hasOwn(attempts, attempt ?? '')) {
    process.stderr.write(`usage: node index.js ${Object.keys(attempts).join(' | ')} [JSON]\n`);
    process.exitCode = 2;
    return;
  }
  const progress = (text) => print({ attempt, progress: text });
  print({ attempt, ...await attempts[attempt](JSON.parse(targets), progress) });
}

main(process.argv.slice(2));
