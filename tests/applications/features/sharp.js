'use strict';

const assert = require('node:assert');
const crypto = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { feature, load } = require('../feature.js');

feature(async () => {
  const sharp = load('sharp');
  const image = () => sharp({ create: { width: 640, height: 480, channels: 3, background: '#336699' } });
  const saw = {};
  for (const format of ['png', 'jpeg', 'webp', 'avif', 'gif', 'tiff']) {
    const data = await image().resize(64).rotate(90).blur(2).toFormat(format).toBuffer();
    const { width, height } = await sharp(data).metadata();
    saw[format] = [width, height, crypto.createHash('sha256').update(data).digest('hex').slice(0, 16)];
  }
  const text = await sharp(Buffer.from('<svg width="9" height="9"><rect width="9" height="9" fill="red"/></svg>'))
    .raw().toBuffer();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sharp-'));
  await image().toFile(path.join(folder, 'a.png'));
  const { dominant } = await sharp(path.join(folder, 'a.png')).stats();
  fs.rmSync(folder, { recursive: true });
  assert.deepStrictEqual(saw.png.slice(0, 2), [48, 64]);
  return { saw, text: text.length, dominant };
});
