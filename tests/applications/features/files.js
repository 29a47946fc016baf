'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { pipeline } = require('node:stream/promises');
const { Transform } = require('node:stream');
const { feature } = require('../feature.js');

async function streams(folder) {
  const big = path.join(folder, 'big');
  await pipeline(async function* () { for (let at = 0; at < 64; at += 1) yield Buffer.alloc(65536, at); },
    fs.createWriteStream(big));
  const upper = new Transform({ transform: (data, encoding, done) => done(null, String(data).toUpperCase()) });
  await pipeline(fs.createReadStream(__filename, { start: 0, end: 11 }), upper, fs.createWriteStream(`${big}2`));
  fs.createWriteStream(`${big}2`, { flags: 'a' }).end('!');
  let read = 0;
  for await (const data of fs.createReadStream(big, { highWaterMark: 1000 })) read += data.length;
  return [fs.statSync(big).size, read, fs.readFileSync(`${big}2`, 'utf8').slice(0, 12)];
}

async function handles(folder) {
  const handle = await fs.promises.open(path.join(folder, 'handle'), 'w+', 0o640);
  await handle.writev([Buffer.from('one '), Buffer.from('two')]);
  await handle.truncate(5);
  await handle.datasync();
  await handle.chmod(0o600);
  await handle.utimes(1, 2);
  const { size, mode, mtimeMs } = await handle.stat();
  const { bytesRead } = await handle.readv([Buffer.alloc(2), Buffer.alloc(10)], 0);
  await handle.close();
  return [size, (mode & 0o777).toString(8), mtimeMs, bytesRead];
}

async function names(folder) {
  const at = (...parts) => path.join(folder, ...parts);
  fs.mkdirSync(at('a/b/c'), { recursive: true });
  fs.writeFileSync(at('a/file'), 'text');
  fs.renameSync(at('a/file'), at('a/b/moved'));
  fs.linkSync(at('a/b/moved'), at('a/linked'));
  fs.symlinkSync('b/moved', at('a/soft'));
  fs.copyFileSync(at('a/soft'), at('a/copied'), fs.constants.COPYFILE_FICLONE);
  fs.lutimesSync(at('a/soft'), 1, 1);
  fs.chownSync(at('a/copied'), process.getuid(), process.getgid());
  const inside = await fs.promises.readdir(at('a'), { recursive: true, withFileTypes: true });
  const exists = [at('a/soft'), at('none'), '/etc/hosts'].map((name) => fs.existsSync(name));
  const errors = [() => fs.rmdirSync(at('a')), () => fs.readFileSync(at('none')), () => fs.mkdirSync(at('a'))]
    .map((attempt) => { try { attempt(); } catch (error) { return error.code; } return 'done'; });
  const real = fs.realpathSync(at('a/soft')) === at('a/b/moved');
  const room = (await fs.promises.statfs(folder)).bsize > 0;
  return { inside: inside.map(({ name }) => name).sort(), exists, errors, real, room };
}

feature(async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'files-'));
  const saw = { streams: await streams(folder), handles: await handles(folder), names: await names(folder) };
  fs.rmSync(folder, { recursive: true });
  assert.deepStrictEqual(saw.streams.slice(0, 2), [4194304, 4194304]);
  return saw;
});
