'use strict';

const cluster = require('node:cluster');

require('./clustered.js')(cluster.SCHED_RR, ({ answers, codes }) =>
  ({ codes, one: answers.filter((id) => id === '1').length, two: answers.filter((id) => id === '2').length }));
