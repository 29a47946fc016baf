'use strict';

// MariaDB, over TCP or its UNIX socket, as `given.mariadb` says.
const assert = require('node:assert');
const { feature, given, load } = require('../feature.js');

feature(async () => {
  const mysql = load('mysql2/promise');
  const pool = mysql.createPool({ ...given.mariadb, connectionLimit: 4 });
  const name = `t${process.pid}`;
  await pool.query(`CREATE TABLE test.${name} (id INT AUTO_INCREMENT PRIMARY KEY, text VARCHAR(20), at DATETIME)`);
  const inserted = await Promise.all(['a', 'ä', '€'].map((text) =>
    pool.execute(`INSERT INTO test.${name} (text, at) VALUES (?, '2026-01-31 09:00:00')`, [text])));
  const [rows] = await pool.execute(`SELECT text, YEAR(at) AS year FROM test.${name} ORDER BY text`);
  const connection = await pool.getConnection();
  await connection.beginTransaction();
  await connection.query(`DELETE FROM test.${name}`);
  await connection.rollback();
  connection.release();
  const [[{ left }]] = await pool.query(`SELECT COUNT(*) AS \`left\` FROM test.${name}`);
  await pool.query(`DROP TABLE test.${name}`);
  await pool.end();
  const wrong = await mysql.createConnection({ ...given.mariadb, password: 'wrong' })
    .then(() => 'connected', (error) => error.code);
  assert.strictEqual(inserted.length, 3);
  return { rows, left, wrong };
});
