'use strict';

// Attempts to take more than one's share. Both end by themselves.

const { forkMany, refused, succeeded } = require('../system');

const MEBI = 1024 * 1024;
const STEP = 32;

function forkBomb({ processes }) {
  const { ret, error } = forkMany(processes);
  return error === null ? succeeded(`${ret} at once`) : refused(`${error} after ${ret}`);
}

// Tells how far it came at each step, since the last one may not return.
function eatMemory({ mebibytes }, progress) {
  const held = [];
  for (let size = STEP; size <= mebibytes; size += STEP) {
    try {
      held.push(Buffer.alloc(STEP * MEBI, 1));
    } catch (error) {
      return refused(`${error.code} after ${size - STEP} MiB`);
    }
    progress(`${size} MiB`);
  }
  return succeeded(`${held.length * STEP} MiB`);
}

module.exports = { forkBomb, eatMemory };
