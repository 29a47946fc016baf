// The attacks of tests/escape that are about races.
'use strict';

require('./escape').tryAll('races');
