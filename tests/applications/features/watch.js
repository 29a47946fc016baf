'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { feature } = require('../feature.js');

feature(async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'watch-'));
  const watcher = fs.watch(folder);
  const changed = once(watcher, 'change');
  fs.writeFileSync(path.join(folder, 'a'), '1');
  const [kind, name] = await changed;
  watcher.close();

  const file = path.join(folder, 'a');
  // The first look is taken at some time after the call: so the file grows until a change was seen.
  const polled = new Promise((resolve) => {
    fs.watchFile(file, { interval: 20 }, (now, before) => resolve(now.size > before.size));
  });
  const grow = setInterval(() => fs.appendFileSync(file, '2'), 25);
  const grew = await polled;
  clearInterval(grow);
  fs.unwatchFile(file);

  const controller = new AbortController();
  const iterated = fs.promises.watch(folder, { signal: controller.signal })[Symbol.asyncIterator]();
  const next = iterated.next();
  fs.renameSync(file, `${file}2`);
  const { value } = await next;
  controller.abort();
  const own = fs.watch(__dirname).on('error', () => {});
  own.close();
  fs.rmSync(folder, { recursive: true });
  assert.strictEqual(name, 'a');
  return { kind, name, grew, renamed: value };
});
