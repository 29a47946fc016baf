// What the tests of services in the machine share: systemctl, the journal, and a server with something to steal.
'use strict';

const assert = require('node:assert/strict');
const { execFileSync, spawnSync } = require('node:child_process');
const { processes } = require('../integration/support');

const shell = (command) => execFileSync('sh', ['-ec', command], { encoding: 'utf8' });
const systemctl = (...words) => spawnSync('systemctl', words, { encoding: 'utf8' });
const property = (unit, name) => systemctl('show', '--value', '-p', name, unit).stdout.trim();
const journal = (...words) => execFileSync('journalctl', ['-o', 'json', '--no-pager', ...words], { encoding: 'utf8' })
  .split('\n').filter(Boolean).map((line) => JSON.parse(line));
const messages = (unit) => journal('-u', unit).map(({ MESSAGE }) => MESSAGE).join('\n');
const applications = () => processes(({ Name, Uid }) => Name === 'node' && Uid.startsWith('65532'));
const get = (url = '/') => fetch(`http://127.0.0.1:3000${url}`).then((answer) => answer.json(),
  ({ cause }) => { throw new Error(`${cause}\n${messages('nodeward@app')}`); });

function started(unit) {
  const { status, stderr } = systemctl('start', unit);
  assert.equal(status, 0, `${stderr}\n${messages(unit)}`);
}

const SERVER = `
const fs = require('node:fs');
const net = require('node:net');
const http = require('node:http');
const listen = process.env.LISTEN_FDS ? { fd: 3 } : { port: process.env.PORT, host: '127.0.0.1' };
http.createServer((request, response) => {
  response.setHeader('Connection', 'close');  // this machine may be slower than the time after which an idle one ends
  const seen = { uid: process.getuid(), pid: process.pid, secret: process.env.JWT_SECRET?.length };
  if (request.url === '/steal') {
    try { fs.writeFileSync('/etc/passwd', ''); } catch (error) { seen.write = error.code; }
  }
  if (request.url !== '/out') return response.end(JSON.stringify(seen));
  net.connect(3000, '127.0.0.1', () => response.end('{"out":"ok"}')).on('error', ({ code }) => response.end(JSON.stringify({ out: code })));
}).listen(listen, () => console.log('listening'));
process.on('SIGTERM', () => process.exit(0));
`;

const PROFILE = `version = 1
extends = "default"
[process]
user = "65532"
[network]
listen = ["127.0.0.1:3000"]
[limits]
memory = "200M"
pids = 64
[secrets]
vault = "app.vault.age"
require = ["JWT_SECRET"]
[events]
to = ["journal"]
`;

// /srv/app and /etc/nodeward of an application named "app", with a vault whose key lies beside it.
const APPLICATION = `mkdir -p /srv/app /etc/nodeward; cd /etc/nodeward
cat > /srv/app/server.js <<'END'${SERVER}END
cat > app.toml <<'END'
${PROFILE}END
echo PORT=3000 > app.env
umask 077
age-keygen -o identity.txt
echo 'JWT_SECRET = "0123456789"' | age -r "$(age-keygen -y identity.txt)" -o app.vault.age; chmod 644 app.vault.age
`;
const makeApplication = () => shell(APPLICATION);

module.exports = { PROFILE, applications, get, journal, makeApplication, messages, property, shell, started, systemctl };
