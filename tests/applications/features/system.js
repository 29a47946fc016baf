'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const { feature } = require('../feature.js');

// What a call answers, or the code of its error: a user without an entry in /etc/passwd has no home.
const told = (call) => { try { return call(); } catch (error) { return error.code ?? error.info?.code; } };

feature(async () => {
  assert.ok(os.cpus().length > 0 && os.totalmem() > os.freemem() && os.uptime() > 0 && os.loadavg().length === 3);
  assert.ok(process.memoryUsage().rss > 0 && process.memoryUsage.rss() > 0 && process.resourceUsage().maxRSS > 0);
  process.title = 'titled';
  const heard = new Promise((resolve) => { process.once('SIGUSR2', resolve); });
  const alive = setInterval(() => {}, 1000);  // a signal's listener alone keeps no process
  process.kill(process.pid, 'SIGUSR2');
  const signal = await heard;
  clearInterval(alive);
  return {
    cpus: os.cpus().map(({ model }) => model), parallel: os.availableParallelism?.(), memory: os.totalmem(),
    host: os.hostname(), kernel: [os.type(), os.release(), os.version(), os.machine?.(), os.arch(), os.endianness()],
    interfaces: os.networkInterfaces(), temporary: os.tmpdir(), home: told(os.homedir), user: told(os.userInfo),
    priority: os.getPriority(), alive: process.kill(process.pid, 0),
    comm: told(() => fs.readFileSync('/proc/self/comm', 'utf8')), signal,
    ids: [process.getuid(), process.getgid(), process.getgroups?.()], title: process.title,
    version: process.version, folder: process.cwd() === __dirname.replace(/\/features$/, ''),
    resolved: Intl.DateTimeFormat().resolvedOptions().timeZone, resolver: fs.existsSync('/etc/resolv.conf'),
  };
});
