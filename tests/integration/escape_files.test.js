// The attacks of tests/escape that are about files.
'use strict';

require('./escape').tryAll('files');
