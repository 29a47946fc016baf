// nodeward init: writes nodeward.toml for the project in the working directory, and says what is next.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { checklist, entrypoint } = require('./checklist.js');
const { commandOf } = require('./command.js');
const { profileText } = require('./profile.js');
const { readProject } = require('./project.js');

const kFile = 'nodeward.toml';
const kRefused = 125;  // as nodeward's own
const kHelp = `Usage: nodeward init [--force]

Looks at package.json, the lock file, the Dockerfile and the sources in this folder; writes ${kFile};
prints the lines for the Dockerfile, and what the project still lacks.

  --force   replace the ${kFile} that is there
`;

function refuse(message) {
  process.stderr.write(`nodeward: init: ${message}\n`);
  process.exitCode = kRefused;
}

function report(project) {
  const command = commandOf(project);
  const inImage = entrypoint(project);
  const copied = inImage[0] === 'nodeward' ? ['  COPY nodeward /usr/local/bin/'] : [];
  const lacking = checklist(project);
  return [
    `${kFile} is written.`,
    '',
    'In the Dockerfile:',
    ...copied,
    `  COPY ${kFile} /etc/nodeward/app.toml`,
    `  ENTRYPOINT ${JSON.stringify(inImage).replaceAll('","', '", "')}`,
    ...(command === null ? [] : [`  CMD ${JSON.stringify(command).replaceAll('","', '", "')}`]),
    '',
    lacking.length === 0 ? 'Nothing else is lacking.' : 'Still lacking:',
    ...lacking.map((text) => `  [ ] ${text}`),
    '',
  ].join('\n');
}

function main(words) {
  if (words.includes('--help')) return void process.stdout.write(kHelp);
  const unknown = words.find((word) => word !== '--force');
  if (unknown !== undefined) return refuse(`there is no option "${unknown}" (nodeward init --help)`);
  let project;
  try {
    project = readProject(process.cwd());
    fs.writeFileSync(path.join(project.folder, kFile), profileText(project), { flag: words.includes('--force') ? 'w' : 'wx' });
  } catch (error) {
    return refuse(error.code === 'EEXIST' ? `${kFile} is there already, and stays as it is (--force replaces it)` : error.message);
  }
  process.stdout.write(report(project));
}

main(process.argv.slice(2));
