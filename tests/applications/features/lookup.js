'use strict';

const assert = require('node:assert');
const dns = require('node:dns');
const { feature } = require('../feature.js');

feature(async () => {
  const one = await dns.promises.lookup('localhost', { family: 4 });
  const all = await dns.promises.lookup('localhost', { all: true });
  const number = await dns.promises.lookup('127.0.0.1');
  const many = await Promise.all(Array.from({ length: 20 }, () => dns.promises.lookup('localhost', { family: 4 })));
  const service = await dns.promises.lookupService('127.0.0.1', 80);
  assert.deepStrictEqual(one, { address: '127.0.0.1', family: 4 });
  return { one, all: all.length > 0, number, many: new Set(many.map(({ address }) => address)).size, service: service.service };
});
