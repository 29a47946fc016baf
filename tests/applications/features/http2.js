'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const http2 = require('node:http2');
const { feature, given, listen } = require('../feature.js');

async function exchange(server, scheme, options) {
  server.on('stream', (stream, headers) => {
    if (headers[':path'] === '/file') stream.respondWithFile(__filename);
    else if (headers[':method'] === 'POST') stream.pipe(stream);
    else stream.respond({ ':status': 204 }, { endStream: true });
  });
  const session = http2.connect(`${scheme}://localhost:${await listen(server)}`, options);
  const get = async (headers, body) => {
    const stream = session.request(headers);
    stream.end(body);
    const [{ ':status': status }] = await once(stream, 'response');
    let length = 0;
    for await (const data of stream) length += data.length;
    return [status, length];
  };
  const answers = await Promise.all([
    get({ ':path': '/' }), get({ ':path': '/file' }), get({ ':path': '/', ':method': 'POST' }, 'x'.repeat(300000)),
  ]);
  session.close();
  await once(session, 'close');
  server.close();
  return answers;
}

feature(async () => {
  const read = (name) => fs.readFileSync(`${given.certificates}/${name}`);
  const plain = await exchange(http2.createServer(), 'http', {});
  const secure = await exchange(http2.createSecureServer({ key: read('key.pem'), cert: read('cert.pem') }), 'https',
    { ca: read('cert.pem') });
  assert.strictEqual(plain[2][1], 300000);
  return { plain, secure };
});
