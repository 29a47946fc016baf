'use strict';

// The kernel decides who accepts, so who answered how often is not told.
const cluster = require('node:cluster');

require('./clustered.js')(cluster.SCHED_NONE, ({ answers, codes }) => ({ codes, answered: answers.length }));
