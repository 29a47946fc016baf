'use strict';

const assert = require('node:assert');
const crypto = require('node:crypto');
const { feature } = require('../feature.js');
const { promisify } = require('node:util');

feature(async () => {
  const hex = (data) => Buffer.from(data).toString('hex').slice(0, 16);
  const saw = {
    hashes: ['sha256', 'sha512', 'sha3-256', 'blake2b512', 'md5'].map((name) => hex(crypto.createHash(name).update('x').digest())),
    mac: hex(crypto.createHmac('sha256', 'key').update('x').digest()),
    scrypt: hex(await promisify(crypto.scrypt)('password', 'salt', 32)),
    pbkdf2: hex(await promisify(crypto.pbkdf2)('password', 'salt', 1000, 32, 'sha256')),
    hkdf: hex(await promisify(crypto.hkdf)('sha256', 'key', 'salt', 'info', 32)),
  };
  for (const type of ['rsa', 'ec', 'ed25519', 'x25519']) {
    const pair = await promisify(crypto.generateKeyPair)(type, { modulusLength: 2048, namedCurve: 'P-256' });
    if (type === 'x25519') continue;
    const signed = crypto.sign(type === 'ed25519' ? null : 'sha256', Buffer.from('x'), pair.privateKey);
    saw[type] = crypto.verify(type === 'ed25519' ? null : 'sha256', Buffer.from('x'), pair.publicKey, signed);
  }
  const key = Buffer.alloc(32, 1);
  const cipher = crypto.createCipheriv('aes-256-gcm', key, Buffer.alloc(12));
  saw.sealed = hex(Buffer.concat([cipher.update('text'), cipher.final(), cipher.getAuthTag()]));
  const sides = [0, 1].map(() => crypto.createECDH('prime256v1'));
  const publics = sides.map((side) => side.generateKeys());
  saw.agreed = sides[0].computeSecret(publics[1]).equals(sides[1].computeSecret(publics[0]));
  saw.web = hex(await crypto.webcrypto.subtle.digest('SHA-384', Buffer.from('x')));
  saw.random = new Set(Array.from({ length: 100 }, () => crypto.randomUUID())).size;
  saw.bytes = (await promisify(crypto.randomBytes)(64)).length;
  saw.primes = crypto.checkPrimeSync(crypto.generatePrimeSync(64));
  saw.ciphers = crypto.getCiphers().length > 50;
  assert.ok(saw.rsa && saw.ec && saw.ed25519 && saw.agreed);
  return saw;
});
