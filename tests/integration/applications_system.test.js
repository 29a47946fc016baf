// Files, the machine, native code: the same bare and under nodeward.
'use strict';

require('./applications.js').testGroups('system');
