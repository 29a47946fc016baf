'use strict';

const assert = require('node:assert');
const { feature, load } = require('../feature.js');

feature(async () => {
  const argon2 = load('argon2');
  const options = { salt: Buffer.alloc(16, 1), memoryCost: 4096, timeCost: 3, parallelism: 4 };
  const hash = await argon2.hash('password', options);
  const right = await argon2.verify(hash, 'password');
  const wrong = await argon2.verify(hash, 'Password');
  assert.strictEqual(right, true);
  return { hash, right, wrong };
});
