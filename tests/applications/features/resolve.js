'use strict';

// A name server of the test's own on a port of loopback: A, AAAA, TXT, MX, SRV, and a name that is not there.
const assert = require('node:assert');
const dgram = require('node:dgram');
const dns = require('node:dns');
const { once } = require('node:events');
const { feature } = require('../feature.js');

const short = (number) => [number >> 8, number & 255];
const labels = (name) => [...name.split('.').flatMap((label) => [label.length, ...Buffer.from(label)]), 0];
const records = {
  1: () => [192, 0, 2, 7],
  15: () => [...short(10), ...labels('mail.test')],
  16: () => [4, ...Buffer.from('text')],
  28: () => [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7],
  33: () => [...short(1), ...short(2), ...short(5060), ...labels('host.test')],
};

// A name is 12 bytes in; its type and class follow it. What comes after the question is not repeated.
function answer(question) {
  const end = question.indexOf(0, 12) + 5;
  const type = question.readUInt16BE(end - 4);
  const known = question.subarray(12, end).includes('known');
  const data = known ? records[type]?.() : undefined;
  const flags = known ? 0x8180 : 0x8183;
  return Buffer.concat([
    question.subarray(0, 2), Buffer.from([...short(flags), 0, 1, 0, data ? 1 : 0, 0, 0, 0, 0]), question.subarray(12, end),
    Buffer.from(data ? [0xc0, 12, ...short(type), 0, 1, 0, 0, 0, 60, ...short(data.length), ...data] : []),
  ]);
}

feature(async () => {
  const server = dgram.createSocket('udp4');
  server.on('message', (question, { port, address }) => server.send(answer(question), port, address));
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  const resolver = new dns.promises.Resolver({ timeout: 2000, tries: 2 });
  resolver.setServers([`127.0.0.1:${server.address().port}`]);
  const saw = {};
  for (const type of ['A', 'AAAA', 'TXT', 'MX', 'SRV']) saw[type] = await resolver.resolve('known.test', type);
  saw.missing = await resolver.resolve4('other.test').catch((error) => error.code);
  saw.many = (await Promise.all(Array.from({ length: 30 }, () => resolver.resolve4('known.test')))).length;
  server.close();
  assert.deepStrictEqual(saw.A, ['192.0.2.7']);
  return saw;
});
