// `nodeward status`.
#pragma once

#include <string>

#include "base/result.h"

namespace nodeward {

// What the supervisor of that name (empty: the only one that runs) answers to "text", "json" or
// "healthy".
Result<std::string> AskSupervisor(const std::string& name, const std::string& question);

struct StatusOptions {
  std::string name;  // empty: the only supervisor that runs
  bool json = false;
  bool healthy = false;  // the answer is the exit code
};

// 0; 1 when none such runs, or, with `healthy`, when it is not healthy.
int StatusCommand(const StatusOptions& options);

}  // namespace nodeward
