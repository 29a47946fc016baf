// The tree as these tests see it: our own text files, never what was installed or built.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '../..');
const foreign = new Set(['node_modules', 'build', '.git', '.deps']);

// Paths relative to the root, of files below `folder` whose name matches `name`, sorted.
function files(folder = '.', name = /./) {
  const found = [];
  for (const entry of fs.readdirSync(path.join(root, folder), { withFileTypes: true })) {
    const relative = path.join(folder, entry.name);
    if (entry.isDirectory() && !foreign.has(entry.name)) found.push(...files(relative, name));
    if (entry.isFile() && name.test(entry.name)) found.push(relative);
  }
  return found.sort();
}

const read = (file) => fs.readFileSync(path.join(root, file), 'utf8');

// Calls `judge(line, file)` on each line; answers "file:line: what" for each `what` it gives.
function complaints(fileNames, judge) {
  return fileNames.flatMap((file) =>
    read(file).split('\n').flatMap((line, at) => {
      const what = judge(line, file);
      return what ? [`${file}:${at + 1}: ${what}`] : [];
    }));
}

// The header named by an #include line, {name, system}, or null.
function included(line) {
  const match = line.match(/^\s*#\s*include\s+(["<])([^">]+)[">]/);
  return match && { name: match[2], system: match[1] === '<' };
}

module.exports = { complaints, files, included, read, root };
