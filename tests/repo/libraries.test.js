// A library lives in one place, so that replacing or auditing it means reading one file.
'use strict';
const assert = require('node:assert');
const test = require('node:test');
const { complaints, files, included } = require('./tree.js');

const homes = [
  { header: /^toml\+\+\//, library: 'toml++', home: /^src\/profile\/parse\.cc$/ },
  { header: /^seccomp\.h$/, library: 'libseccomp', home: /^src\/measures\/seccomp\w*\.cc$/ },
  { header: /^libcgroup/, library: 'libcgroup', home: /^src\/measures\/cgroup\w*\.cc$/ },
  {
    header: /^cap-ng\.h$/,
    library: 'libcap-ng',
    home: /^src\/(measures\/capabilities\w*|host\/\w+)\.cc$/,
  },
  { header: /^(spdlog|fmt)\//, library: 'spdlog', home: /^src\/events\/sinks\.cc$/ },
  { header: /^boost\/asio/, library: 'Boost.Asio', home: /^src\/supervise\// },
  { header: /^boost\/(?!asio|system\/)/, library: 'Boost', home: /^tests\// },
  { header: /^sodium/, library: 'libsodium', home: /^src\/(base\/secret_buffer\.cc|vault\/)/ },
  { header: /^ares/, library: 'c-ares', home: /^src\/judge\/dns_channel\.cc$/ },
  {
    header: /^nlohmann\//,
    library: 'nlohmann-json',
    home: /^src\/(cli\/|events\/|plan\/package_script\.cc$|vault\/flat_json\.cc$|supervise\/status_json\.cc$)/,
  },
  { header: /^CLI\//, library: 'CLI11', home: /^src\/cli\// },
];

function judge(line, file) {
  const include = included(line);
  const rule = include && homes.find(({ header }) => header.test(include.name));
  return rule && !rule.home.test(file)
    ? `${rule.library} is not used here, only in ${rule.home.source}` : undefined;
}

test('each library is included in its own place alone', () => {
  // Tests may use any: a test of our own parser asks the library whether both agree.
  assert.deepStrictEqual(complaints(files('src', /\.(cc|h)$/), judge), []);
});

test('a library that strays is told', () => {
  assert.match(judge('#include <toml++/toml.h>', 'src/profile/merge.cc'), /toml\+\+/);
  assert.match(judge('#include <seccomp.h>', 'src/launch/spawn.cc'), /libseccomp/);
  assert.match(judge('#include <cap-ng.h>', 'src/launch/child.cc'), /libcap-ng/);
  assert.match(judge('#include <boost/process/v2.hpp>', 'src/supervise/loop.cc'), /Boost/);
  assert.match(judge('#include <sodium.h>', 'src/cli/run.cc'), /libsodium/);
  assert.match(judge('#include <ares.h>', 'src/judge/dns_message.cc'), /c-ares/);
  assert.match(judge('#include <nlohmann/json.hpp>', 'src/plan/plan.cc'), /nlohmann/);
  assert.strictEqual(judge('#include <sodium.h>', 'src/vault/age.cc'), undefined);
  assert.strictEqual(judge('#include <vector>', 'src/cli/run.cc'), undefined);
});
