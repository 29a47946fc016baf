// What a healthy application does in its first second, on each Node.js of the matrix. Ends with 0 when
// every part worked; the filter must not have had to say anything.
'use strict';

const assert = require('node:assert');
const crypto = require('node:crypto');
const dns = require('node:dns');
const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { pipeline } = require('node:stream/promises');
const timers = require('node:timers/promises');
const { promisify } = require('node:util');
const { Worker, isMainThread, parentPort } = require('node:worker_threads');
const zlib = require('node:zlib');

const folder = process.argv[2]; // holds key.pem and cert.pem

const listening = (server, ...where) =>
  new Promise((resolve) => server.listen(...where, () => resolve(server.address())));

function get(client, options) {
  return new Promise((resolve, reject) => {
    const request = client.get({ ...options, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (data) => { body += data; });
      response.on('end', () => resolve(body));
    });
    request.on('error', reject);
  });
}

const parts = {
  async http() {
    const server = http.createServer((request, response) => response.end('plain'));
    const { port } = await listening(server, 0, '127.0.0.1');
    assert.strictEqual(await get(http, { port, host: '127.0.0.1' }), 'plain');
    assert.strictEqual(await (await fetch(`http://127.0.0.1:${port}/`)).text(), 'plain');
    server.closeAllConnections();
    server.close();
  },
  async https() {
    const read = (name) => fs.readFileSync(path.join(folder, name));
    const options = { key: read('key.pem'), cert: read('cert.pem') };
    const server = https.createServer(options, (request, response) => response.end('tls'));
    const { port } = await listening(server, 0, '127.0.0.1');
    const answer = await get(https, { port, host: '127.0.0.1', ca: options.cert, servername: 'localhost' });
    assert.strictEqual(answer, 'tls');
    server.close();
  },
  async dns() {
    const { address } = await dns.promises.lookup('localhost');
    assert.ok(net.isIP(address));
  },
  async files() {
    const own = fs.mkdtempSync(path.join(os.tmpdir(), 'matrix-'));
    const file = path.join(own, 'a');
    await fs.promises.writeFile(file, 'text');
    await fs.promises.appendFile(file, ' more');
    await fs.promises.copyFile(file, `${file}2`);
    fs.renameSync(`${file}2`, `${file}3`);
    fs.symlinkSync(file, `${file}4`);
    const watcher = fs.watch(own);
    const handle = await fs.promises.open(file, 'r+');
    await handle.truncate(4);
    await handle.sync();
    await handle.chmod(0o600);
    await handle.utimes(1, 1);
    await handle.close();
    assert.strictEqual(fs.readFileSync(fs.realpathSync(`${file}4`), 'utf8'), 'text');
    assert.strictEqual(fs.readdirSync(own, { withFileTypes: true }).length, 3);
    fs.cpSync(own, `${own}-copy`, { recursive: true });
    watcher.close();
    fs.rmSync(own, { recursive: true });
    fs.rmSync(`${own}-copy`, { recursive: true });
  },
  async zlib() {
    const packed = await promisify(zlib.gzip)('x'.repeat(100000));
    assert.strictEqual((await promisify(zlib.gunzip)(packed)).length, 100000);
    zlib.brotliCompressSync('text');
  },
  async crypto() {
    await promisify(crypto.scrypt)('password', 'salt', 32);
    await promisify(crypto.pbkdf2)('password', 'salt', 1000, 32, 'sha256');
    await promisify(crypto.randomBytes)(32);
    await promisify(crypto.generateKeyPair)('ec', { namedCurve: 'P-256' });
    await crypto.webcrypto.subtle.digest('SHA-256', Buffer.from('text'));
  },
  async workers() {
    const workers = [1, 2].map(() => new Worker(__filename));
    const answers = await Promise.all(workers.map((worker) => new Promise((resolve, reject) => {
      worker.once('message', resolve).once('error', reject).postMessage(20);
    })));
    assert.deepStrictEqual(answers, [40, 40]);
    await Promise.all(workers.map((worker) => worker.terminate()));
  },
  async streams() {
    const file = path.join(os.tmpdir(), `stream-${process.pid}`);
    await pipeline(fs.createReadStream(__filename), zlib.createGzip(), fs.createWriteStream(file));
    await pipeline(fs.createReadStream(file), zlib.createGunzip(), fs.createWriteStream(`${file}2`));
    assert.deepStrictEqual(fs.readFileSync(`${file}2`), fs.readFileSync(__filename));
    fs.rmSync(file);
    fs.rmSync(`${file}2`);
  },
  async timers() {
    await timers.setTimeout(5);
    await timers.setImmediate();
  },
  async system() {
    assert.ok(os.networkInterfaces().lo);
    os.cpus();
    os.loadavg();
    os.freemem();
    os.uptime();
    os.hostname();
    process.memoryUsage();
    process.resourceUsage();
    process.cpuUsage();
    process.title = 'matrix';
    process.on('SIGUSR2', () => {});
  },
  async sockets() {
    const where = path.join(os.tmpdir(), `socket-${process.pid}`);
    const server = net.createServer((socket) => socket.end('unix'));
    await listening(server, where);
    const answer = await new Promise((resolve, reject) => {
      net.connect(where).on('data', (data) => resolve(String(data))).on('error', reject);
    });
    assert.strictEqual(answer, 'unix');
    server.close();
  },
};

async function main() {
  for (const [name, part] of Object.entries(parts)) {
    try {
      await part();
      console.log(`ok ${name}`);
    } catch (error) {
      console.log(`failed ${name}: ${error.stack}`);
      process.exitCode = 1;
    }
  }
  console.log(`end ${process.version}`);
}

if (isMainThread) main();
else parentPort.once('message', (number) => parentPort.postMessage(number * 2));
