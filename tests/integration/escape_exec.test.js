// The attacks of tests/escape that are about exec.
'use strict';

require('./escape').tryAll('exec');
