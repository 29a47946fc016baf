#!/usr/bin/env node
'use strict';

// Runs every attempt twice, bare and under nodeward, and prints what each did.
//
//   node run.js [--json FILE]    also write the rows to FILE
//   node run.js --control        run bare both times: must end with 1
//
// NODEWARD names the binary; without it, build/release/nodeward of this repository. To be run as
// root, as most images run Node. Exit code 1: something that nodeward promises to stop was not
// stopped; 2: nothing could be measured.

const fs = require('node:fs');
const path = require('node:path');
const { attempts, control } = require('./driver/attempts');
const { broken, judge } = require('./driver/judge');
const { launch } = require('./driver/launch');
const { openScene } = require('./driver/scene');
const { table } = require('./driver/table');

const binary = process.env.NODEWARD ?? path.resolve(__dirname, '../../build/release/nodeward');
const nodeward = (profile) => [binary, 'run', '-p', profile, '--'];
const bare = () => [];

async function measure(attempt, words, scene) {
  return judge(attempt, await launch(attempt, words, scene));
}

async function checkControl(wrapper, scene) {
  for (const words of [[], wrapper]) {
    const row = await measure(control, words, scene);
    if (row.outcome !== 'succeeded') {
      const command = [...words, 'node index.js nothing'].join(' ');
      throw new Error(`"${command}" does not work: ${row.detail}\n${row.stderr ?? ''}`);
    }
  }
}

async function measureAll(wrapper, scene) {
  await checkControl(wrapper, scene);
  const rows = [];
  for (const attempt of attempts) {
    const { name, title, promised } = attempt;
    rows.push({
      name,
      title,
      promised,
      bare: await measure(attempt, [], scene),
      nodeward: await measure(attempt, wrapper, scene),
    });
  }
  return rows;
}

function report(rows, { wrapper, jsonFile }) {
  console.log(table(rows, wrapper === nodeward ? 'under nodeward' : 'bare again'));
  if (jsonFile !== undefined) fs.writeFileSync(jsonFile, `${JSON.stringify(rows, null, 2)}\n`);
  const failures = broken(rows);
  for (const { title, nodeward: row } of failures) {
    console.error(`\nnot stopped: ${title}: ${row.outcome} (${row.detail})`);
    if (row.stderr) console.error(row.stderr);
  }
  return failures.length === 0 ? 0 : 1;
}

function parseArguments(words) {
  if (words.length === 0) return { wrapper: nodeward };
  if (words.length === 1 && words[0] === '--control') return { wrapper: bare };
  if (words.length === 2 && words[0] === '--json') return { wrapper: nodeward, jsonFile: words[1] };
  throw new Error('usage: node run.js [--json FILE | --control]');
}

async function main() {
  const wanted = parseArguments(process.argv.slice(2));
  const { wrapper } = wanted;
  if (wrapper === nodeward && !fs.existsSync(binary)) {
    throw new Error(`${binary} is missing: ./dev build, or set NODEWARD`);
  }
  if (process.getuid() !== 0) throw new Error('to be run as root: bare, the attempts need it');
  const scene = await openScene();
  try {
    process.exitCode = report(await measureAll(wrapper(scene.profile), scene), wanted);
  } finally {
    await scene.close();
  }
}

main().catch((error) => {
  console.error(`run.js: ${error.message}`);
  process.exitCode = 2;
});
