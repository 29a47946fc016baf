// A name server for attacks: UDP and TCP, port 53 of 127.0.0.1, in a namespace of the test's own. Each
// question gets one address; its time to live is the size of what came, so that the asker can tell what
// arrived. Names that begin with a word of LIES get another address.
'use strict';

const dgram = require('node:dgram');
const net = require('node:net');

const LIES = { rebind: '127.0.0.3', metadata: '169.254.169.254', public: '93.184.216.34', private: '10.1.2.3' };

function answer(question) {
  const head = Buffer.alloc(12);
  question.copy(head, 0, 0, 2);
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(1, 4);
  let end = 12;
  while (end < question.length && question[end] !== 0) end += question[end] + 1;
  const first = question.subarray(13, 13 + (question[12] ?? 0)).toString('latin1').toLowerCase();
  const asked = question.subarray(12, end + 5);
  const isA = asked.length > 4 && asked.readUInt16BE(asked.length - 4) === 1;
  head.writeUInt16BE(isA ? 1 : 0, 6);
  if (!isA) return Buffer.concat([head, asked]);
  const record = Buffer.alloc(16);
  record.writeUInt16BE(0xc00c, 0);
  record.writeUInt16BE(1, 2);
  record.writeUInt16BE(1, 4);
  record.writeUInt32BE(question.length, 6);
  record.writeUInt16BE(4, 10);
  (LIES[first] ?? '127.0.0.9').split('.').forEach((part, i) => { record[12 + i] = Number(part); });
  return Buffer.concat([head, asked, record]);
}

const udp = dgram.createSocket('udp4');
udp.on('message', (message, from) => udp.send(answer(message), from.port, from.address));
const tcp = net.createServer((socket) => {
  socket.on('error', () => {});
  let arrived = Buffer.alloc(0);
  socket.on('data', (data) => {
    arrived = Buffer.concat([arrived, data]);
    while (arrived.length >= 2 && arrived.length >= 2 + arrived.readUInt16BE(0)) {
      const reply = answer(arrived.subarray(2, 2 + arrived.readUInt16BE(0)));
      arrived = arrived.subarray(2 + arrived.readUInt16BE(0));
      const size = Buffer.alloc(2);
      size.writeUInt16BE(reply.length);
      socket.write(Buffer.concat([size, reply]));
    }
  });
});
udp.bind(53, '127.0.0.1', () => tcp.listen(53, '127.0.0.1', () => process.stdout.write('ready\n')));
