// Databases, over TCP, over UNIX sockets and in the process: the same bare and under nodeward.
'use strict';

require('./applications.js').testGroups('databases');
