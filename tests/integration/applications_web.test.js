// Web frameworks, clients and servers: the same bare and under nodeward.
'use strict';

require('./applications.js').testGroups('web', 'network');
