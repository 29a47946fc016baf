// A stream with each secret replaced as it is, one after the other: what one writes first. Without care for the
// borders of chunks.
//   naive_replacer.js SECRETS <TEXT      secrets end with a NUL
'use strict';
const fs = require('node:fs');

const secrets = fs.readFileSync(process.argv[2], 'latin1').split('\0').filter(Boolean);
const buffer = Buffer.alloc(64 * 1024);
for (let size; (size = fs.readSync(0, buffer)) > 0;) {
  let text = buffer.toString('latin1', 0, size);
  for (const secret of secrets) text = text.replaceAll(secret, '[masked]');
  fs.writeSync(1, text, null, 'latin1');
}
