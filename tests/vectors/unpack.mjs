// Writes each age test vector as two files into the folder that is named: NAME.meta, its "key:
// value" lines, and NAME.age, the file itself, decompressed. Run by vault_test.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';

const folder = process.argv[2];
if (!folder) throw new Error('usage: node unpack.mjs FOLDER');

let vectors;
try {
  vectors = await import('cctv-age');
} catch (error) {
  console.error(`cctv-age is not installed (${error.code}): run ./dev setup`);
  process.exit(1);
}

for (const [name, bytes] of Object.entries(vectors)) {
  const vector = Buffer.from(bytes);
  const end = vector.indexOf('\n\n');
  if (end < 0) throw new Error(`${name} has no header`);
  const meta = vector.subarray(0, end + 1);
  const file = vector.subarray(end + 2);
  const compressed = /^compressed: zlib$/m.test(meta.toString());
  writeFileSync(join(folder, `${name}.meta`), meta);
  writeFileSync(join(folder, `${name}.age`), compressed ? inflateSync(file) : file);
}
