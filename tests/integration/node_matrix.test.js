// A healthy boot of Node.js 18 to 26 reports nothing: the default profile knows what Node needs, and an
// event is worth reading. CI takes 18 and 24; NODEWARD_DEEP=1 all five.
'use strict';

const assert = require('node:assert');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');

const { root, run, temporary } = require('./support.js');

const matrix = path.join(root, 'tests/node-matrix');
const majors = process.env.NODEWARD_DEEP === '1' ? [18, 20, 22, 24, 26] : [18, 24];

// The binary and the application where the application's user can reach them, wherever the tree lies.
function place(folder, major) {
  const from = path.join(matrix, `node_modules/node${major}/bin/node`);
  const node = path.join(folder, 'node');
  try {
    fs.linkSync(from, node);
  } catch {
    fs.copyFileSync(from, node); // another file system
  }
  const app = path.join(folder, 'app.js');
  fs.copyFileSync(path.join(matrix, 'app.js'), app);
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
    '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '2',
    '-keyout', path.join(folder, 'key.pem'), '-out', path.join(folder, 'cert.pem')], { stdio: 'ignore' });
  for (const name of ['app.js', 'key.pem', 'cert.pem']) fs.chmodSync(path.join(folder, name), 0o644);
  return { node, app };
}

// The packages hold x86-64 binaries.
const supported = process.arch === 'x64';

describe('a healthy boot reports nothing', () => {
  for (const major of supported ? majors : []) {
    it(`Node.js ${major}`, async (test) => {
      const folder = temporary(test);
      const { node, app } = place(folder, major);
      const ended = await run(['run', '--set', 'network.connect=["@loopback", "@private", "unix:/tmp/*"]',
        '--', node, app, folder]);
      assert.match(ended.stdout, new RegExp(`^end v${major}\\.`, 'm'), ended.stdout + ended.stderr);
      assert.strictEqual(ended.code, 0, ended.stdout);
      assert.deepStrictEqual(ended.events.map((event) => event.event), ['start', 'exit'], ended.stderr);
      assert.strictEqual(ended.events[1].violations, 0);
    });
  }

  it('the same application is told about when it does more', async (test) => {
    const folder = temporary(test);
    const app = path.join(folder, 'more.js');
    fs.writeFileSync(app, "try { require('os').setPriority(5); } catch { console.log('refused'); }\n");
    const ended = await run(['run', '--', process.execPath, app]);
    assert.strictEqual(ended.stdout, 'refused\n');
    assert.deepStrictEqual(ended.events.map((event) => event.event), ['start', 'violation', 'exit']);
  });
});
