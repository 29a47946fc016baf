// Twenty folders of 240 characters each beside what no rule names, with a file of the application's own.
'use strict';

const { execFileSync } = require('node:child_process');

const MAKE = `
const fs = require('fs');
fs.mkdirSync(process.argv[1]);
process.chdir(process.argv[1]);
for (let i = 0; i < 20; ++i) { fs.mkdirSync('d'.repeat(240)); process.chdir('d'.repeat(240)); }
fs.writeFileSync('deep', '');
fs.chownSync('deep', Number(process.argv[2]), Number(process.argv[2]));`;

exports.setup = ({ outside, uid }) => {
  const deep = `${outside}-deep`;
  execFileSync(process.execPath, ['-e', MAKE, deep, uid]);
  return { close: () => execFileSync('rm', ['-r', deep]) };
};
