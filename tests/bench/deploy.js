// The measuring of deploy.sh: prints the lines that report.js takes.
'use strict';

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { startEngineWithBase } = require('../integration/docker.js');

const rounds = Number(process.env.ROUNDS || 25);
const kPort = 3917;
const kAtMostMs = 30000;

const lanes = [
  { name: 'node', flags: [], entry: [], does: 'nothing: node is the first process' },
  { name: 'docker run --init', flags: ['--init'], entry: [], does: "Docker's tini: reaps and forwards signals" },
  { name: 'tini', flags: [], entry: ['/usr/bin/tini', '--'], does: 'reaps and forwards signals; confines nothing' },
  { name: 'nodeward', flags: [], entry: ['/usr/local/bin/nodeward', 'run', '--'], does: 'the default profile; supervises' },
];
const server = [process.execPath, '/app/http_server.js'];

// Resolves when the server has answered; asks again as long as nobody listens.
function answered(until) {
  return new Promise((resolve, reject) => {
    const ask = () => {
      const request = http.get({ host: '127.0.0.1', port: kPort, agent: false }, (response) => {
        response.resume().on('end', resolve);
      });
      request.on('error', () => (Date.now() > until ? reject(new Error('no answer')) : setTimeout(ask, 1)));
    };
    ask();
  });
}

async function free() {
  const probe = net.createServer().listen(kPort, '127.0.0.1');
  await new Promise((resolve, reject) => probe.once('listening', resolve).once('error', reject));
  await new Promise((resolve) => probe.close(resolve));
}

// Milliseconds from the start of a container that was made before.
async function measure(engine, { flags, entry }) {
  await free();
  const [command, ...words] = [...entry, ...server];
  const id = (await engine.succeed(['create', '--network', 'host', '-e', `PORT=${kPort}`, ...flags,
    '--entrypoint', command, 'bench', ...words])).trim();
  const from = process.hrtime.bigint();
  const started = engine.succeed(['start', id]);
  await answered(Date.now() + kAtMostMs);
  const took = Number(process.hrtime.bigint() - from) / 1e6;
  await started;
  await engine.succeed(['rm', '-f', id]);
  return took;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

async function main(t) {
  const engine = await startEngineWithBase(t);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nodeward-bench-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  fs.copyFileSync(process.env.NODEWARD, path.join(folder, 'nodeward'));
  fs.copyFileSync(execFileSync('sh', ['-c', 'readlink -f "$(command -v tini)"'], { encoding: 'utf8' }).trim(), path.join(folder, 'tini'));
  fs.copyFileSync(path.join(__dirname, 'http_server.js'), path.join(folder, 'http_server.js'));
  fs.writeFileSync(path.join(folder, 'Dockerfile'), `FROM base
COPY nodeward /usr/local/bin/
COPY tini /usr/bin/
COPY http_server.js /app/
WORKDIR /app
`);
  await engine.build('bench', 'Dockerfile', folder, ['.']);
  const taken = lanes.map(() => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [at, lane] of lanes.entries()) {
      const took = await measure(engine, lane);
      if (round > 0) taken[at].push(took);  // the first warms up
    }
    if (round > 0) process.stderr.write(`round ${round}: ${taken.map((of) => of.at(-1).toFixed(0)).join(' ')} ms\n`);
  }
  const [bare, ...others] = taken.map(median);
  const rows = lanes.map(({ name, does }, at) => ['row', name, median(taken[at]).toFixed(1), (median(taken[at]) - bare).toFixed(1), does]);
  return [
    ['title', `Deploy: milliseconds from \`docker start\` to the first answered request (medians of ${rounds} rounds)`],
    ['columns', 'entry point', 'ms', 'added', 'what it does'], ...rows,
    ['aim', 'added by nodeward, ms', (others.at(-1) - bare).toFixed(1), '<=', '15'],
  ].map((line) => line.join('\t')).join('\n');
}

const afterwards = [];
main({ after: (last) => afterwards.unshift(last) })
  .then((lines) => process.stdout.write(`${lines}\n`))
  .finally(async () => { for (const last of afterwards) await last(); })
  .catch((error) => { process.stderr.write(`bench: ${error.message}\n`); process.exit(1); });
