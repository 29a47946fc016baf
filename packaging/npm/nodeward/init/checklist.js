// What a project still lacks. Each check answers texts; none of them is answered where all is well.
'use strict';

const path = require('node:path');
const { assigned } = require('./dockerfile.js');
const { commandOf, kPlain } = require('./command.js');
const { starters } = require('./packages.js');
const { isSecret, needs } = require('./profile.js');

const kLeastNode = 18;  // the oldest that nodeward's tests run
const one = (condition, text) => (condition ? [text] : []);

// --- the image ----------------------------------------------------------------------------------

// Whether a line of .dockerignore is `name`, or begins as it does and ends with "*".
const ignores = ({ dockerignore }, name) => (dockerignore ?? '').split(/\r?\n/)
  .map((line) => line.trim().replace(/^(\*\*\/|\.?\/)/, '').replace(/\/$/, ''))
  .some((line) => line === name || (/^[^*]+\*$/.test(line) && name.startsWith(line.slice(0, -1))));

function copiesEverything(project) {
  const copies = project.dockerfile.final.find(({ name, value }) => /^(COPY|ADD)$/.test(name) && /^(--(?!from)\S+\s+)*\.\/?\s/.test(value));
  const lacking = ['node_modules', '.git', ...project.dotenv].filter((name) => !ignores(project, name));
  const should = project.dockerignore === null ? 'is missing; it should name' : 'should name';
  return one(copies && lacking.length > 0,
    `Dockerfile:${copies?.line} copies the whole folder: .dockerignore ${should} ${lacking.join(', ')}`);
}

function runsAsRoot({ dockerfile }) {
  return one(dockerfile.user === undefined || /^(root|0)(:|$)/.test(dockerfile.user),
    'the image runs as root: nodeward gives it up for the application, but `docker exec` and whatever runs without nodeward have it; ' +
    'add USER node, unless there is a vault, whose key root keeps from the application');
}

const secretsInImage = ({ dockerfile }) => dockerfile.all.filter(({ name }) => /^(ENV|ARG)$/.test(name))
  .flatMap((instruction) => assigned(instruction).filter(isSecret)
    .map((name) => `Dockerfile:${instruction.line} sets ${name}: everybody who has the image can read it; put it into a vault`));

function commandForm({ dockerfile: { entrypoint, cmd } }) {
  return [
    ...one(entrypoint, 'the ENTRYPOINT that is there is replaced by nodeward, which is an init process itself'),
    ...one(cmd?.shell, `CMD is written for a shell; write it as a list: CMD ${JSON.stringify(cmd?.words)}`),
    ...one(cmd && /^(npm|yarn|pnpm)$/.test(cmd.words[0]),
      `CMD starts ${cmd?.words[0]}: nodeward starts the node command behind it, but without nodeward ${cmd?.words[0]} would swallow signals`),
  ];
}

function installsPackages({ dockerfile, lock }) {
  const runs = dockerfile.final.filter(({ name }) => name === 'RUN');
  const install = runs.find(({ value }) => /\bnpm (install|i)\b(?! -g)/.test(value));
  const everything = runs.find(({ value }) => /\bnpm (ci|install|i)\b/.test(value) && !/--omit[= ]dev|--production|NODE_ENV=production/.test(value));
  return [
    ...one(install && lock, `Dockerfile:${install?.line} runs npm install: npm ci takes what the lock file says, and nothing else`),
    ...one(everything && !dockerfile.variables.includes('NODE_ENV'), `Dockerfile:${everything?.line} installs development packages, too: --omit=dev`),
  ];
}

const imageOf = ({ dockerfile: { image } }) => {
  const old = image?.match(/(?:^|\/)node:(\d+)/)?.[1];
  return [
    ...one(image && !/[:@]/.test(image.replace(/^.*\//, '')) || /:latest$/.test(image ?? ''), `FROM ${image} names no version: each build may be another one`),
    ...one(old && Number(old) < kLeastNode, `FROM ${image}: Node.js ${old} gets no security fixes any more`),
  ];
};

const lowPorts = ({ dockerfile }) => dockerfile.ports.filter((port) => port < 1024)
  .map((port) => `EXPOSE ${port}: a port below 1024 wants [capabilities] keep = ["net_bind_service"]; better one above, mapped by docker run -p ${port}:3000`);

const imageChecks = [copiesEverything, runsAsRoot, secretsInImage, commandForm, installsPackages, imageOf, lowPorts,
  ({ dockerfile }) => one(dockerfile.health === undefined, 'the Dockerfile has no HEALTHCHECK: nothing tells that the application hangs'),
  ({ dockerfile }) => one(!dockerfile.all.some((line) => line.name === 'ENV' && assigned(line).includes('NODE_ENV')),
    'the Dockerfile does not set NODE_ENV=production')];

// --- the project --------------------------------------------------------------------------------

function startScript(project) {
  const script = String(project.scripts.start ?? '');
  const starter = Object.keys(starters).find((name) => new RegExp(`(^|[\\s/])${name}(\\s|$)`).test(script));
  return [
    ...one(commandOf(project) === null, 'nothing says how the application starts: a start script in package.json, or CMD in the Dockerfile'),
    ...one(starter, `the start script: ${starters[starter]}`),
    ...one(!starter && script !== '' && !kPlain.test(script), 'the start script needs a shell, which nodeward does not start: write the node command itself'),
  ];
}

const least = (range) => Number(String(range).match(/\d+/)?.[0]);

const projectChecks = [
  startScript,
  ({ lock }) => one(!lock, 'there is no lock file: each installation may bring other packages (npm install --package-lock-only)'),
  ({ engine }) => one(!engine, `package.json does not say which Node.js it wants: "engines": { "node": ">=${kLeastNode}" }`),
  ({ engine }) => one(engine && least(engine) < kLeastNode, `"engines" admits Node.js ${least(engine)}: nodeward is tested from ${kLeastNode} on`),
  ({ dotenv }) => one(dotenv.length > 0, `${dotenv.join(', ')}: secrets in plain files, which the application's packages can read; put them into a vault`),
  ({ dependencies, devDependencies }) => one(devDependencies.includes('nodeward') && !dependencies.includes('nodeward'),
    'nodeward is in devDependencies: an image made with --omit=dev will not have it (npm install --save nodeward)'),
  (project) => {
    const { secrets } = needs(project);
    return one(secrets.length > 0, `${secrets.join(', ')}: secrets by their names; a vault keeps them out of the container's settings`);
  },
  (project) => needs(project).advice,
];

// What is lacking, one text each, in the order in which it is told.
function checklist(project) {
  const checks = [...projectChecks, ...(project.dockerfile === null ? [] : imageChecks)];
  return checks.flatMap((check) => check(project));
}

// The ENTRYPOINT of an image that has the package, in its working directory.
function entrypoint({ dockerfile, dependencies }) {
  const program = dependencies.includes('nodeward')
    ? path.posix.join(dockerfile?.workdir ?? '/app', 'node_modules/.bin/nodeward') : 'nodeward';
  return [program, 'run', '-p', '/etc/nodeward/app.toml', '--'];
}

module.exports = { checklist, entrypoint };
