// "@node" and "@app" as file rules: what the interpreter needs, and the application's folders.
#pragma once

#include <string>
#include <vector>

#include "measures/launch_plan.h"
#include "policy/file_policy.h"

namespace nodeward {

// The command's own file, its loader, and the terminal: executable and reachable in any case.
std::vector<FileRule> CommandRules(const LaunchPlan& plan);
// What the interpreter reads: libraries, certificates, time zones, resolver files, devices.
std::vector<FileRule> NodeRules(const LaunchPlan& plan);

struct AppFolders {
  std::vector<std::string> folders;
  std::vector<std::string> warnings;
};
AppFolders FindAppFolders(const LaunchPlan& plan);

}  // namespace nodeward
