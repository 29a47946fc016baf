// A copy of the victim that is root's and set-uid.
'use strict';

const fs = require('node:fs');
const path = require('node:path');

exports.setup = (place) => {
  const file = path.join(place.inside, 'setuid');
  fs.copyFileSync(place.victim, file);
  fs.chownSync(file, 0, 0);
  fs.chmodSync(file, 0o4755);
  return {};
};
