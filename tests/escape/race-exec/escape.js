// Two copies of the victim: a may be executed, and b is a link to the other.
'use strict';

const fs = require('node:fs');
const path = require('node:path');

exports.setup = (place) => {
  const forbidden = path.join(place.outside, 'forbidden');
  for (const file of [forbidden, path.join(place.inside, 'a')]) {
    fs.copyFileSync(place.victim, file);
    fs.chmodSync(file, 0o755);
  }
  fs.symlinkSync(forbidden, path.join(place.inside, 'b'));
  return {};
};
