// An http client that keeps no connection: each request opens one. Prints requests a second.
'use strict';
const http = require('node:http');
const [port, count, width] = process.argv.slice(2).map(Number);

const ask = () => new Promise((resolve, reject) => {
  http.get({ host: '127.0.0.1', port, agent: false }, (response) => {
    if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
    response.resume().on('end', resolve);
  }).on('error', reject);
});

let left = count;
async function worker() {
  while (left-- > 0) await ask();
}

async function main() {
  const from = process.hrtime.bigint();
  await Promise.all(Array.from({ length: width }, worker));
  console.log((count / (Number(process.hrtime.bigint() - from) / 1e9)).toFixed(1));
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
