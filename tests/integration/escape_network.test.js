// The attacks of tests/escape that are about network.
'use strict';

require('./escape').tryAll('network');
