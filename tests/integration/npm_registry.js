// A registry of npm on the loopback interface, with the tarballs that packaging/npm/pack.js makes, and what npm
// needs to ask nobody else.
'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const crypto = require('node:crypto');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { nodeward, root, temporary } = require('./support.js');

// Packs into a folder of the test's. {folder, tarballs: [file]}
function packed(t, ...binaries) {
  const folder = temporary(t);
  const words = [folder, ...(binaries.length > 0 ? binaries : [nodeward])];
  execFileSync(path.join(root, 'packaging/npm/pack.js'), words, { env: quietly(folder) });
  fs.rmSync(path.join(folder, '.npm'), { recursive: true, force: true });
  return { folder, tarballs: fs.readdirSync(folder).sort().map((name) => path.join(folder, name)) };
}

// npm's environment: a cache of its own that is empty, and no question to anybody.
function quietly(home, more = {}) {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_)/i.test(name)));
  return {
    ...own, HOME: home, npm_config_cache: path.join(home, '.npm'), npm_config_update_notifier: 'false',
    npm_config_audit: 'false', npm_config_fund: 'false', npm_config_offline: 'true', ...more,
  };
}

const about = (tarball) =>
  JSON.parse(execFileSync('tar', ['-xOf', tarball, 'package/package.json'], { encoding: 'utf8' }));

// Serves the tarballs; answers npm's settings for it. It ends with the test.
async function registry(t, tarballs) {
  const packages = new Map(tarballs.map((file) => [about(file).name, file]));
  const asked = [];
  const server = http.createServer((request, response) => {
    const name = decodeURIComponent(request.url.slice(1));
    asked.push(name);
    if (name.endsWith('.tgz')) return void response.end(fs.readFileSync(tarballs.find((file) => file.endsWith(name))));
    const file = packages.get(name);
    if (!file) return void response.writeHead(404).end('{}');
    const described = about(file);
    const integrity = `sha512-${crypto.createHash('sha512').update(fs.readFileSync(file)).digest('base64')}`;
    const tarball = `http://127.0.0.1:${server.address().port}/${path.basename(file)}`;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({
      name, 'dist-tags': { latest: described.version },
      versions: { [described.version]: { ...described, dist: { tarball, integrity } } },
    }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  assert.ok(packages.has('nodeward'));
  return {
    asked,
    settings: { npm_config_registry: `http://127.0.0.1:${server.address().port}/`, npm_config_offline: 'false', npm_config_omit_lockfile_registry_resolved: 'true' },
  };
}

module.exports = { about, packed, quietly, registry };
