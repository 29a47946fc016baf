'use strict';

// Code by every way in: require, import, a compiled string, WebAssembly, a worker's source, a report.
const assert = require('node:assert');
const { createRequire } = require('node:module');
const path = require('node:path');
const vm = require('node:vm');
const { feature } = require('../feature.js');

const kAnswer = Buffer.from('0061736d010000000105016000017f03020100070a0106616e7377657200000a06010400412a0b', 'hex');

feature(async () => {
  const imported = await import('ws');
  const inline = await import('data:text/javascript,export default 6 * 7');
  const required = createRequire(path.join(__dirname, 'none.js'))('../feature.js');
  const { instance } = await WebAssembly.instantiate(kAnswer);
  const script = new vm.Script('a + 1', { produceCachedData: true });
  const report = process.report.getReport();
  const json = require('../package.json').name;
  assert.strictEqual(instance.exports.answer(), 42);
  return {
    imported: typeof imported.WebSocketServer, inline: inline.default, required: Object.keys(required), json,
    made: new Function('a', 'return a * 2')(21), answer: instance.exports.answer(), ran: script.runInNewContext({ a: 1 }),
    missing: await import('no-such-package').catch((error) => error.code), report: report.header.nodejsVersion,
    built: require('node:fs').readdirSync(path.dirname(require.resolve('express'))).length,
  };
});
