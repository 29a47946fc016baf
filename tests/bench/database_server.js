// An http server that asks PostgreSQL for a row at each request, over a pool of kept connections.
// Says its port when it can be asked and the pool stands.
'use strict';
const { Pool } = require('pg');

const width = 8;
const { DB_HOST: host, DB_PORT: port, DB_USER: user, DB_NAME: database, DB_PASSWORD: password } = process.env;
const pool = new Pool({ host, port: Number(port), user, database, password, max: width, min: width, idleTimeoutMillis: 0 });
const query = { name: 'row', text: 'SELECT g AS id, repeat($2, 20) AS name FROM generate_series(1, 100) g WHERE g = $1' };

const server = require('node:http').createServer(async (_request, response) => {
  try {
    const { rows } = await pool.query({ ...query, values: [7, 'x'] });
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(rows));
  } catch (error) {
    response.writeHead(500);
    response.end(error.message);
  }
});

async function main() {
  const clients = await Promise.all(Array.from({ length: width }, () => pool.connect()));
  for (const client of clients) client.release();
  server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log(server.address().port));
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
