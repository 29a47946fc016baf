'use strict';

// Whole folders: the application's own copied to a temporary one, compared, changed, moved, removed.
const assert = require('node:assert');
const crypto = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { feature } = require('../feature.js');

const sum = (folder) => {
  const hash = crypto.createHash('sha256');
  for (const name of fs.readdirSync(folder, { recursive: true }).sort()) {
    if (fs.statSync(path.join(folder, name)).isFile()) hash.update(name).update(fs.readFileSync(path.join(folder, name)));
  }
  return hash.digest('hex').slice(0, 16);
};

feature(async () => {
  const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'cp-'));
  const [one, two, three] = ['one', 'two', 'three'].map((name) => path.join(temporary, name));
  fs.cpSync(__dirname, one, { recursive: true, preserveTimestamps: true });
  await fs.promises.cp(one, two, { recursive: true, filter: (name) => !name.endsWith('cp.js') });
  const same = sum(one) === sum(__dirname);
  const filtered = fs.readdirSync(one).length - fs.readdirSync(two).length;
  fs.mkdirSync(three);
  fs.renameSync(two, path.join(three, 'two'));
  const over = await fs.promises.cp(one, path.join(three, 'two'), { recursive: true, errorOnExist: true, force: false })
    .then(() => 'copied', (error) => error.code);
  await fs.promises.rm(temporary, { recursive: true });
  assert.ok(same);
  return { same, filtered, over, gone: !fs.existsSync(temporary) };
});
