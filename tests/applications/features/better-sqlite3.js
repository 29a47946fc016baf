'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { feature, load } = require('../feature.js');

feature(async () => {
  const Database = load('better-sqlite3');
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sqlite-'));
  const database = new Database(path.join(folder, 'a.db'));
  const mode = database.pragma('journal_mode = WAL', { simple: true });
  database.exec('CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)');
  const insert = database.prepare('INSERT INTO t (b) VALUES (?)');
  database.transaction(() => { for (let at = 0; at < 1000; at += 1) insert.run(`row ${at}`); })();
  database.function('twice', (x) => x * 2);
  const row = database.prepare('SELECT COUNT(*) AS rows, twice(21) AS answer FROM t').get();
  await database.backup(path.join(folder, 'b.db'));
  const copy = new Database(path.join(folder, 'b.db'), { readonly: true });
  const copied = copy.prepare('SELECT COUNT(*) AS rows FROM t').get();
  const readonly = (() => { try { copy.exec('DELETE FROM t'); } catch (error) { return error.code; } })();
  copy.close();
  database.close();
  const files = fs.readdirSync(folder);
  fs.rmSync(folder, { recursive: true });
  assert.strictEqual(row.rows, 1000);
  return { mode, row, copied, readonly, files };
});
