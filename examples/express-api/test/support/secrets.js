'use strict';

// The secrets that the server under test will have. Bare they go into its environment; under a
// prefix they come from the vault beside the profile, which is made here when it is missing.

const { execFileSync } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const path = require('node:path');

const EXAMPLE = path.resolve(__dirname, '../..');

function readVault(folder) {
  execFileSync(path.join(EXAMPLE, 'make-vault.sh'), [folder]);
  const text = execFileSync('age', [
    '-d', '-i', path.join(folder, 'identity.txt'), path.join(folder, 'app.vault.age'),
  ], { encoding: 'utf8' });
  return Object.fromEntries([...text.matchAll(/^(\w+) = "(.*)"$/gm)].map((m) => [m[1], m[2]]));
}

function secretsFor(prefix) {
  if (prefix.length > 0) {
    const profile = path.resolve(EXAMPLE, prefix[prefix.indexOf('-p') + 1]);
    return readVault(path.dirname(profile));
  }
  return {
    DB_PASSWORD: randomBytes(32).toString('hex'),
    JWT_SECRET: randomBytes(32).toString('hex'),
  };
}

module.exports = { secretsFor, readVault };
