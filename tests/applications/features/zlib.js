'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const { feature } = require('../feature.js');
const { promisify } = require('node:util');
const zlib = require('node:zlib');

feature(async () => {
  const data = Buffer.concat(Array.from({ length: 50 }, () => fs.readFileSync(__filename)));
  const saw = {};
  const ways = [['gzip', 'gunzip'], ['deflate', 'inflate'], ['deflateRaw', 'inflateRaw'],
    ['brotliCompress', 'brotliDecompress']];
  if (zlib.zstdCompress) ways.push(['zstdCompress', 'zstdDecompress']);
  await Promise.all(ways.map(async ([pack, unpack]) => {
    const packed = await promisify(zlib[pack])(data);
    assert.deepStrictEqual(await promisify(zlib[unpack])(packed), data);
    saw[pack] = [packed.length, zlib[`${pack}Sync`](data).length];
  }));
  const packed = new Response(new Blob([data]).stream().pipeThrough(new CompressionStream('gzip')));
  const broken = await promisify(zlib.gunzip)(Buffer.from('no')).catch((error) => error.code);
  return { saw: Object.fromEntries(Object.entries(saw).sort()), web: (await packed.arrayBuffer()).byteLength, broken };
});
