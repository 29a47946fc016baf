// `npm start` and its like, resolved from package.json to the command behind them: the default
// profile starts no shell and no second program, and npm would stand between nodeward's signals and
// node. Reads files of the application, bounded; starts nothing. Called in the parent.
//
// As npm does: arguments are appended, node_modules/.bin is looked into, npm_lifecycle_event,
// npm_package_name and npm_package_version are set. Not as npm does: no .npmrc, no other npm_*
// variables, package.json in the working directory alone, `node` always along PATH.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace nodeward {

struct PackageScript {
  std::vector<std::string> command;                              // "node", "server.js"
  std::vector<std::pair<std::string, std::string>> environment;  // each name once
  std::string told;                                              // "npm start"
};

// Nothing where `command` is none of: npm start|stop|test|run NAME, yarn and pnpm likewise, and
// yarn|pnpm NAME for a script of package.json. `workdir` is absolute, or empty: the current folder.
// Fails where the script is missing, needs a shell, or has pre and post scripts; the hint is the
// line to write instead.
Result<std::optional<PackageScript>> ResolvePackageScript(const std::vector<std::string>& command,
                                                          const std::string& workdir);

}  // namespace nodeward
