'use strict';

// System calls by name, and errors by the words that people know them by.

const { getSystemErrorName } = require('node:util');
const native = require('./build/syscall.node');

const errorName = (errno) => getSystemErrorName(-errno);

// {ret, error}: `error` is null or a name such as "EPERM".
function named({ ret, errno }) {
  return { ret, error: errno === 0 ? null : errorName(errno) };
}

const call = (name, ...args) => named(native.call(native.numbers[name], ...args));
const cloneAndExit = (flags) => named(native.cloneAndExit(flags));
const forkMany = (count) => named(native.forkMany(count));

const succeeded = (detail) => ({ outcome: 'succeeded', detail });
const refused = (detail) => ({ outcome: 'refused', detail });

module.exports = { call, cloneAndExit, forkMany, succeeded, refused };
