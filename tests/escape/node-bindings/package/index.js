// A package goes beneath the API: process.binding, a worker, compiled code.
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const [outside, inside, ...names] = process.argv.slice(2);
const { Worker } = require('node:worker_threads');
const vm = require('node:vm');
const target = path.join(outside, 'target');
const acts = {
  binding_spawn: () => {
    const { spawn } = process.binding('spawn_sync');
    const pipe = { type: 'pipe', readable: true, writable: false };
    const { error } = spawn({ file: '/usr/bin/true', args: ['true'], envPairs: [], stdio: [pipe, pipe, pipe] });
    if (error) throw { code: require('node:util').getSystemErrorName(error) };
  },
  worker: () => new Promise((resolve, reject) => {
    new Worker(`require('fs').readFileSync(${JSON.stringify(target)})`, { eval: true, stderr: true })
      .on('error', reject).on('exit', () => resolve());
  }),
  machine: () => void new vm.Script('r(t)').runInNewContext({ r: fs.readFileSync, t: target }),
  report: () => {
    process.report.directory = outside;
    const cwd = process.report.writeReport(`report-${process.pid}.json`);
    if (cwd === '' || !fs.existsSync(path.join(outside, cwd))) throw { code: 'EACCES' };
  },
  snapshot: () => void require('node:v8').writeHeapSnapshot(path.join(outside, 'heap')),
  execve: () => {
    if (!process.execve) throw { code: 'ENOSYS' };
    process.execve('/usr/bin/true', ['true']);
  },
};

(async () => {
  for (const name of names) {
    try {
      const outcome = await acts[name]();
      console.log(`${name} ${outcome ?? 'ok'}`);
    } catch (error) {
      console.log(`${name} ${error.code ?? error.message}`);
    }
  }
})();
