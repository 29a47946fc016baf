'use strict';

// Attempts against the processes above this one, and against the terminal they share.

const fs = require('node:fs');
const { call, refused, succeeded } = require('../system');

const PTRACE_SEIZE = 0x4206;
const FIONREAD = 0x541b;
const TCFLSH = 0x540b;
const TCIFLUSH = 0;
const TIOCSTI = 0x5412n;

// process.ppid is a system call that may be refused; the file tells it as well.
function parentOf(pid) {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The command name before it may hold spaces and brackets: count from the last bracket.
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

function ancestors() {
  const found = [];
  for (let pid = parentOf('self'); pid > 0; pid = parentOf(pid)) found.push(pid);
  return found;
}

// Tries `read` on each ancestor. One that gives in is a success.
function fromAncestors(read) {
  const pids = ancestors();
  if (pids.length === 0) throw new Error('/proc shows no ancestor');
  const errors = new Set();
  let open = 0;
  for (const pid of pids) {
    try {
      read(pid);
      open += 1;
    } catch (error) {
      errors.add(error.code ?? error.message);
    }
  }
  if (open > 0) return succeeded(`${open} of ${pids.length} ancestors`);
  return refused(`${[...errors].join(', ')} at all ${pids.length} ancestors`);
}

const supervisorEnvironment = () => fromAncestors((pid) => fs.readFileSync(`/proc/${pid}/environ`));

function supervisorMemory() {
  return fromAncestors((pid) => {
    const memory = fs.openSync(`/proc/${pid}/mem`, 'r');
    try {
      const first = fs.readFileSync(`/proc/${pid}/maps`, 'utf8').match(/^([0-9a-f]+)-/);
      fs.readSync(memory, Buffer.alloc(16), 0, 16, BigInt(`0x${first[1]}`));
    } finally {
      fs.closeSync(memory);
    }
  });
}

// SEIZE attaches without stopping; the end of this process detaches.
function ptrace() {
  const { error } = call('ptrace', PTRACE_SEIZE, parentOf('self'), 0, 0);
  return error === null ? succeeded('attached') : refused(error);
}

// Signal 0 is the permission check of every signal, and harms nobody.
function signal() {
  try {
    process.kill(parentOf('self'), 0);
    return succeeded('may be killed');
  } catch (error) {
    return refused(error.code);
  }
}

// How many bytes wait in the terminal of descriptor 0; they are thrown away.
function takeTyped() {
  const count = Buffer.alloc(4);
  call('ioctl', 0, FIONREAD, count);
  call('ioctl', 0, TCFLSH, TCIFLUSH);
  return count.readInt32LE();
}

// A line pushed into the terminal is a command that the operator's shell runs next. Bits above the
// 32 that the kernel looks at have fooled filters before, so both spellings are tried.
function terminal() {
  const errors = new Set();
  let accepted = 0;
  for (const request of [TIOCSTI, TIOCSTI | (1n << 32n)]) {
    for (const byte of Buffer.from('id\n')) {
      const { error } = call('ioctl', 0, request, Buffer.from([byte]));
      if (error === null) accepted += 1;
      else errors.add(error);
    }
  }
  if (accepted === 0) return refused([...errors].join(', '));
  return succeeded(`${accepted} keys accepted, ${takeTyped()} arrived`);
}

module.exports = { supervisorEnvironment, supervisorMemory, ptrace, signal, terminal };
