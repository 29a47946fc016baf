// Real servers for the applications of tests/applications: each a throw-away one in a folder of its own,
// on a port of its own and a UNIX socket, as a user without rights, gone with the test. A missing program
// is an error, never a skipped test.
'use strict';

const assert = require('node:assert/strict');
const { execFileSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { root, temporary } = require('./support.js');

const { freePort } = require(path.join(root, 'examples/express-api/test/support/server.js'));
const { startPostgres } = require(path.join(root, 'examples/express-api/test/support/postgres.js'));

const kReadyMs = 30000;
const kPassword = 'right';
const kMariadb = '/usr/sbin/mariadbd';
const nobody = { uid: 65531, gid: 65531 };  // not the application's user

// A folder that the server owns and others may pass through, to its socket.
function owned(test) {
  const folder = temporary(test);
  fs.chownSync(folder, nobody.uid, nobody.gid);
  return folder;
}

// Starts `command`, and resolves once it has written `sign`. Ends with the test.
async function serve(test, command, words, sign, options = {}) {
  const child = spawn(command, words, { ...nobody, env: {}, stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const ended = new Promise((resolve) => child.once('close', resolve).once('error', resolve));
  test.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  let text = '';
  await new Promise((resolve, reject) => {
    const fail = (what) => reject(new Error(`${command} ${what}:\n${text}`));
    const timer = setTimeout(() => fail('is not ready'), kReadyMs);
    const settle = (result) => {
      clearTimeout(timer);
      result();
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        text += data;
        if (text.includes(sign)) settle(resolve);
      });
    }
    ended.then(() => settle(() => fail('ended')));
  });
}

async function postgres(test) {
  const { environment, folder, stop } = await startPostgres(kPassword);
  test.after(stop);
  const common = { user: environment.DB_USER, database: environment.DB_NAME, password: kPassword };
  const port = Number(environment.DB_PORT);
  return { folder, port, tcp: { ...common, host: environment.DB_HOST, port }, socket: { ...common, host: folder, port } };
}

// What mariadb-install-db feeds to a new server; the script itself needs more of Debian's packages.
const systemTables = () => ['CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket = NULL;\n',
  ...['system_tables', 'performance_tables', 'system_tables_data']
    .map((name) => fs.readFileSync(`/usr/share/mysql/mysql_${name}.sql`, 'utf8'))].join('');

async function mariadb(test) {
  const folder = owned(test);
  const data = path.join(folder, 'data');
  fs.mkdirSync(data);
  fs.chownSync(data, nobody.uid, nobody.gid);
  const common = ['--no-defaults', `--datadir=${data}`, '--innodb-log-file-size=8M'];
  execFileSync(kMariadb, [...common, '--bootstrap'], { ...nobody, cwd: folder, env: {}, input: systemTables(), stdio: 'pipe' });
  const first = path.join(folder, 'first.sql');
  fs.writeFileSync(first, `CREATE DATABASE test;\nCREATE USER 'app'@'%' IDENTIFIED BY '${kPassword}';\n` +
    "GRANT ALL ON test.* TO 'app'@'%';\n", { mode: 0o644 });
  const port = await freePort();
  const socketPath = path.join(folder, 'mysqld.sock');
  await serve(test, kMariadb, [...common, `--socket=${socketPath}`, `--port=${port}`,
    '--bind-address=127.0.0.1', `--pid-file=${path.join(folder, 'pid')}`, '--skip-name-resolve',
    '--innodb-flush-log-at-trx-commit=0', `--init-file=${first}`], 'ready for connections', { cwd: folder });
  const user = { user: 'app', password: kPassword };
  return { folder, tcp: { ...user, host: '127.0.0.1', port }, socket: { ...user, socketPath } };
}

// The server's program is also what redis-tools installs for checking dumps; its name decides.
async function redis(test) {
  const folder = owned(test);
  const port = await freePort();
  const socket = path.join(folder, 'redis.sock');
  await serve(test, '/usr/bin/redis-check-rdb', ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder,
    '--unixsocket', socket, '--unixsocketperm', '777', '--requirepass', kPassword, '--save', '',
    '--appendonly', 'no'], 'Ready to accept connections', { argv0: 'redis-server' });
  const common = { password: kPassword };
  return { folder, tcp: { ...common, host: '127.0.0.1', port }, socket: { ...common, path: socket } };
}

// The name of a folder with a key and a certificate of localhost.
function certificates(test) {
  const folder = temporary(test);
  const [key, certificate] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
    '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '2',
    '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  fs.chmodSync(key, 0o644);
  return folder;
}

const all = { postgres, mariadb, redis, certificates };

// The named servers, started: {name: what its function above answers}.
async function startServers(test, names) {
  assert.deepEqual(names.filter((name) => all[name] === undefined), [], 'known servers');
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await all[name](test)])));
}

module.exports = { startServers };
