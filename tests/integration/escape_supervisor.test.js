// The attacks of tests/escape that are about supervisor.
'use strict';

require('./escape').tryAll('supervisor');
