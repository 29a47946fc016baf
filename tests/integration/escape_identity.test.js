// The attacks of tests/escape that are about identity.
'use strict';

require('./escape').tryAll('identity');
