// Threads and child processes: the same bare and under nodeward.
'use strict';

require('./applications.js').testGroups('children');
