// The attacks of tests/escape that are about names.
'use strict';

require('./escape').tryAll('names');
