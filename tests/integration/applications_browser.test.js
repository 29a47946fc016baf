// A browser, driven from Node.js: the same bare and under nodeward.
'use strict';

require('./applications.js').testGroups('browser');
