'use strict';

// What the attempts are after, made for one run and gone after it: files, a mount point, a vault,
// and the attacker's server on a loopback port.

const { execFileSync } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');

const EXAMPLE = path.resolve(__dirname, '..');
const SECRETS = path.join(EXAMPLE, 'secrets');

// Bounded, so that the bare run is harmless: well beyond the profile's limits, well within what a
// machine has.
const PROCESSES = 200;
const MEBIBYTES = 1024;

function writeFiles(folder) {
  fs.chmodSync(folder, 0o755);  // as /home is: what protects a file is its own mode
  const npmrcFile = path.join(folder, '.npmrc');
  const neighbourFile = path.join(folder, '.env');
  const mountPoint = path.join(folder, 'mnt');
  const token = randomBytes(16).toString('hex');
  fs.writeFileSync(npmrcFile, `//packages.example/:_authToken=${token}\n`, { mode: 0o600 });
  fs.writeFileSync(neighbourFile, `API_KEY=${token}\n`, { mode: 0o600 });
  fs.chmodSync(neighbourFile, 0o644);  // as most are, whatever the umask is here
  fs.mkdirSync(mountPoint);
  return { npmrcFile, neighbourFile, mountPoint };
}

async function listen() {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});  // a caller that is killed
    socket.once('data', (data) => socket.end(`${data.length} bytes arrived\n`));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

// The result: `targets` (what an attempt is told), `folder` (for the driver's own files), and
// `close()`.
async function openScene() {
  execFileSync(path.join(EXAMPLE, 'build-addon.sh'), { stdio: ['ignore', 'ignore', 'inherit'] });
  execFileSync(path.join(EXAMPLE, '../express-api/make-vault.sh'), [SECRETS]);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hostile-dependency-'));
  const attacker = await listen();
  return {
    folder,
    targets: {
      ...writeFiles(folder),
      vaultFile: path.join(SECRETS, 'app.vault.age'),
      identityFile: path.join(SECRETS, 'identity.txt'),
      attackerPort: attacker.address().port,
      processes: PROCESSES,
      mebibytes: MEBIBYTES,
    },
    close: async () => {
      attacker.close();
      await once(attacker, 'close');
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

module.exports = { openScene };
