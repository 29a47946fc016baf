'use strict';

// JSON lines on stdout. Errors are logged by the fields that help; never the whole object, whose
// `parameters` or `config` could hold a password.

const winston = require('winston');

function createLog(level) {
  return winston.createLogger({
    level,
    format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
    transports: [new winston.transports.Stream({ stream: process.stdout })],
  });
}

function describeError(error) {
  return { name: error.name, message: error.message, code: error.code, stack: error.stack };
}

module.exports = { createLog, describeError };
