// A package starts programs with every call of child_process.
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const [outside, inside, ...names] = process.argv.slice(2);
const children = require('node:child_process');
const acts = {
  exec: () => new Promise((resolve, reject) => {
    children.exec('true', (error) => (error ? reject(error) : resolve()));
  }),
  exec_sync: () => void children.execSync('true'),
  spawn_sync: () => {
    const { error } = children.spawnSync('/usr/bin/true');
    if (error) throw error;
  },
  spawn: () => new Promise((resolve, reject) => {
    children.spawn('/bin/sh', ['-c', 'exit 0']).on('exit', () => resolve()).on('error', reject);
  }),
  fork: () => new Promise((resolve, reject) => {
    children.fork(path.join(__dirname, 'none.js'), { silent: true }).on('exit', () => resolve()).on('error', reject);
  }),
  detached: () => new Promise((resolve, reject) => {
    children.spawn('/usr/bin/true', { detached: true, stdio: 'ignore' }).on('exit', () => resolve()).on('error', reject);
  }),
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
