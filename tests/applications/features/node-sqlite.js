'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { feature } = require('../feature.js');

feature(async () => {
  const { DatabaseSync } = require('node:sqlite');
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sqlite-'));
  const database = new DatabaseSync(path.join(folder, 'a.db'));
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)');
  const insert = database.prepare('INSERT INTO t (b) VALUES (?)');
  for (let at = 0; at < 10; at += 1) insert.run(`row ${at}`);
  const rows = database.prepare('SELECT b FROM t WHERE a > 8').all().map(({ b }) => b);
  database.close();
  fs.rmSync(folder, { recursive: true });
  assert.strictEqual(rows.length, 2);
  return { rows };
});
