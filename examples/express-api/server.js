'use strict';

// Starts the API and ends it in order: no new connections, the running requests answered, the
// database closed.

const { createApp } = require('./src/app');
const { readConfig } = require('./src/config');
const { openDatabase } = require('./src/database');
const { createLog } = require('./src/log');

// Below nodeward's stop_timeout (8 s), so that the ordinary end never needs a SIGKILL.
const DRAIN_MS = 5000;

function listen(app, { host, port }) {
  return new Promise((resolve, reject) => {
    const server = app.listen(port, host);
    server.once('listening', () => resolve(server));
    server.once('error', reject);
  });
}

function stopOnSignal(server, database, log) {
  let stopping = false;
  const stop = (signal) => {
    if (stopping) return;
    stopping = true;
    log.info('stopping', { signal });
    setTimeout(() => server.closeAllConnections(), DRAIN_MS).unref();
    server.close(async () => {
      await database.end();
      log.info('stopped');
    });
    server.closeIdleConnections();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

// nodeward puts new secrets into process.env while the server runs; whoever else starts it never
// says so.
function followSecrets(config, log) {
  process.on('nodeward:secrets', ({ changed }) => {
    const fresh = readConfig(process.env);
    config.jwtSecret = fresh.jwtSecret;
    if (config.database !== null) config.database.password = fresh.database.password;
    log.info('secrets changed', { changed });
  });
}

async function main() {
  const config = readConfig(process.env);
  const log = createLog(config.logLevel);
  const database = await openDatabase(config.database, log);
  const server = await listen(createApp({ config, database, log }), config);
  stopOnSignal(server, database, log);
  followSecrets(config, log);
  log.info('listening', {
    host: config.host,
    port: server.address().port,
    database: database.kind,
  });
}

main().catch((error) => {
  // The message alone: a stack or a driver's error object can hold connection data.
  process.stderr.write(`express-api: cannot start: ${error.message}\n`);
  process.exitCode = 1;
});
