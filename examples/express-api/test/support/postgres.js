'use strict';

// A PostgreSQL of the test's own: a cluster in a temporary folder, one loopback port and a UNIX
// socket, gone at the end. Missing binaries are an error, never a skipped test. With
// POSTGRES_SOCKETS=FOLDER the socket is made there, as of port 5432, and there is no TCP.

const { execFileSync, spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { freePort } = require('./server');

const READY_MS = 30000;

// POSTGRES_BIN, or the newest that Debian's packages brought.
function binaries() {
  if (process.env.POSTGRES_BIN) return process.env.POSTGRES_BIN;
  const root = '/usr/lib/postgresql';
  const versions = fs.existsSync(root) ? fs.readdirSync(root) : [];
  const found = versions
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => path.join(root, version, 'bin'))
    .find((folder) => fs.existsSync(path.join(folder, 'initdb')));
  if (found === undefined) {
    throw new Error('PostgreSQL is missing: apt-get install postgresql, or set POSTGRES_BIN');
  }
  return found;
}

// PostgreSQL refuses to run as root; Debian's package has made the user `postgres` for it.
function owner() {
  if (process.getuid() !== 0) return {};
  const users = fs.readFileSync('/etc/passwd', 'utf8').split('\n');
  const line = users.find((text) => text.startsWith('postgres:'));
  if (line === undefined) throw new Error('no user "postgres" to run PostgreSQL as');
  const [, , uid, gid] = line.split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

function initialise(bin, folder, password, identity) {
  const secret = path.join(folder, 'password');
  fs.writeFileSync(secret, password, { mode: 0o600 });
  if (identity.uid !== undefined) {
    fs.chownSync(folder, identity.uid, identity.gid);
    fs.chownSync(secret, identity.uid, identity.gid);
  }
  execFileSync(path.join(bin, 'initdb'), [
    '-D', path.join(folder, 'data'), '-U', 'app', '-A', 'scram-sha-256', '-E', 'UTF8',
    '--locale=C', '--no-sync', `--pwfile=${secret}`,
  ], { ...identity, cwd: folder, env: { PATH: process.env.PATH }, stdio: 'pipe' });
}

// Resolves when the server says so; its log goes to stderr.
function ready(child) {
  return new Promise((resolve, reject) => {
    let text = '';
    const fail = (what) => reject(new Error(`PostgreSQL ${what}:\n${text}`));
    const timer = setTimeout(() => fail('is not ready'), READY_MS);
    child.stderr.on('data', (data) => {
      text += data;
      if (!text.includes('ready to accept connections')) return;
      clearTimeout(timer);
      resolve();
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      fail(`ended with ${code}`);
    });
  });
}

// Where it listens, and what the application is told of it.
async function listening(folder) {
  const sockets = process.env.POSTGRES_SOCKETS;
  if (sockets) return { sockets, addresses: '', host: sockets, port: '5432' };
  return { sockets: folder, addresses: '127.0.0.1', host: '127.0.0.1', port: String(await freePort()) };
}

// The result: `environment` for the application, the `folder` of the socket, `stop()`.
async function startPostgres(password) {
  const bin = binaries();
  const identity = owner();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'express-api-postgres-'));
  const remove = () => fs.rmSync(folder, { recursive: true, force: true });
  let child;
  const stop = async () => {
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill('SIGINT');  // PostgreSQL's fast shutdown: clients are disconnected
      await exited;
    }
    remove();
  };
  try {
    initialise(bin, folder, password, identity);
    fs.chmodSync(folder, 0o711);  // others pass through to the socket; the data stays its owner's
    const { sockets, addresses, host, port } = await listening(folder);
    child = spawn(path.join(bin, 'postgres'), [
      '-D', path.join(folder, 'data'), '-p', port, '-k', sockets, '-F',
      '-c', `listen_addresses=${addresses}`,
    ], { ...identity, cwd: folder, env: {}, stdio: ['ignore', 'ignore', 'pipe'] });
    await ready(child);
    return {
      environment: {
        DB_HOST: host, DB_PORT: port, DB_USER: 'app', DB_NAME: 'postgres',
      },
      folder: sockets,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

module.exports = { startPostgres };
