// Every file and folder of the machine but those of running processes, of systemd, of logs, of apt and of the tests: what
// a package leaves behind.
'use strict';

const { execFileSync } = require('node:child_process');

const OTHERS = ['/proc', '/sys', '/test', '/run/systemd', '/run/udev', '/run/log', '/var/log', '/var/lib/apt',
  '/var/cache/apt', '/var/lib/systemd', '/tmp/systemd-private-*', '/var/tmp/*'];

const files = () => execFileSync('find', ['/', ...OTHERS.flatMap((name) => ['-path', name, '-prune', '-o']), '-print'],
  { encoding: 'utf8', maxBuffer: 1 << 28 }).split('\n').filter((name) => name !== '' && !/^\/dev\/(?!shm)/.test(name));

module.exports = { files };
