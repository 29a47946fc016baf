// What there is in a project's folder. Reads only.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { parseDockerfile } = require('./dockerfile.js');

const kMostFiles = 5000;
const kLargest = 1 << 20;  // bytes of a source that is looked at
const kLocks = ['package-lock.json', 'npm-shrinkwrap.json', 'yarn.lock', 'pnpm-lock.yaml', 'bun.lock'];
const kSource = /\.([cm]?[jt]s|[jt]sx)$/;
const kForeign = /^(node_modules|\.git|test|tests|__tests__|coverage|\..*)$/;

// Text of a file of the project, or null where there is none.
function textOf(folder, name) {
  try {
    return fs.readFileSync(path.join(folder, name), 'utf8');
  } catch (error) {
    if (['ENOENT', 'EISDIR'].includes(error.code)) return null;
    throw error;
  }
}

// The application's own sources, without its packages and tests; links are not followed.
function sources(folder) {
  const found = [];
  const folders = [folder];
  while (folders.length > 0 && found.length < kMostFiles) {
    const at = folders.shift();
    for (const entry of fs.readdirSync(at, { withFileTypes: true })) {
      const file = path.join(at, entry.name);
      if (entry.isDirectory() && !kForeign.test(entry.name)) folders.push(file);
      if (entry.isFile() && kSource.test(entry.name) && fs.statSync(file).size <= kLargest) found.push(file);
    }
  }
  return found.slice(0, kMostFiles);
}

// process.env.NAME, env.NAME, env['NAME'], and const { NAME } = process.env.
function variablesIn(text) {
  const dotted = [...text.matchAll(/\benv\??\.([A-Z][A-Z0-9_]*)\b/g)];
  const quoted = [...text.matchAll(/\benv(?:\?\.)?\[\s*['"`]([A-Z][A-Z0-9_]*)['"`]\s*\]/g)];
  const taken = [...text.matchAll(/\{([^{}]*)\}\s*=\s*process\.env\b/g)]
    .flatMap(([, names]) => [...names.matchAll(/(?:^|,)\s*([A-Z][A-Z0-9_]*)\b/g)]);
  return [...dotted, ...quoted, ...taken].map(([, name]) => name);
}

// Names in .env files and in the example of one.
const variablesOf = (text) => [...text.matchAll(/^\s*(?:export\s+)?([A-Z][A-Z0-9_]*)\s*=/gm)].map(([, name]) => name);

const modules = (text) =>
  [...text.matchAll(/\b(?:require\(|from\s+|import\s+|import\()\s*['"]([^'"]+)['"]/g)].map(([, name]) => name.replace(/^node:/, ''));

// package.json, as an object of whatever fields.
function readAbout(folder) {
  const text = textOf(folder, 'package.json');
  if (text === null) throw new Error('there is no package.json here: run it in the folder of the application');
  try {
    const about = JSON.parse(text);
    if (about !== null && typeof about === 'object' && !Array.isArray(about)) return about;
  } catch (error) {
    throw new Error(`package.json: ${error.message}`);
  }
  throw new Error('package.json holds no object');
}

// Throws where there is no package.json, or one that cannot be read.
function readProject(folder) {
  const about = readAbout(folder);
  const names = fs.readdirSync(folder);
  const read = sources(folder).map((file) => fs.readFileSync(file, 'utf8'));
  const dotenv = names.filter((name) => /^\.env(\..+)?$/.test(name) && fs.statSync(path.join(folder, name)).isFile());
  const docker = textOf(folder, 'Dockerfile');
  const dockerfile = docker === null ? null : parseDockerfile(docker);
  const variables = [
    ...read.flatMap(variablesIn),
    ...dotenv.flatMap((name) => variablesOf(textOf(folder, name))),
    ...(dockerfile?.variables ?? []),
  ];
  return {
    folder,
    name: typeof about.name === 'string' ? about.name.replace(/[^\w@/.-]/g, '') : 'app',
    scripts: about.scripts ?? {},
    main: about.main,
    engine: about.engines?.node,
    dependencies: Object.keys(about.dependencies ?? {}),
    devDependencies: Object.keys(about.devDependencies ?? {}),
    lock: kLocks.find((name) => names.includes(name)),
    dotenv: dotenv.filter((name) => !/\.(example|sample|template|dist)$/.test(name)),
    dockerfile,
    dockerignore: textOf(folder, '.dockerignore'),
    files: names,
    modules: new Set(read.flatMap(modules)),
    variables: [...new Set(variables)].sort(),
  };
}

module.exports = { readProject };
