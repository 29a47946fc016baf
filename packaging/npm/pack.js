#!/usr/bin/env node
// Makes the npm packages: `nodeward`, and `@nodeward/linux-CPU` for each binary that is named.
//
//   packaging/npm/pack.js FOLDER [BINARY…]     FOLDER gets the tarballs; BINARY: build/release/nodeward
//
// The same files give the same bytes: npm sets times and owners to constants.
'use strict';

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const root = path.resolve(__dirname, '../..');
const [, version] = fs.readFileSync(path.join(root, 'CMakeLists.txt'), 'utf8').match(/^project\(nodeward VERSION (\S+)/m);
// npm's names, by e_machine of the ELF header (elf.h: EM_X86_64, EM_AARCH64).
const cpus = { 62: 'x64', 183: 'arm64' };

function cpuOf(binary) {
  const header = Buffer.alloc(20);
  const file = fs.openSync(binary, 'r');
  fs.readSync(file, header, 0, header.length, 0);
  fs.closeSync(file);
  const cpu = header.toString('latin1', 0, 4) === '\x7fELF' && cpus[header.readUInt16LE(18)];
  if (!cpu) throw new Error(`${binary} is no program for ${Object.values(cpus).join(' or ')}`);
  return cpu;
}

const copy = (from, to, mode) => {
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.copyFileSync(from, to);
  fs.chmodSync(to, mode);
};

// A folder of files to pack, and the one tarball that comes of it.
function pack(into, name, fill) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nodeward-pack-'));
  try {
    const about = fill(folder);
    fs.writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify({ name, version, ...about }, null, 2)}\n`);
    copy(path.join(root, 'LICENSE'), path.join(folder, 'LICENSE'), 0o644);
    execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', into], { cwd: folder });
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

function packLauncher(into) {
  const source = path.join(__dirname, 'nodeward');
  pack(into, 'nodeward', (folder) => {
    fs.cpSync(source, folder, { recursive: true });
    const { name, ...about } = JSON.parse(fs.readFileSync(path.join(source, 'package.json'), 'utf8'));
    const platforms = Object.values(cpus).map((cpu) => [`@nodeward/linux-${cpu}`, version]);
    return { ...about, optionalDependencies: Object.fromEntries(platforms) };
  });
}

function packBinary(into, binary) {
  const cpu = cpuOf(binary);
  pack(into, `@nodeward/linux-${cpu}`, (folder) => {
    copy(binary, path.join(folder, 'bin/nodeward'), 0o755);
    const readme = fs.readFileSync(path.join(__dirname, 'platform.md'), 'utf8').replace('CPU', cpu);
    fs.writeFileSync(path.join(folder, 'README.md'), readme);
    return {
      description: `nodeward for Linux, ${cpu}`, license: 'Apache-2.0', files: ['bin'],
      os: ['linux'], cpu: [cpu], preferUnplugged: true,
    };
  });
}

const [into, ...binaries] = process.argv.slice(2);
if (!into) {
  process.stderr.write('usage: packaging/npm/pack.js FOLDER [BINARY…]\n');
  process.exit(1);
}
fs.mkdirSync(into, { recursive: true });
packLauncher(path.resolve(into));
for (const binary of binaries.length > 0 ? binaries : [path.join(root, 'build/release/nodeward')]) {
  packBinary(path.resolve(into), binary);
}
