'use strict';

const assert = require('node:assert');
const { feature, load } = require('../feature.js');

feature(async () => {
  const bcrypt = load('bcrypt');
  const salt = '$2b$04$abcdefghijklmnopqrstuu';
  const hash = await bcrypt.hash('password', salt);
  const right = await bcrypt.compare('password', hash);
  const wrong = bcrypt.compareSync('Password', hash);
  const fresh = await Promise.all(Array.from({ length: 8 }, () => bcrypt.hash('x', 4)));
  assert.strictEqual(right, true);
  return { hash, right, wrong, distinct: new Set(fresh).size };
});
