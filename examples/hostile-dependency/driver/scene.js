'use strict';

// What the attempts are after, made for one run and gone after it: files, a mount point, a vault,
// and the attacker's servers on loopback ports: nothing leaves the machine, bare neither.

const { execFileSync } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const dgram = require('node:dgram');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');

const EXAMPLE = path.resolve(__dirname, '..');

// Bounded, so that the bare run is harmless: well beyond the profile's limits, well within what a
// machine has.
const PROCESSES = 200;
const MEBIBYTES = 1024;

function writeFiles(folder) {
  fs.chmodSync(folder, 0o755);  // as /home is, and most files in it: no mode protects these
  const npmrcFile = path.join(folder, '.npmrc');
  const neighbourFile = path.join(folder, '.env');
  const mountPoint = path.join(folder, 'mnt');
  const token = randomBytes(16).toString('hex');
  fs.writeFileSync(npmrcFile, `//packages.example/:_authToken=${token}\n`);
  fs.writeFileSync(neighbourFile, `API_KEY=${token}\n`);
  for (const file of [npmrcFile, neighbourFile]) fs.chmodSync(file, 0o644);  // whatever the umask is
  fs.mkdirSync(mountPoint);
  return { npmrcFile, neighbourFile, mountPoint };
}

async function listen() {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});  // a caller that is killed
    let text = '';
    socket.on('data', (data) => {
      text += data;
      if (text.endsWith('\n')) socket.end(JSON.parse(text).PATH ? 'the environment arrived\n' : '\n');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

// A name server that answers every question with 192.0.2.1. Who asks has already told the name.
async function answerNames() {
  const server = dgram.createSocket('udp4', (question, from) => {
    const answer = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 192, 0, 2, 1]);
    const end = question.indexOf(0, 12) + 5;  // the name, its type and class
    const header = Buffer.from(question.subarray(0, 12));
    header.writeUInt16BE(0x8180, 2);  // an answer, without error
    header.writeUInt16BE(1, 6);       // to which one address belongs
    header.writeUInt32BE(0, 8);
    server.send(Buffer.concat([header, question.subarray(12, end), answer]), from.port, from.address);
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

// The profile and its vault, where no rule of the profile leads.
function writeSettings() {
  const settings = fs.mkdtempSync('/run/hostile-dependency-');
  fs.chmodSync(settings, 0o755);
  execFileSync(path.join(EXAMPLE, '../express-api/make-vault.sh'), [settings]);
  fs.copyFileSync(path.join(EXAMPLE, 'nodeward.toml'), path.join(settings, 'nodeward.toml'));
  return settings;
}

// The result: `targets` (what an attempt is told), `folder` (for the driver's own files), `profile`,
// and `close()`.
async function openScene() {
  execFileSync(path.join(EXAMPLE, 'build-addon.sh'), { stdio: ['ignore', 'ignore', 'inherit'] });
  const settings = writeSettings();
  const folder = fs.mkdtempSync('/var/tmp/hostile-dependency-');  // /tmp is the application's
  const servers = [await listen(), await answerNames()];
  return {
    folder,
    profile: path.join(settings, 'nodeward.toml'),
    targets: {
      ...writeFiles(folder),
      vaultFile: path.join(settings, 'app.vault.age'),
      identityFile: path.join(settings, 'identity.txt'),
      attackerPort: servers[0].address().port,
      nameServer: `127.0.0.1:${servers[1].address().port}`,
      processes: PROCESSES,
      mebibytes: MEBIBYTES,
    },
    close: async () => {
      for (const server of servers) {
        server.close();
        await once(server, 'close');
      }
      for (const made of [folder, settings]) fs.rmSync(made, { recursive: true, force: true });
    },
  };
}

module.exports = { openScene };
