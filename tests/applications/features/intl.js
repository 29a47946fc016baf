'use strict';

const assert = require('node:assert');
const { feature } = require('../feature.js');

feature(async () => {
  const moment = new Date(Date.UTC(2026, 6, 31, 12));
  const zones = ['UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'America/New_York', 'Antarctica/Troll'];
  const inZones = zones.map((timeZone) =>
    new Intl.DateTimeFormat('de-DE', { dateStyle: 'full', timeStyle: 'long', timeZone }).format(moment));
  const offsets = zones.map((zone) => {
    process.env.TZ = zone;
    return [new Date(2026, 0, 1).getTimezoneOffset(), moment.getTimezoneOffset()];
  });
  const numbers = ['de', 'en-IN', 'ar-EG', 'fr'].map((locale) =>
    new Intl.NumberFormat(locale, { style: 'currency', currency: 'EUR' }).format(1234567.891));
  const sorted = ['z', 'ä', 'a', 'Z'].sort(new Intl.Collator('de').compare);
  const decoded = ['utf-16le', 'shift_jis', 'windows-1252', 'gb18030']
    .map((encoding) => new TextDecoder(encoding).decode(Buffer.from([0x83, 0x65])));
  assert.deepStrictEqual(offsets[1], [-60, -120]);
  return { inZones, offsets, numbers, sorted, decoded, names: new Intl.DisplayNames('ja', { type: 'region' }).of('DE') };
});
