// The attacks of tests/escape that are about races: 50,000 rounds each. All of them may take 1200 seconds.
'use strict';

require('./escape').tryAll('races');
