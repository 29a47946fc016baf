// "@node" and "@app" as file rules: what the command and its interpreter need, and where the
// application's own files lie.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "measures/launch_plan.h"
#include "policy/file_policy.h"

namespace nodeward {

struct NodeRules {
  std::vector<FileRule> command;  // the command, its loader, the terminal: reached in any case
  std::vector<FileRule> node;     // "@node"
  std::vector<FileRule> app;      // "@app", to be read
  std::vector<std::string> warnings;
};

// `plan`: identity, environment and the command's path are resolved already. Fails where the
// command is no program of this machine.
Result<NodeRules> FindNodeRules(const LaunchPlan& plan);

}  // namespace nodeward
