// A PostgreSQL of the bench's own, until SIGTERM. Says how to reach it when it can be: NAME=VALUE … in a line.
'use strict';
const { startPostgres } = require('../../examples/express-api/test/support/postgres.js');

async function main() {
  const password = 'bench';
  const { environment, stop } = await startPostgres(password);
  process.on('SIGTERM', () => stop().then(() => process.exit()));
  console.log(Object.entries({ ...environment, DB_PASSWORD: password }).map((pair) => pair.join('=')).join(' '));
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
