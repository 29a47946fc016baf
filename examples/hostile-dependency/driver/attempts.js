'use strict';

// The rows of the table, in their order: what the malicious package tries, in an operator's words,
// and whether nodeward promises to stop it. What truly happens is measured, never read from here.

const attempts = [
  { name: 'shadow', title: 'read /etc/shadow as root', promised: true },
  { name: 'setuid', title: 'become root again', promised: true },
  { name: 'mount', title: 'mount a file system', promised: true, ownMounts: true },
  { name: 'loadModule', title: 'load a kernel module', promised: true },
  { name: 'bpf', title: 'load into the kernel with bpf', promised: true },
  { name: 'userNamespace', title: 'create a user namespace', promised: true },
  { name: 'rawSocket', title: 'open a raw socket', promised: true },
  { name: 'ioUring', title: 'use io_uring', promised: true },
  { name: 'ptrace', title: 'ptrace its parent', promised: true },
  { name: 'signal', title: 'signal its parent', promised: true },
  { name: 'supervisorEnvironment', title: "read its parents' environment", promised: true },
  { name: 'supervisorMemory', title: "read its parents' memory", promised: true },
  { name: 'forkBomb', title: 'fork without end', promised: true },
  { name: 'eatMemory', title: 'eat memory without end', promised: true },
  { name: 'vault', title: 'read the vault and its key', promised: true },
  { name: 'terminal', title: 'type into the terminal (TIOCSTI)', promised: true, pty: true },
  { name: 'npmrc', title: 'read ~/.npmrc (0644)', promised: true },
  { name: 'neighbour', title: "read a neighbour's .env (0644)", promised: true },
  { name: 'shell', title: 'run a shell', promised: true },
  { name: 'callOut', title: 'post the environment to a server', promised: true },
  { name: 'nameQuery', title: 'ask a name server for SECRET.example', promised: true },
  { name: 'passwd', title: 'read /etc/passwd', promised: false },
];

// Not a row: run first, since where an application that attempts nothing does not work, a refusal
// means nothing.
const control = { name: 'nothing', title: 'attempt nothing', promised: false };

module.exports = { attempts, control };
