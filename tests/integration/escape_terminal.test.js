// The attacks of tests/escape that are about terminal.
'use strict';

require('./escape').tryAll('terminal');
