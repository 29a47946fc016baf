// The attacks of tests/escape that are about environment.
'use strict';

require('./escape').tryAll('environment');
